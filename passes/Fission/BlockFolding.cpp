//===- BlockFolding.cpp - Blocks of a segment as lanes --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BlockFolding.h"
#include "brt/passes/Fission/LaneWise.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

/// Each axis alone, but axes `first` and `first + 1` together.
static SmallVector<ReassociationIndices> groupAxes(int64_t rank,
                                                   int64_t first) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (axis == first + 1)
      groups.back().push_back(axis);
    else
      groups.push_back({axis});
  }
  return groups;
}

/// `type` with the extents `extents` in the place of its first `count`.
static RankedTensorType withLeading(RankedTensorType type, int64_t count,
                                    ArrayRef<int64_t> extents) {
  SmallVector<int64_t> shape(extents);
  llvm::append_range(shape, type.getShape().drop_front(count));
  return type.clone(shape);
}

static int64_t multiply(int64_t extent, int64_t factor) {
  return ShapedType::isDynamic(extent) ? extent : extent * factor;
}

OpFoldResult BlockFolding::getExtent(Value tensor, int64_t axis) {
  return tensor::getMixedSize(b, b.getLoc(), tensor, axis);
}

//===----------------------------------------------------------------------===//
// Whole and folded
//===----------------------------------------------------------------------===//

Value BlockFolding::fold(Value whole, RankedTensorType part) {
  auto type = cast<RankedTensorType>(whole.getType());
  int64_t lanes = type.getDimSize(0);
  if (part.getRank() > 1) {
    auto split = withLeading(type, 2, {lanes, blocks, part.getDimSize(1)});
    SmallVector<OpFoldResult> shape = {getExtent(whole, 0)};
    for (int64_t extent : split.getShape().drop_front())
      shape.push_back(b.getIndexAttr(extent));
    whole = tensor::ExpandShapeOp::create(b, split, whole,
                                          groupAxes(split.getRank(), 1), shape);
    type = split;
  }
  return tensor::CollapseShapeOp::create(
      b, withLeading(type, 2, {multiply(lanes, blocks)}), whole,
      groupAxes(type.getRank(), 0));
}

Value BlockFolding::unfold(Value folded) {
  auto type = cast<RankedTensorType>(folded.getType());
  bool isDynamic = type.isDynamicDim(0);
  int64_t lanes =
      isDynamic ? ShapedType::kDynamic : type.getDimSize(0) / blocks;
  auto split = withLeading(type, 1, {lanes, blocks});
  SmallVector<OpFoldResult> shape;
  for (int64_t extent : split.getShape())
    shape.push_back(b.getIndexAttr(extent));
  if (isDynamic)
    shape[0] = arith::DivUIOp::create(b, cast<Value>(getExtent(folded, 0)),
                                      arith::ConstantIndexOp::create(b, blocks))
                   .getResult();
  Value whole = tensor::ExpandShapeOp::create(
      b, split, folded, groupAxes(split.getRank(), 0), shape);
  if (type.getRank() == 1)
    return whole;
  return tensor::CollapseShapeOp::create(
      b, withLeading(split, 3, {lanes, blocks * type.getDimSize(1)}), whole,
      groupAxes(split.getRank(), 1));
}

Value BlockFolding::repeat(Value value) {
  // What only has an extent is made anew.
  Operation *op = value.getDefiningOp();
  if (isa_and_present<tensor::EmptyOp, tensor::SplatOp>(op))
    return cloneLaneWise(op, b, op->getOperands(), blocks)->getResult(0);
  if (auto fill = dyn_cast_if_present<linalg::FillOp>(op))
    return cloneLaneWise(op, b, {fill.value(), repeat(fill.output())}, blocks)
        ->getResult(0);
  auto type = cast<RankedTensorType>(value.getType());
  auto split = withLeading(type, 1, {type.getDimSize(0), blocks});
  SmallVector<OpFoldResult> shape = {getExtent(value, 0)};
  for (int64_t extent : split.getShape().drop_front())
    shape.push_back(b.getIndexAttr(extent));
  Value empty = tensor::EmptyOp::create(b, shape, type.getElementType());
  Value repeated =
      linalg::BroadcastOp::create(b, value, empty, ArrayRef<int64_t>{1})
          ->getResult(0);
  return tensor::CollapseShapeOp::create(
      b, withLeading(type, 1, {multiply(type.getDimSize(0), blocks)}), repeated,
      groupAxes(split.getRank(), 0));
}

//===----------------------------------------------------------------------===//
// From block to block
//===----------------------------------------------------------------------===//

Value BlockFolding::slice(Value whole, int64_t offset, int64_t size) {
  int64_t rank = cast<RankedTensorType>(whole.getType()).getRank();
  SmallVector<OpFoldResult> offsets(rank, b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(rank, b.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, b.getLoc(), whole);
  offsets[1] = b.getIndexAttr(offset);
  sizes[1] = b.getIndexAttr(size);
  return tensor::ExtractSliceOp::create(b, whole, offsets, sizes, strides);
}

Value BlockFolding::shift(Value first, Value whole, bool reverse) {
  int64_t extent = cast<RankedTensorType>(whole.getType()).getDimSize(1);
  int64_t part = extent / blocks;
  Value rest = slice(whole, reverse ? part : 0, extent - part);
  SmallVector<Value> parts = {first, rest};
  if (reverse)
    std::swap(parts[0], parts[1]);
  return tensor::ConcatOp::create(b, /*dim=*/1, parts);
}

Value BlockFolding::getLast(Value whole, int64_t extent, bool reverse) {
  return slice(whole, reverse ? 0 : extent * (blocks - 1), extent);
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

RankedTensorType brt::getPieceType(RankedTensorType part) {
  return part.getRank() > 1 ? part : part.clone({part.getDimSize(0), 1});
}

Value brt::toPiece(OpBuilder &builder, Value part) {
  auto type = cast<RankedTensorType>(part.getType());
  if (type.getRank() > 1)
    return part;
  SmallVector<OpFoldResult> shape = {
      tensor::getMixedSize(builder, part.getLoc(), part, 0),
      builder.getIndexAttr(1)};
  return tensor::ExpandShapeOp::create(
      builder, part.getLoc(), getPieceType(type), part, groupAxes(2, 0), shape);
}

Value brt::fromPiece(OpBuilder &builder, Value piece, RankedTensorType part) {
  if (piece.getType() == part)
    return piece;
  return tensor::CollapseShapeOp::create(builder, piece.getLoc(), part, piece,
                                         groupAxes(2, 0));
}
