//===- RegisterTiles.cpp - Sums in registers ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace brt::x86;

namespace {

class ProductAdder {
public:
  ProductAdder(IndexBuilder &builder, const Contraction &contraction,
               const RegisterTile &tile, const LeftFactor &left, Value panels)
      : b(builder), c(contraction), tile(tile), left(left), panels(panels) {}

  void add();

private:
  void addRows(Value row, int64_t rows);
  void addTile(Value panel, Value row, int64_t rows, int64_t columns);
  SmallVector<Value> addParts(Value panel, Value row, int64_t rows,
                              ValueRange sums);
  SmallVector<Value> addDepth(Value panel, Value lhs, int64_t rows,
                              ValueRange sums, Value k, Value inPart);
  /// The sums after a loop that `add` makes an iteration of.
  SmallVector<Value>
  carry(Value begin, Value end, ValueRange sums,
        function_ref<SmallVector<Value>(Value, ValueRange)> add);

  IndexBuilder &b;
  const Contraction &c;
  RegisterTile tile;
  const LeftFactor &left;
  Value panels;
};

} // namespace

/// Strip by strip of rows, so that one stays in the first-level cache while all
/// panels pass by from the second.
void ProductAdder::add() {
  const TileAxis &rows = c.getRows();
  Value whole = b.mul(b.div(rows.count, tile.rows), tile.rows);
  b.loop(b.index(0), whole, tile.rows,
         [&](Value row) { addRows(row, tile.rows); });
  if (int64_t rest = rows.getRest(tile.rows))
    b.loop(whole, rows.count, rest, [&](Value row) { addRows(row, rest); });
}

void ProductAdder::addRows(Value row, int64_t rows) {
  left.prepareRows(b, row, rows);
  const TileAxis &columns = c.getColumns();
  int64_t width = tile.getColumns();
  Value whole = b.div(columns.count, width);
  b.loop(b.index(0), whole, 1,
         [&](Value panel) { addTile(panel, row, rows, width); });
  if (int64_t rest = columns.getRest(width))
    b.loop(whole, b.ceilDiv(columns.count, width), 1,
           [&](Value panel) { addTile(panel, row, rows, rest); });
}

void ProductAdder::addTile(Value panel, Value row, int64_t rows,
                           int64_t columns) {
  Value begin = b.mul(panel, tile.getColumns());
  Value result =
      c.result.slice(b, c.resultRow, row, rows, c.resultColumn, begin, columns);
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
      c.result.prefetch(b, c.resultRow, b.add(row, r), c.resultColumn,
                        b.add(begin, isOnlyWritten ? v : columns + v),
                        /*isWrite=*/true);
  SmallVector<Value> sums;
  if (c.initial && c.isFirst)
    sums = b.select(c.isFirst, fillSums, loadSums);
  else
    sums = c.initial ? fillSums() : loadSums();
  sums = addParts(panel, row, rows, sums);
  unsigned i = 0;
  forEach([&](ValueRange place, int64_t count) {
    storeVector(b, sums[i++], result, place, count);
  });
}

/// Adds the products of all parts of the left factor, one loop for each.
SmallVector<Value> ProductAdder::addParts(Value panel, Value row, int64_t rows,
                                          ValueRange sums) {
  Value depth = c.depth.count;
  int64_t size = left.getPartDepth();
  auto addPart = [&](Value part, Value begin, Value end, ValueRange sums) {
    Value lhs = left.slice(b, row, rows, part);
    return carry(begin, end, sums, [&](Value k, ValueRange sums) {
      return addDepth(panel, lhs, rows, sums, k, b.sub(k, begin));
    });
  };
  Value zero = b.index(0);
  if (size >= c.depth.size)
    return addPart(zero, zero, depth, sums);
  return carry(
      zero, b.ceilDiv(depth, size), sums, [&](Value part, ValueRange sums) {
        Value begin = b.mul(part, size);
        return addPart(part, begin, b.min(b.add(begin, b.index(size)), depth),
                       sums);
      });
}

SmallVector<Value>
ProductAdder::carry(Value begin, Value end, ValueRange sums,
                    function_ref<SmallVector<Value>(Value, ValueRange)> add) {
  auto loop = scf::ForOp::create(b, begin, end, b.index(1), sums);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  scf::YieldOp::create(b,
                       add(loop.getInductionVar(), loop.getRegionIterArgs()));
  return llvm::to_vector(ValueRange(loop.getResults()));
}

/// How many rows ahead a panel is asked for, which comes from the second-level
/// cache.
static constexpr int64_t kPrefetchRows = 8;

/// Adds the products of cell `k` of rows of the left factor, the cell `inPart`
/// of their part, and of columns of the panel.
SmallVector<Value> ProductAdder::addDepth(Value panel, Value lhs, int64_t rows,
                                          ValueRange sums, Value k,
                                          Value inPart) {
  int64_t vectors = sums.size() / rows;
  SmallVector<Value> right, next;
  Value ahead = b.add(k, kPrefetchRows);
  for (int64_t v = 0; v < vectors; ++v) {
    Value column = b.index(v * tile.width);
    right.push_back(
        loadVector(b, panels, {panel, k, column}, tile.width, tile.width));
    memref::PrefetchOp::create(b, panels, ValueRange{panel, ahead, column},
                               /*isWrite=*/false, /*localityHint=*/3,
                               /*isDataCache=*/true);
  }
  for (int64_t r = 0; r < rows; ++r) {
    Value cell = memref::LoadOp::create(b, lhs, left.at(b, r, inPart));
    Value spread =
        vector::BroadcastOp::create(b, right.front().getType(), cell);
    for (int64_t v = 0; v < vectors; ++v)
      next.push_back(
          multiplyAdd(b, c.cell, spread, right[v], sums[r * vectors + v]));
  }
  return next;
}

void brt::x86::addProduct(IndexBuilder &b, const Contraction &contraction,
                          const RegisterTile &tile, const LeftFactor &left,
                          Value panels) {
  ProductAdder(b, contraction, tile, left, panels).add();
}
