//===- Contraction.h - Products of tiles on x86 -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_X86_CONTRACTION_H
#define BRT_PASSES_X86_CONTRACTION_H

#include "TileView.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace brt::x86 {

/// How far ahead rows are asked for that lie far apart in memory, where the
/// processor does not see by itself what comes next.
inline constexpr int64_t kPrefetchRows = 8;

/// What a register tile is made of: `rows` times `vectors` sums.
struct RegisterTile {
  int64_t rows, vectors, width;

  int64_t getColumns() const { return vectors * width; }
};

/// A contraction `result[m, n] += sum_k lhs[m, k] rhs[k, n]` of tiles, by the
/// axes of each of them.
struct Contraction {
  TileView lhs, rhs, result;
  /// What sums start from, or null: what the result holds. If `isFirst` is not
  /// null, only where that is true.
  mlir::Value initial, isFirst;
  unsigned lhsRow, lhsDepth, rhsDepth, rhsColumn, resultRow, resultColumn;

  const TileAxis &getRows() const { return result.axes[resultRow]; }
  const TileAxis &getColumns() const { return result.axes[resultColumn]; }
  const TileAxis &getDepth() const { return rhs.axes[rhsDepth]; }
};

/// The type of scratch for the panels of the right factor: panel, depth,
/// column.
mlir::MemRefType getPanelsType(const Contraction &contraction,
                               const RegisterTile &tile);

/// Packs the right factor into panels as wide as a register tile. What lies
/// behind the last column is not defined.
void packPanels(IndexBuilder &b, const Contraction &contraction,
                const RegisterTile &tile, mlir::Value panels);

/// The left factor as register tiles read it, element by element.
class LeftFactor {
public:
  /// What to do with it. Rows are packed where steps from one to the next fall
  /// on the same sets of a cache, columns where they are contiguous, since
  /// those of a register tile would lie on as many pages as the depth.
  enum class Layout { InPlace, Rows, Columns };
  static Layout getLayout(const Contraction &contraction,
                          const RegisterTile &tile);

  LeftFactor(const Contraction &contraction, const RegisterTile &tile)
      : c(contraction), tile(tile), layout(getLayout(contraction, tile)) {}

  /// The type of scratch that it needs, or null.
  mlir::MemRefType getScratchType() const;
  /// Fills the scratch.
  void pack(IndexBuilder &b, mlir::Value scratch);

  /// A view of `rows` rows from `row` on, from whose address constants lead to
  /// the rows, and indices of an element of it.
  mlir::Value slice(IndexBuilder &b, mlir::Value row, int64_t rows) const;
  llvm::SmallVector<mlir::Value> at(IndexBuilder &b, int64_t row,
                                    mlir::Value k) const;

private:
  void packRows(IndexBuilder &b);
  void packColumns(IndexBuilder &b);

  const Contraction &c;
  RegisterTile tile;
  Layout layout;
  mlir::Value scratch;
};

/// Adds the product with the packed right factor to the result, in place.
void addProduct(IndexBuilder &b, const Contraction &contraction,
                const RegisterTile &tile, const LeftFactor &left,
                mlir::Value panels);

/// Writes a number to all of a tile, whose columns, its last axis, are
/// contiguous.
void fillTile(IndexBuilder &b, const TileView &tile, mlir::Value number,
              int64_t width);

/// `count` elements of one vector, from `indices` on; others are zero, and not
/// stored.
mlir::Value loadVector(IndexBuilder &b, mlir::Value memref,
                       mlir::ValueRange indices, int64_t width, int64_t count);
void storeVector(IndexBuilder &b, mlir::Value vector, mlir::Value memref,
                 mlir::ValueRange indices, int64_t count);

} // namespace brt::x86

#endif // BRT_PASSES_X86_CONTRACTION_H
