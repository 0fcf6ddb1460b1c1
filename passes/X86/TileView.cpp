//===- TileView.cpp - A tile where it lies in a buffer --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TileView.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <numeric>

using namespace mlir;
using namespace brt::x86;

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

Value IndexBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value IndexBuilder::add(Value a, Value b) {
  return arith::AddIOp::create(*this, a, b);
}

Value IndexBuilder::add(Value a, int64_t b) { return b ? add(a, index(b)) : a; }

Value IndexBuilder::sub(Value a, Value b) {
  return arith::SubIOp::create(*this, a, b);
}

Value IndexBuilder::mul(Value a, int64_t b) {
  return b == 1 ? a : arith::MulIOp::create(*this, a, index(b)).getResult();
}

Value IndexBuilder::min(Value a, Value b) {
  return arith::MinUIOp::create(*this, a, b);
}

Value IndexBuilder::div(Value a, int64_t b) {
  return arith::DivUIOp::create(*this, a, index(b));
}

Value IndexBuilder::ceilDiv(Value a, int64_t b) {
  return arith::CeilDivUIOp::create(*this, a, index(b));
}

void IndexBuilder::loop(Value begin, Value end, int64_t step,
                        function_ref<void(Value)> body) {
  auto forOp = scf::ForOp::create(*this, begin, end, index(step));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(forOp.getBody());
  body(forOp.getInductionVar());
}

SmallVector<Value> IndexBuilder::select(Value condition,
                                        function_ref<Values()> onTrue,
                                        function_ref<Values()> onFalse) {
  auto yield = [this](function_ref<Values()> make) {
    return [this, make](OpBuilder &builder, Location loc) {
      OpBuilder::InsertionGuard guard(*this);
      restoreInsertionPoint(builder.saveInsertionPoint());
      scf::YieldOp::create(*this, make());
    };
  };
  auto ifOp =
      scf::IfOp::create(*this, condition, yield(onTrue), yield(onFalse));
  return llvm::to_vector(ValueRange(ifOp.getResults()));
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

/// A number that divides the extent of an axis of a view.
static int64_t getFactor(Value view, int64_t axis) {
  int64_t extent = cast<MemRefType>(view.getType()).getDimSize(axis);
  if (!ShapedType::isDynamic(extent))
    return extent;
  auto collapse = view.getDefiningOp<memref::CollapseShapeOp>();
  if (!collapse)
    return 1;
  int64_t factor = 1;
  ReassociationIndices sources = collapse.getReassociationIndices()[axis];
  for (int64_t source : sources)
    if (int64_t size = collapse.getSrcType().getDimSize(source);
        !ShapedType::isDynamic(size))
      factor *= size;
  return factor;
}

int64_t TileAxis::getRest(int64_t step) const {
  if (isWhole())
    return size % step;
  if (ShapedType::isDynamic(extent))
    return std::gcd(std::gcd(factor, size), step) % step;
  // The last tile is what is left of the extent, those before it are whole.
  return extent < size || size % step == 0
             ? extent % step
             : std::gcd(std::gcd(extent, size), step) % step;
}

bool TileAxis::isWhole() const {
  return !ShapedType::isDynamic(extent) && extent % size == 0;
}

TileView TileView::create(IndexBuilder &b, Value view, ValueRange indices,
                          ArrayRef<int64_t> axes, ArrayRef<int64_t> shape) {
  TileView tile{view, llvm::to_vector(indices), {}};
  for (auto [axis, size] : llvm::zip_equal(axes, shape)) {
    int64_t extent = cast<MemRefType>(view.getType()).getDimSize(axis);
    TileAxis walked{axis, size, extent, getFactor(view, axis), b.index(0), {}};
    walked.count = memref::DimOp::create(b, view, axis);
    if (ShapedType::isDynamic(extent) || extent > size) {
      walked.offset = b.mul(indices[axis], size);
      walked.count = b.min(b.index(size), b.sub(walked.count, walked.offset));
    }
    tile.base[axis] = walked.offset;
    tile.axes.push_back(walked);
  }
  return tile;
}

SmallVector<Value> TileView::at(IndexBuilder &b, unsigned first, Value i,
                                unsigned second, Value j) const {
  SmallVector<Value> indices = base;
  Value &row = indices[axes[first].viewAxis];
  row = b.add(row, i);
  Value &column = indices[axes[second].viewAxis];
  column = b.add(column, j);
  return indices;
}

Value TileView::slice(IndexBuilder &b, unsigned first, Value i,
                      int64_t firstSize, unsigned second, Value j,
                      int64_t secondSize) const {
  SmallVector<OpFoldResult> offsets =
      getAsOpFoldResult(at(b, first, i, second, j));
  SmallVector<OpFoldResult> sizes(offsets.size(), b.getIndexAttr(1));
  SmallVector<OpFoldResult> strides = sizes;
  sizes[axes[first].viewAxis] = b.getIndexAttr(firstSize);
  sizes[axes[second].viewAxis] = b.getIndexAttr(secondSize);
  return memref::SubViewOp::create(b, view, offsets, sizes, strides);
}

SmallVector<Value> TileView::inSlice(IndexBuilder &b, unsigned first, Value i,
                                     unsigned second, Value j) const {
  SmallVector<Value> indices(base.size(), b.index(0));
  indices[axes[first].viewAxis] = i;
  indices[axes[second].viewAxis] = j;
  return indices;
}

void TileView::prefetch(IndexBuilder &b, unsigned first, Value i,
                        unsigned second, Value j, bool isWrite) const {
  memref::PrefetchOp::create(b, view, at(b, first, i, second, j), isWrite,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

bool TileView::isContiguous(unsigned axis) const {
  auto type = cast<MemRefType>(view.getType());
  return axes[axis].viewAxis == type.getRank() - 1 &&
         type.getStridesAndOffset().first.back() == 1;
}

Type TileView::getElementType() const {
  return cast<MemRefType>(view.getType()).getElementType();
}
