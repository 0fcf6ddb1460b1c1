//===- Dot.h - Models as pictures -------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TRANSLATE_DOT_H
#define BRT_TRANSLATE_DOT_H

#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/BuiltinOps.h"

namespace brt {

/// Writes the data flow of a model as a graph for Graphviz: tokens at the
/// bottom, a box for each run of equal layers, the states and caches that
/// outlive a block or a segment, what reads them, and the shapes in between.
void exportDot(ModelOp model, llvm::raw_ostream &os);

/// Writes a graph for each model in `module`, of which there has to be one.
llvm::LogicalResult exportDot(mlir::ModuleOp module, llvm::raw_ostream &os);

} // namespace brt

#endif // BRT_TRANSLATE_DOT_H
