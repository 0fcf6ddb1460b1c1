//===- BrtOps.td - All operations of the dialect --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_OPS_TD
#define BRT_OPS_TD

include "dialects/Brt/BrtModelOps.td"
include "dialects/Brt/BrtCellOps.td"
include "dialects/Brt/BrtAttentionOps.td"
include "dialects/Brt/BrtGateOps.td"
include "dialects/Brt/BrtStateOps.td"
include "dialects/Brt/BrtLossOps.td"
include "dialects/Brt/BrtInitOps.td"
include "dialects/Brt/BrtAdjointOps.td"
include "dialects/Brt/BrtAttentionAdjointOps.td"

#endif // BRT_OPS_TD
