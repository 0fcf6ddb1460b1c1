//===- LeftFactor.cpp - What register tiles read element by element -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Contraction.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace brt::x86;

/// Fewer columns do not use a strip often enough to make one.
static constexpr int64_t kLeastColumns = 256;

LeftFactor::Layout LeftFactor::getLayout(const Contraction &c) {
  if (c.lhs.isContiguousAlongOther())
    return Layout::AllStrips;
  if (!c.lhs.holdsCells(c.cell))
    return Layout::Strip;
  bool isUsedOften = c.getColumns().size >= kLeastColumns;
  return c.lhs.isContiguousAlongDepth() && isUsedOften ? Layout::Strip
                                                       : Layout::InPlace;
}

/// Columns of strips are written in whole vectors, from the first to the last:
/// what one writes too much, the next one writes over. Behind the last column
/// of a strip is room for it.
MemRefType LeftFactor::getScratchType() const {
  if (layout == Layout::InPlace || layout == Layout::Panels)
    return {};
  int64_t strips = layout == Layout::Strip
                       ? 1
                       : llvm::divideCeil(c.getRows().size, tile.rows);
  int64_t size = c.depth.size * tile.rows + getPaddedRows() - tile.rows;
  return MemRefType::get({strips, size}, c.cell.type);
}

void LeftFactor::prepare(IndexBuilder &b, Value memory) {
  scratch = memory;
  if (layout == Layout::AllStrips)
    packColumns(b);
}

void LeftFactor::prepareRows(IndexBuilder &b, Value row, int64_t rows) const {
  if (layout == Layout::Strip)
    packSquares(b, row, rows);
}

/// The place of an element of a strip.
SmallVector<Value> LeftFactor::inStrip(IndexBuilder &b, Value strip, Value k,
                                       int64_t row) const {
  return {strip, b.add(b.mul(k, tile.rows), row)};
}

void LeftFactor::packCell(IndexBuilder &b, Value row, Value k, Value strip,
                          Value place, bool isCut) const {
  Value cell = c.lhs.loadCell(b, c.cell, k, row, isCut);
  memref::StoreOp::create(b, cell, scratch,
                          ValueRange{strip, b.add(b.mul(k, tile.rows), place)});
}

/// Where rows are contiguous, transposes squares, in which rows behind the last
/// repeat it.
void LeftFactor::packSquares(IndexBuilder &b, Value row, int64_t rows) const {
  int64_t width = tile.width;
  Value strip = b.index(0);
  Value whole = c.lhs.isContiguousAlongDepth()
                    ? b.mul(b.div(c.wholeCells, width), width)
                    : b.index(0);
  b.loop(b.index(0), whole, width, [&](Value k) {
    SmallVector<SmallVector<Value>> squares;
    for (int64_t begin = 0; begin < rows; begin += width) {
      SmallVector<Value> square;
      for (int64_t i = 0; i < width; ++i)
        square.push_back(
            begin + i < rows
                ? c.lhs.loadColumn(b, c.cell, k, b.add(row, begin + i), width)
                : square.back());
      squares.push_back(transpose(b, std::move(square)));
    }
    for (int64_t i = 0; i < width; ++i)
      for (auto [number, square] : llvm::enumerate(squares))
        storeVector(b, square[i], scratch,
                    inStrip(b, strip, b.add(k, i), number * width), width);
  });
  if (c.lhs.isContiguousAlongDepth() && !c.depth.getRest(width) && !c.mayBeCut)
    return;
  c.forEachCell(b, whole, [&](Value k, bool isCut) {
    b.loop(b.index(0), b.index(rows), 1, [&](Value place) {
      packCell(b, b.add(row, place), k, strip, place, isCut);
    });
  });
}

/// Columns lie one behind the other: copies them, some of each strip at a time.
void LeftFactor::packColumns(IndexBuilder &b) {
  Value count = c.getRows().count;
  Value whole = b.div(count, tile.rows);
  auto pack = [&](Value strip, Value k, bool isCut) {
    for (int64_t v = 0; v < tile.rows; v += tile.width) {
      Value row = b.add(b.mul(strip, tile.rows), v);
      Value vector = c.lhs.loadRow(b, c.cell, k, row, tile.width,
                                   std::min(tile.width, tile.rows - v), isCut);
      storeVector(b, vector, scratch, inStrip(b, strip, k, v), tile.width);
    }
  };
  auto packCells = [&](Value begin, Value end, bool isCut) {
    b.loop(b.index(0), whole, 1, [&](Value strip) {
      b.loop(begin, end, 1, [&](Value k) { pack(strip, k, isCut); });
    });
    int64_t rest = c.getRows().getRest(tile.rows);
    if (!rest)
      return;
    Value first = b.mul(whole, tile.rows);
    b.loop(begin, end, 1, [&](Value k) {
      b.loop(first, count, 1, [&](Value row) {
        packCell(b, row, k, whole, b.sub(row, first), isCut);
      });
    });
  };
  b.loop(b.index(0), c.wholeCells, kPackedRows, [&](Value begin) {
    packCells(begin, b.min(b.add(begin, kPackedRows), c.wholeCells),
              /*isCut=*/false);
  });
  if (c.mayBeCut)
    packCells(c.wholeCells, c.depth.count, /*isCut=*/true);
}

Value LeftFactor::slice(IndexBuilder &b, Value row, int64_t rows,
                        Value part) const {
  if (layout == Layout::InPlace)
    return c.lhs.view.slice(b, c.lhs.other, row, rows, c.lhs.depth, b.index(0),
                            c.depth.size);
  if (layout == Layout::Panels) {
    SmallVector<OpFoldResult> offsets{part, row, b.getIndexAttr(0)},
        sizes{b.getIndexAttr(1), b.getIndexAttr(rows),
              b.getIndexAttr(tile.getColumns())},
        strides(3, b.getIndexAttr(1));
    return memref::SubViewOp::create(b, scratch, offsets, sizes, strides);
  }
  OpFoldResult strip = b.getIndexAttr(0), place = b.getIndexAttr(0);
  if (layout == Layout::AllStrips) {
    Value number = b.div(row, tile.rows);
    strip = number;
    place = b.sub(row, b.mul(number, tile.rows));
  }
  int64_t size = (c.depth.size - 1) * tile.rows + rows;
  SmallVector<OpFoldResult> offsets{strip, place},
      sizes{b.getIndexAttr(1), b.getIndexAttr(size)},
      strides(2, b.getIndexAttr(1));
  return memref::SubViewOp::create(b, scratch, offsets, sizes, strides);
}

SmallVector<Value> LeftFactor::at(IndexBuilder &b, int64_t row, Value k) const {
  if (layout == Layout::InPlace)
    return c.lhs.view.inSlice(b, c.lhs.other, b.index(row), c.lhs.depth, k);
  if (layout == Layout::Panels)
    return {b.index(0), b.index(row), k};
  return inStrip(b, b.index(0), k, row);
}
