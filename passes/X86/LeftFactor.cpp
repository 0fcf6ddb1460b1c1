//===- LeftFactor.cpp - What register tiles read element by element -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Contraction.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace brt::x86;

/// Rows this far apart, in bytes, fall on few sets of a first-level cache.
static constexpr int64_t kConflictStride = 4096;
/// Fewer columns do not use a packed factor often enough.
static constexpr int64_t kLeastColumns = 128;

LeftFactor::Layout LeftFactor::getLayout(const Contraction &c,
                                         const RegisterTile &tile) {
  if (c.lhs.isContiguous(c.lhsRow))
    return Layout::Columns;
  auto type = cast<MemRefType>(c.lhs.view.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  int64_t bytes = strides[c.lhs.axes[c.lhsRow].viewAxis] *
                  type.getElementTypeBitWidth() / 8;
  bool conflicts = bytes % kConflictStride == 0;
  bool isUsedOften = c.getColumns().size >= kLeastColumns;
  return c.lhs.isContiguous(c.lhsDepth) && conflicts && isUsedOften
             ? Layout::Rows
             : Layout::InPlace;
}

MemRefType LeftFactor::getScratchType() const {
  int64_t rows = c.getRows().size, depth = c.getDepth().size;
  Type type = c.lhs.getElementType();
  switch (layout) {
  case Layout::InPlace:
    return {};
  case Layout::Rows:
    // A gap of a vector between rows, which are whole vectors.
    return MemRefType::get(
        {rows,
         static_cast<int64_t>(llvm::alignTo(depth, tile.width)) + tile.width},
        type);
  case Layout::Columns:
    // A column of a register tile is whole vectors.
    return MemRefType::get(
        {static_cast<int64_t>(llvm::divideCeil(rows, tile.rows)), depth,
         static_cast<int64_t>(llvm::alignTo(tile.rows, tile.width))},
        type);
  }
  llvm_unreachable("all layouts are listed");
}

void LeftFactor::pack(IndexBuilder &b, Value memory) {
  scratch = memory;
  if (layout == Layout::Rows)
    packRows(b);
  else if (layout == Layout::Columns)
    packColumns(b);
}

void LeftFactor::packRows(IndexBuilder &b) {
  int64_t width = tile.width;
  b.loop(b.index(0), c.getRows().count, 1, [&](Value row) {
    auto copy = [&](Value k, int64_t count) {
      Value vector =
          loadVector(b, c.lhs.view, c.lhs.at(b, c.lhsRow, row, c.lhsDepth, k),
                     width, count);
      storeVector(b, vector, scratch, {row, k}, width);
    };
    Value whole = b.mul(b.div(c.getDepth().count, width), width);
    b.loop(b.index(0), whole, width, [&](Value k) { copy(k, width); });
    if (int64_t rest = c.getDepth().getRest(width))
      b.loop(whole, c.getDepth().count, rest, [&](Value k) { copy(k, rest); });
  });
}

/// Column by column of the factor, as they lie in memory.
void LeftFactor::packColumns(IndexBuilder &b) {
  Value whole = b.div(c.getRows().count, tile.rows);
  Value begin = b.mul(whole, tile.rows);
  b.loop(b.index(0), c.getDepth().count, 1, [&](Value k) {
    b.loop(b.index(0), whole, 1, [&](Value i) {
      for (int64_t v = 0; v < tile.rows; v += tile.width) {
        Value row = b.add(b.mul(i, tile.rows), v);
        c.lhs.prefetch(b, c.lhsRow, row, c.lhsDepth, b.add(k, kPrefetchRows),
                       /*isWrite=*/false);
        Value vector =
            loadVector(b, c.lhs.view, c.lhs.at(b, c.lhsRow, row, c.lhsDepth, k),
                       tile.width, std::min(tile.width, tile.rows - v));
        storeVector(b, vector, scratch, {i, k, b.index(v)}, tile.width);
      }
    });
    if (!c.getRows().getRest(tile.rows))
      return;
    b.loop(begin, c.getRows().count, 1, [&](Value row) {
      Value element = memref::LoadOp::create(
          b, c.lhs.view, c.lhs.at(b, c.lhsRow, row, c.lhsDepth, k));
      memref::StoreOp::create(b, element, scratch,
                              ValueRange{whole, k, b.sub(row, begin)});
    });
  });
}

Value LeftFactor::slice(IndexBuilder &b, Value row, int64_t rows) const {
  Value zero = b.index(0);
  SmallVector<OpFoldResult> offsets, sizes, strides;
  switch (layout) {
  case Layout::InPlace:
    return c.lhs.slice(b, c.lhsRow, row, rows, c.lhsDepth, zero,
                       c.getDepth().size);
  case Layout::Rows:
    offsets = {row, b.getIndexAttr(0)};
    sizes = {b.getIndexAttr(rows), b.getIndexAttr(c.getDepth().size)};
    break;
  case Layout::Columns: {
    Value first = b.div(row, tile.rows);
    offsets = {first, b.getIndexAttr(0), b.sub(row, b.mul(first, tile.rows))};
    sizes = {b.getIndexAttr(1), b.getIndexAttr(c.getDepth().size),
             b.getIndexAttr(rows)};
    break;
  }
  }
  strides.assign(offsets.size(), b.getIndexAttr(1));
  return memref::SubViewOp::create(b, scratch, offsets, sizes, strides);
}

SmallVector<Value> LeftFactor::at(IndexBuilder &b, int64_t row, Value k) const {
  switch (layout) {
  case Layout::InPlace:
    return c.lhs.inSlice(b, c.lhsRow, b.index(row), c.lhsDepth, k);
  case Layout::Rows:
    return {b.index(row), k};
  case Layout::Columns:
    return {b.index(0), k, b.index(row)};
  }
  llvm_unreachable("all layouts are listed");
}
