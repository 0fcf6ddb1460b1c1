//===- AttentionTiles.h - Tiles of queries and keys -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by the programs of attention and of its adjoint. Loops of structured
// ops are query 0, key or feature 1.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_PASSES_TILE_ATTENTIONTILES_H
#define BRT_PASSES_TILE_ATTENTIONTILES_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/Lowering/Philox.h"

namespace brt {

/// Queries or keys [begin, end), as indices.
struct RowRange {
  mlir::Value begin, end;
};

/// Tiles of up to `most` rows, as equal as multiples of `step` can be.
struct TileSize {
  int64_t most, step;

  int64_t cut(int64_t rows) const;
  /// So that a window, if there is one, has at least `tiles`: of those at its
  /// ends a part is computed in vain.
  TileSize inWindow(std::optional<int64_t> window, int64_t tiles) const;
};

/// Writes tiles of one attention or of its adjoint.
class AttentionTiles {
public:
  template <typename OpT>
  AttentionTiles(mlir::OpBuilder &builder, OpT op, TileSize queries,
                 TileSize keys)
      : b(op, builder), allQueries(getExtents(op.getQuery())[1]),
        allKeys(getExtents(op.getKey())[1]), queries(queries.cut(allQueries)),
        keys(keys.cut(allKeys)), width(getExtents(op.getQuery())[3]),
        type(getComputeType(mlir::getElementTypeOrSelf(op.getQuery()))),
        window(op.getWindow()), causal(op.getCausal()),
        positions(op.getPositions()),
        draw{op.getSeed(), op.getStep(), op.getDropoutRate().convertToDouble(),
             static_cast<int64_t>(op.getDropoutSite())} {
    if (window) {
      closest = op.getClosest();
      distances = op.getDistances();
    }
  }

  /// Replaces ops on buffers by what `write` makes in front of each.
  template <typename OpT>
  static llvm::LogicalResult
  replaceAll(mlir::Operation *root,
             llvm::function_ref<void(mlir::RewriterBase &, OpT)> write) {
    llvm::SmallVector<OpT> ops;
    root->walk([&](OpT op) { ops.push_back(op); });
    mlir::IRRewriter rewriter(root->getContext());
    for (OpT op : ops) {
      if (!op.hasPureBufferSemantics())
        return op.emitOpError("expects to be on buffers to become a program "
                              "over tiles");
      rewriter.setInsertionPoint(op);
      write(rewriter, op);
      rewriter.eraseOp(op);
    }
    return mlir::success();
  }

protected:
  using Value = mlir::Value;

  static llvm::ArrayRef<int64_t> getExtents(Value view) {
    return llvm::cast<mlir::ShapedType>(view.getType()).getShape();
  }

  /// A grid over lanes, heads and, if positive, `tiles`; its indices.
  mlir::ValueRange createGrid(Value query, int64_t tiles);
  void emitLoop(Value begin, Value end, llvm::function_ref<void(Value)> body);

  Value loadScalar(Value memref, Value index);
  /// Rows of a lane's head of [B, ·, H, D], in the compute type.
  Value load(Value view, Value tile, int64_t size);
  void store(Value rows, Value view, Value tile);
  /// Numbers of a lane's head of [B, H, n], one for each query.
  Value loadNumbers(Value view, Value tile, double padding);
  Value fill(Value number, llvm::ArrayRef<int64_t> shape);
  /// sum + lhs rhs, of axes (m, k) and (k, n), or in the other order.
  Value contract(Value lhs, bool lhsTransposed, Value rhs, bool rhsTransposed,
                 Value sum);

  /// Where the first query of the segment stands on the key axis.
  Value getStart();
  /// The keys between the oldest that the query at position `first` sees and
  /// the newest that the one at `last` does.
  RowRange getSeen(Value first, Value last);
  /// The queries that see a key between two.
  RowRange getSeeing(Value start, Value firstKey, Value lastKey);
  /// Tiles of `size` rows that hold a range.
  RowRange getTiles(RowRange rows, int64_t size);
  /// What `plain` makes of a tile of pairs or, where some query from position
  /// `first` to `last` does not see all of its keys, `masked`.
  Value emitMasked(Value first, Value last, Value firstKey,
                   llvm::function_ref<Value()> plain,
                   llvm::function_ref<Value()> masked);
  /// Whether the query of loop 0 sees the key of loop 1.
  Value isVisible(ScalarBuilder &s, Value first, Value firstKey);
  /// The bias of each pair.
  Value loadBias(Value bias, Value first, Value firstKey);
  Value getDistance(Value first, Value firstKey);
  /// What dropout multiplies the weight of loops 0 and 1 by. `offset` is the
  /// tile's first query in the segment.
  Value emitFactor(ScalarBuilder &s, Value offset, Value first, Value firstKey);

  StructuredBuilder b;
  int64_t allQueries, allKeys, queries, keys, width;
  /// The compute type.
  mlir::Type type;
  std::optional<int64_t> window;
  bool causal;
  Value positions;
  DropoutDraw draw;
  /// With a window, the smallest distance of a pair and how many there are.
  int64_t closest = 0, distances = 0;
  /// The indices of the grid, and 0: tiles are told to be the same by indices.
  Value lane, head, zero;

private:
  Value getBlock(Value position);
};

} // namespace brt

#endif // BRT_PASSES_TILE_ATTENTIONTILES_H
