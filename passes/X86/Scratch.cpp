//===- Scratch.cpp - Tiles in scratch of a thread -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlacer.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt::x86;

/// Of a cache line.
static constexpr int64_t kAlignment = 64;

/// Scratch that every iteration of a thread uses again.
Value TilePlacer::allocateScratch(MemRefType type) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(scratchBlock);
  return memref::AllocaOp::create(b, type, b.getI64IntegerAttr(kAlignment));
}

Value TilePlacer::allocateTile(Value tile) {
  auto type = cast<RankedTensorType>(tile.getType());
  return allocateScratch(
      MemRefType::get(type.getShape(), type.getElementType()));
}

void TilePlacer::setScratch(Value tile, Value scratch) {
  ArrayRef<int64_t> shape = cast<MemRefType>(scratch.getType()).getShape();
  TileView view{scratch, SmallVector<Value>(shape.size(), b.index(0)), {}};
  for (auto [axis, size] : llvm::enumerate(shape))
    view.axes.push_back({static_cast<int64_t>(axis), size, size, size,
                         b.index(0), b.index(size)});
  tiles[tile] = view;
  buffers[tile] = scratch;
}

void TilePlacer::copy(Value from, Value to) {
  if (from != to)
    linalg::CopyOp::create(b, from, to);
}

/// The part of a view that a tile covers, without the axes that it does not
/// walk.
Value TilePlacer::getBox(const TileView &view) {
  SmallVector<OpFoldResult> sizes(view.base.size(), b.getIndexAttr(1));
  SmallVector<OpFoldResult> strides = sizes;
  SmallVector<int64_t> shape;
  for (const TileAxis &axis : view.axes) {
    bool isWhole = axis.isWhole();
    sizes[axis.viewAxis] = isWhole ? OpFoldResult(b.getIndexAttr(axis.size))
                                   : OpFoldResult(axis.count);
    shape.push_back(isWhole ? axis.size : ShapedType::kDynamic);
  }
  SmallVector<OpFoldResult> offsets = getAsOpFoldResult(view.base);
  auto type = cast<MemRefType>(memref::SubViewOp::inferRankReducedResultType(
      shape, cast<MemRefType>(view.view.getType()), offsets, sizes, strides));
  return memref::SubViewOp::create(b, type, view.view, offsets, sizes, strides);
}

/// Writes a number to what of scratch lies behind the ends of axes.
void TilePlacer::fillBehindEnds(Value scratch, const TileView &counts,
                                Value number) {
  auto shape = cast<MemRefType>(scratch.getType()).getShape();
  for (auto [i, axis] : llvm::enumerate(counts.axes)) {
    if (axis.isWhole())
      continue;
    SmallVector<OpFoldResult> offsets(shape.size(), b.getIndexAttr(0));
    SmallVector<OpFoldResult> sizes =
        getAsIndexOpFoldResult(b.getContext(), shape);
    SmallVector<OpFoldResult> strides(shape.size(), b.getIndexAttr(1));
    offsets[i] = axis.count;
    sizes[i] = b.sub(b.index(axis.size), axis.count);
    Value behind =
        memref::SubViewOp::create(b, scratch, offsets, sizes, strides);
    linalg::FillOp::create(b, number, behind);
  }
}

/// Writes what a tile holds to scratch.
void TilePlacer::initialise(Value tile, Value scratch) {
  if (auto fill = tile.getDefiningOp<linalg::FillOp>())
    linalg::FillOp::create(b, mapping.lookupOrDefault(fill.value()), scratch);
  else if (!tile.getDefiningOp<tensor::EmptyOp>())
    copy(buffers.at(tile), scratch);
}

/// Whether `op` reads a tile once, and nothing reads it after.
static bool isLastUse(Value tile, Operation *op) {
  Block *block = tile.getParentBlock();
  Operation *here = block->findAncestorOpInBlock(*op);
  for (Operation *parent = op; parent != here; parent = parent->getParentOp())
    if (isa<LoopLikeOpInterface>(parent->getParentOp()))
      return false;
  return llvm::count(op->getOperands(), tile) == 1 &&
         llvm::all_of(tile.getUsers(), [&](Operation *user) {
           Operation *there = block->findAncestorOpInBlock(*user);
           if (user == op || there != here)
             return user == op || there->isBeforeInBlock(here);
           // In the other branch.
           auto branch = dyn_cast<scf::IfOp>(here);
           return branch &&
                  branch.getThenRegion().isAncestor(op->getParentRegion()) !=
                      branch.getThenRegion().isAncestor(
                          user->getParentRegion());
         });
}

/// Scratch for what `op` makes of a tile, which it `reads` or only replaces:
/// that of the tile where nothing else needs it.
Value TilePlacer::updateInPlace(Value tile, Operation *op, bool reads) {
  Value buffer = buffers.lookup(tile);
  if (buffer && !readOnly.contains(buffer) && isLastUse(tile, op))
    return buffer;
  Value scratch = allocateTile(tile);
  if (reads)
    initialise(tile, scratch);
  return scratch;
}
