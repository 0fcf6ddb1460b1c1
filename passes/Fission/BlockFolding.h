//===- BlockFolding.h - Blocks of a segment as lanes ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_BLOCKFOLDING_H
#define BRT_PASSES_FISSION_BLOCKFOLDING_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace brt {

/// A value that has a part for each of T blocks has two forms:
///
///   whole   [B, T w, ...]   the parts one after the other along axis 1
///   folded  [B T, w, ...]   block t of lane b as lane b T + t
///
/// They hold the same elements in the same order, so that turning one into the
/// other moves nothing. Parts of rank 1 have an axis of one element in the
/// whole form.
class BlockFolding {
public:
  BlockFolding(mlir::ImplicitLocOpBuilder &builder, int64_t blocks)
      : b(builder), blocks(blocks) {}

  /// The folded form of a whole value with parts of type `part`, and back.
  mlir::Value fold(mlir::Value whole, mlir::RankedTensorType part);
  mlir::Value unfold(mlir::Value folded);

  /// A value that is the same for every block, folded.
  mlir::Value repeat(mlir::Value value);

  /// The whole form of what block t finds: `first`, then what each block but
  /// the last leaves, which is part t of `whole`. Blocks run the other way
  /// round if `reverse`.
  mlir::Value shift(mlir::Value first, mlir::Value whole, bool reverse);
  /// What the last block leaves.
  mlir::Value getLast(mlir::Value whole, int64_t extent, bool reverse);

private:
  mlir::Value slice(mlir::Value whole, int64_t offset, int64_t size);
  mlir::OpFoldResult getExtent(mlir::Value tensor, int64_t axis);

  mlir::ImplicitLocOpBuilder &b;
  int64_t blocks;
};

/// The type of a piece that carries parts of that type through a recurrence:
/// rank 1 gets an axis of one element.
mlir::RankedTensorType getPieceType(mlir::RankedTensorType part);
mlir::Value toPiece(mlir::OpBuilder &builder, mlir::Value part);
mlir::Value fromPiece(mlir::OpBuilder &builder, mlir::Value piece,
                      mlir::RankedTensorType part);

} // namespace brt

#endif // BRT_PASSES_FISSION_BLOCKFOLDING_H
