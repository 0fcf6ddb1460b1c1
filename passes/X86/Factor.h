//===- Factor.h - A factor of a product as it is packed ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Register tiles multiply *cells*: numbers of the type of the sums, or pairs of
// bf16 numbers, one behind the other along the axis that is reduced over, for
// instructions that multiply both and add them up. Packing rounds, widens and
// pairs the numbers that are in memory.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_PASSES_X86_FACTOR_H
#define BRT_PASSES_X86_FACTOR_H

#include "TileView.h"

namespace brt::x86 {

/// What register tiles multiply. A pair of bf16 is an i32.
struct Cell {
  mlir::Type type;
  bool isPair = false;
};

/// A factor, by the axis that is reduced over, its depth, and the other one.
struct Factor {
  TileView view;
  unsigned depth = 0, other = 0;
  /// The narrowest type that holds its numbers.
  mlir::Type number;

  const TileAxis &getDepth() const { return view.axes[depth]; }
  const TileAxis &getOther() const { return view.axes[other]; }
  bool isContiguousAlongDepth() const { return view.isContiguous(depth); }
  bool isContiguousAlongOther() const { return view.isContiguous(other); }
  /// Whether cells lie in memory as they are.
  bool holdsCells(const Cell &cell) const {
    return view.getElementType() == cell.type && !view.rounded;
  }

  // Cell `k` of the depth at `j` of the other axis, and vectors of `width` from
  // there on. Of a pair that is `cut` the second number is behind the end, and
  // read as zero.

  mlir::Value loadCell(IndexBuilder &b, const Cell &cell, mlir::Value k,
                       mlir::Value j, bool isCut) const;
  /// Along the other axis, only `count` of which there are.
  mlir::Value loadRow(IndexBuilder &b, const Cell &cell, mlir::Value k,
                      mlir::Value j, int64_t width, int64_t count,
                      bool isCut) const;
  /// Along the depth.
  mlir::Value loadColumn(IndexBuilder &b, const Cell &cell, mlir::Value k,
                         mlir::Value j, int64_t width) const;

private:
  mlir::Value convert(IndexBuilder &b, const Cell &cell, mlir::Value x) const;
  llvm::SmallVector<mlir::Value> at(IndexBuilder &b, mlir::Value k,
                                    mlir::Value j) const {
    return view.at(b, depth, k, other, j);
  }
};

/// Vectors of cells times one another, added to a vector of sums.
mlir::Value multiplyAdd(IndexBuilder &b, const Cell &cell, mlir::Value lhs,
                        mlir::Value rhs, mlir::Value sums);

} // namespace brt::x86

#endif // BRT_PASSES_X86_FACTOR_H
