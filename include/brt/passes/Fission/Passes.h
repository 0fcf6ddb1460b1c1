//===- Passes.h - Fission of the recurrence ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_PASSES_H
#define BRT_PASSES_FISSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace brt {

/// Attaches LaneWiseOpInterface to the ops of the level `cell`.
void registerLaneWiseModels(mlir::DialectRegistry &registry);

#define GEN_PASS_DECL
#include "brt/passes/Fission/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "brt/passes/Fission/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_FISSION_PASSES_H
