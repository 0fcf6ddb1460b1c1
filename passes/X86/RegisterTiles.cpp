//===- RegisterTiles.cpp - Sums in registers ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace brt::x86;

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

static Value getMask(IndexBuilder &b, int64_t width, int64_t count) {
  SmallVector<bool> lanes(width, false);
  std::fill_n(lanes.begin(), count, true);
  return arith::ConstantOp::create(b, b.getBoolVectorAttr(lanes));
}

Value brt::x86::loadVector(IndexBuilder &b, Value memref, ValueRange indices,
                           int64_t width, int64_t count) {
  auto type = VectorType::get(
      width, cast<MemRefType>(memref.getType()).getElementType());
  if (count == width)
    return vector::LoadOp::create(b, type, memref, indices);
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, memref, indices,
                                      getMask(b, width, count), zeros);
}

void brt::x86::storeVector(IndexBuilder &b, Value vector, Value memref,
                           ValueRange indices, int64_t count) {
  int64_t width = cast<VectorType>(vector.getType()).getNumElements();
  if (count == width)
    vector::StoreOp::create(b, vector, memref, indices);
  else
    vector::MaskedStoreOp::create(b, memref, indices, getMask(b, width, count),
                                  vector);
}

void brt::x86::fillTile(IndexBuilder &b, const TileView &tile, Value number,
                        int64_t width) {
  Value vector = vector::BroadcastOp::create(
      b, VectorType::get(width, number.getType()), number);
  const TileAxis &rows = tile.axes[0], &columns = tile.axes[1];
  Value whole = b.mul(b.div(columns.count, width), width);
  b.loop(b.index(0), rows.count, 1, [&](Value row) {
    auto fill = [&](Value column, int64_t count) {
      storeVector(b, vector, tile.view, tile.at(b, 0, row, 1, column), count);
    };
    b.loop(b.index(0), whole, width, [&](Value j) { fill(j, width); });
    if (int64_t rest = columns.getRest(width))
      b.loop(whole, columns.count, rest, [&](Value j) { fill(j, rest); });
  });
}

//===----------------------------------------------------------------------===//
// Register tiles
//===----------------------------------------------------------------------===//

namespace {

class ProductAdder {
public:
  ProductAdder(IndexBuilder &builder, const Contraction &contraction,
               const RegisterTile &tile, const LeftFactor &left, Value panels)
      : b(builder), c(contraction), tile(tile), left(left), panels(panels) {}

  void add();

private:
  void addPanel(Value panel, int64_t columns);
  void addTile(Value panel, Value row, int64_t rows, int64_t columns);
  SmallVector<Value> addDepth(Value panel, Value lhs, int64_t rows,
                              ValueRange sums, Value k);

  IndexBuilder &b;
  const Contraction &c;
  RegisterTile tile;
  const LeftFactor &left;
  Value panels;
};

} // namespace

/// Panel by panel, so that one panel stays in the first-level cache while all
/// rows pass by.
void ProductAdder::add() {
  const TileAxis &columns = c.getColumns();
  int64_t width = tile.getColumns();
  Value whole = b.div(columns.count, width);
  b.loop(b.index(0), whole, 1, [&](Value panel) { addPanel(panel, width); });
  if (int64_t rest = columns.getRest(width))
    b.loop(whole, b.ceilDiv(columns.count, width), 1,
           [&](Value panel) { addPanel(panel, rest); });
}

void ProductAdder::addPanel(Value panel, int64_t columns) {
  const TileAxis &rows = c.getRows();
  Value whole = b.mul(b.div(rows.count, tile.rows), tile.rows);
  b.loop(b.index(0), whole, tile.rows,
         [&](Value row) { addTile(panel, row, tile.rows, columns); });
  if (int64_t rest = rows.getRest(tile.rows))
    b.loop(whole, rows.count, rest,
           [&](Value row) { addTile(panel, row, rest, columns); });
}

void ProductAdder::addTile(Value panel, Value row, int64_t rows,
                           int64_t columns) {
  Value zero = b.index(0);
  Value result = c.result.slice(b, c.resultRow, row, rows, c.resultColumn,
                                b.mul(panel, tile.getColumns()), columns);
  Value lhs = left.slice(b, row, rows);
  auto forEach = [&](auto visit) {
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t v = 0; v * tile.width < columns; ++v)
        visit(c.result.inSlice(b, c.resultRow, b.index(r), c.resultColumn,
                               b.index(v * tile.width)),
              std::min(tile.width, columns - v * tile.width));
  };
  auto loadSums = [&] {
    SmallVector<Value> sums;
    forEach([&](ValueRange place, int64_t count) {
      sums.push_back(loadVector(b, result, place, tile.width, count));
    });
    return sums;
  };
  auto fillSums = [&] {
    auto type = VectorType::get(tile.width, c.initial.getType());
    Value number = vector::BroadcastOp::create(b, type, c.initial);
    int64_t count = rows * llvm::divideCeil(columns, tile.width);
    return SmallVector<Value>(count, number);
  };
  // While this register tile computes, what it writes arrives, or what the next
  // one adds to.
  bool isOnlyWritten = c.initial && !c.isFirst;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < columns; v += tile.width)
      c.result.prefetch(
          b, c.resultRow, b.add(row, isOnlyWritten ? r : rows + r),
          c.resultColumn, b.add(b.mul(panel, tile.getColumns()), v),
          /*isWrite=*/true);
  SmallVector<Value> sums;
  if (c.initial && c.isFirst)
    sums = b.select(c.isFirst, fillSums, loadSums);
  else
    sums = c.initial ? fillSums() : loadSums();
  auto loop = scf::ForOp::create(b, zero, c.getDepth().count, b.index(1), sums);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    scf::YieldOp::create(b, addDepth(panel, lhs, rows, loop.getRegionIterArgs(),
                                     loop.getInductionVar()));
  }
  unsigned i = 0;
  forEach([&](ValueRange place, int64_t count) {
    storeVector(b, loop.getResult(i++), result, place, count);
  });
}

/// Adds the products of column `k` of the left factor and row `k` of the panel.
SmallVector<Value> ProductAdder::addDepth(Value panel, Value lhs, int64_t rows,
                                          ValueRange sums, Value k) {
  int64_t vectors = sums.size() / rows;
  SmallVector<Value> right, next;
  for (int64_t v = 0; v < vectors; ++v)
    right.push_back(loadVector(b, panels, {panel, k, b.index(v * tile.width)},
                               tile.width, tile.width));
  for (int64_t r = 0; r < rows; ++r) {
    Value element = memref::LoadOp::create(b, lhs, left.at(b, r, k));
    Value spread =
        vector::BroadcastOp::create(b, right.front().getType(), element);
    for (int64_t v = 0; v < vectors; ++v)
      next.push_back(
          vector::FMAOp::create(b, spread, right[v], sums[r * vectors + v]));
  }
  return next;
}

void brt::x86::addProduct(IndexBuilder &b, const Contraction &contraction,
                          const RegisterTile &tile, const LeftFactor &left,
                          Value panels) {
  ProductAdder(b, contraction, tile, left, panels).add();
}
