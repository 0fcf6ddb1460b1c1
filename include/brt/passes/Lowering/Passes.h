//===- Passes.h - From the cell level to LLVM -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_LOWERING_PASSES_H
#define BRT_PASSES_LOWERING_PASSES_H

#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringRef.h"

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace brt {

#define GEN_PASS_DECL
#include "brt/passes/Lowering/Passes.h.inc"

/// Attribute of an entry point on buffers: how many of them are arguments; the
/// others are results.
inline constexpr llvm::StringLiteral kArgumentCountAttr = "brt.arguments";

/// Patterns of --convert-brt-to-linalg.
void populateConvertBrtToLinalgPatterns(mlir::RewritePatternSet &patterns);

#define GEN_PASS_REGISTRATION
#include "brt/passes/Lowering/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_LOWERING_PASSES_H
