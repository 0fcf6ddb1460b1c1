//===- Passes.h - Time and cost of kernels ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PROFILE_PASSES_H
#define BRT_PASSES_PROFILE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace brt {

/// Attribute of a module: names and types of the kernels that are measured, in
/// the order of their numbers.
inline constexpr llvm::StringLiteral kKernelsAttr = "brt.kernels";

#define GEN_PASS_DECL
#include "brt/passes/Profile/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "brt/passes/Profile/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_PROFILE_PASSES_H
