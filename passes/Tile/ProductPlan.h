//===- ProductPlan.h - How a product is cut into tiles ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_TILE_PRODUCTPLAN_H
#define BRT_PASSES_TILE_PRODUCTPLAN_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace brt {

/// What a target asks for: the options of --brt-tile-products.
struct ProductSizes {
  int64_t rows, columns, depth, rightSize, rowStep, columnStep, depthStep,
      tasks;
};

/// A loop of a product that is walked in tiles.
struct TiledLoop {
  unsigned loop;
  int64_t extent, size;
};

/// A product `result[.., m, n] += sum_k lhs[.., m, k] rhs[.., k, n]` and how it
/// is cut. The axes of each operand may lie in any order, but those of the
/// result end in n.
struct Product {
  mlir::OpOperand *lhs, *rhs, *result;
  TiledLoop m, n, k;
  /// Other loops, walked element by element: parallel ones and reductions.
  llvm::SmallVector<unsigned> grid, reductions;
};

/// Whether an op multiplies matrices of types that tiles can have: numbers of
/// f64, or numbers of f32 and bf16 whose products are added up in f32.
bool isProduct(mlir::linalg::LinalgOp op);

/// The narrowest type that the numbers of a factor have before they are
/// multiplied: they may be rounded on the way.
mlir::Type getFactorType(mlir::linalg::LinalgOp op, mlir::OpOperand &factor);

/// Rows of the result of a product in one lane.
int64_t countLaneRows(mlir::linalg::LinalgOp op);

/// The rows of the result of a product in all lanes.
mlir::Value createRowCount(mlir::OpBuilder &b, mlir::linalg::LinalgOp op);

/// Whether rows of all lanes lie one behind the other.
bool canFlattenRows(mlir::linalg::LinalgOp op);

/// Makes one axis of the rows of all lanes, if they lie one behind the other.
/// Returns the op or what replaces it.
mlir::linalg::LinalgOp flattenRows(mlir::RewriterBase &rewriter,
                                   mlir::linalg::LinalgOp op);

/// How a product of `laneRows` rows a lane is cut, or nothing if no tile fits:
/// its columns or its depth are dynamic, or columns are not contiguous.
std::optional<Product> planProduct(mlir::linalg::LinalgOp op, int64_t laneRows,
                                   const ProductSizes &sizes);

} // namespace brt

#endif // BRT_PASSES_TILE_PRODUCTPLAN_H
