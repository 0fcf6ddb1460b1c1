//===- Passes.h - Differentiation -------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_GRAD_PASSES_H
#define BRT_PASSES_GRAD_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class DialectRegistry;
class ModuleOp;
} // namespace mlir

namespace brt {

/// Attaches DifferentiableOpInterface to the upstream ops of the level `cell`.
void registerDifferentiableModels(mlir::DialectRegistry &registry);

#define GEN_PASS_DECL
#include "brt/passes/Grad/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "brt/passes/Grad/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_GRAD_PASSES_H
