//===- Passes.h - Fewer passes over memory ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FUSION_PASSES_H
#define BRT_PASSES_FUSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace brt {

#define GEN_PASS_DECL
#include "brt/passes/Fusion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "brt/passes/Fusion/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_FUSION_PASSES_H
