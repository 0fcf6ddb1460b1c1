//===- GateWeights.h - What a gate keeps and takes --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_LOWERING_GATEWEIGHTS_H
#define BRT_PASSES_LOWERING_GATEWEIGHTS_H

#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"

namespace brt {

/// The weights of the state and of the update in what a gate makes of an
/// element of each (brt-spec 6.1), by the elements of its activations. Not for
/// the residual gate, which only adds.
std::pair<mlir::Value, mlir::Value>
getGateWeights(ScalarBuilder &s, GateKind kind, mlir::ValueRange activations);

} // namespace brt

#endif // BRT_PASSES_LOWERING_GATEWEIGHTS_H
