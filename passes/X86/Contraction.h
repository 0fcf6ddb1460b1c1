//===- Contraction.h - Products of tiles on x86 -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_X86_CONTRACTION_H
#define BRT_PASSES_X86_CONTRACTION_H

#include "Factor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace brt::x86 {

/// Cells of a factor that are packed at a time: so many that those of a panel
/// or a strip fill some cache lines, since stores to many pages in turn are
/// slow, and so few that all stay in the first-level cache meanwhile.
inline constexpr int64_t kPackedRows = 8;

/// What a register tile is made of: `rows` times `vectors` sums.
struct RegisterTile {
  int64_t rows, vectors, width;

  int64_t getColumns() const { return vectors * width; }
};

/// A contraction `result[m, n] += sum_k lhs[m, k] rhs[k, n]` of tiles, by the
/// axes of each of them.
struct Contraction {
  Factor lhs, rhs;
  TileView result;
  /// What sums start from, or null: what the result holds. If `isFirst` is not
  /// null, only where that is true.
  mlir::Value initial, isFirst;
  unsigned resultRow = 0, resultColumn = 0;
  /// What is multiplied, and the depth in cells; those before `wholeCells` are
  /// not cut, and if `mayBeCut` is false, none is.
  Cell cell;
  TileAxis depth;
  mlir::Value wholeCells;
  bool mayBeCut = false;

  const TileAxis &getRows() const { return result.axes[resultRow]; }
  const TileAxis &getColumns() const { return result.axes[resultColumn]; }
  /// Columns of the right factor, which may reach behind those of the result.
  const TileAxis &getPackedColumns() const { return rhs.getOther(); }

  /// Chooses cells: pairs where both factors are of bf16 and there is an
  /// instruction for them.
  void chooseCells(mlir::Builder &b, bool hasDotProducts);
  /// Sets the depth, given in numbers.
  void setDepth(IndexBuilder &b, const TileAxis &numbers);
  /// Calls `body` with the cells of the depth from `begin` on, and whether they
  /// are cut.
  void forEachCell(IndexBuilder &b, mlir::Value begin,
                   llvm::function_ref<void(mlir::Value, bool)> body) const;
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
  /// Where it is read: where it lies, if that is in cells, in panels that
  /// another contraction has of it, with the depth as columns, or in strips,
  /// each with as many rows as a register tile, whose columns lie one behind
  /// the other without a gap. A strip is made when its turn comes if rows are
  /// contiguous, and stays in the first-level cache; all of them at once if
  /// columns are, since those of one strip would lie on as many pages as the
  /// depth.
  enum class Layout { InPlace, Panels, Strip, AllStrips };
  static Layout getLayout(const Contraction &contraction);

  LeftFactor(const Contraction &contraction, const RegisterTile &tile,
             mlir::Value panels)
      : c(contraction), tile(tile),
        layout(panels ? Layout::Panels : getLayout(contraction)),
        scratch(panels) {}

  /// The type of scratch that it needs, or null.
  mlir::MemRefType getScratchType() const;
  /// Says where scratch is, and makes all strips if it is for all.
  void prepare(IndexBuilder &b, mlir::Value memory);
  /// Makes the strip of the `rows` rows from `row` on if it holds but one.
  void prepareRows(IndexBuilder &b, mlir::Value row, int64_t rows) const;

  /// How many columns are one part, which has a view of its own.
  int64_t getPartDepth() const {
    return layout == Layout::Panels ? tile.getColumns() : c.depth.size;
  }
  /// A view of `rows` rows from `row` on in a part, from whose address
  /// constants lead to the rows, and indices of an element of it.
  mlir::Value slice(IndexBuilder &b, mlir::Value row, int64_t rows,
                    mlir::Value part) const;
  llvm::SmallVector<mlir::Value> at(IndexBuilder &b, int64_t row,
                                    mlir::Value k) const;

private:
  int64_t getPaddedRows() const { return llvm::alignTo(tile.rows, tile.width); }
  void packSquares(IndexBuilder &b, mlir::Value row, int64_t rows) const;
  void packColumns(IndexBuilder &b);
  void packCell(IndexBuilder &b, mlir::Value row, mlir::Value k,
                mlir::Value strip, mlir::Value place, bool isCut) const;
  llvm::SmallVector<mlir::Value> inStrip(IndexBuilder &b, mlir::Value strip,
                                         mlir::Value k, int64_t row) const;

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

/// Element i of vector j becomes element j of vector i, for as many vectors as
/// one has elements.
llvm::SmallVector<mlir::Value> transpose(IndexBuilder &b,
                                         llvm::SmallVector<mlir::Value> square);

} // namespace brt::x86

#endif // BRT_PASSES_X86_CONTRACTION_H
