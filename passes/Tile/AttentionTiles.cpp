//===- AttentionTiles.cpp - Tiles of queries and keys ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AttentionTiles.h"
#include "brt/dialects/Tile/Tile.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

int64_t TileSize::cut(int64_t rows) const {
  int64_t count = llvm::divideCeil(rows, std::max(most, step));
  return count == 1 ? rows : llvm::alignTo(llvm::divideCeil(rows, count), step);
}

TileSize TileSize::inWindow(std::optional<int64_t> window,
                            int64_t tiles) const {
  int64_t rows = window ? (*window + tiles - 1) / tiles : most;
  return {std::min(most, rows), step};
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

ValueRange AttentionTiles::createGrid(Value query, int64_t tiles) {
  auto shape = cast<ShapedType>(query.getType());
  SmallVector<OpFoldResult> counts = {b.getIndexAttr(shape.getDimSize(0)),
                                      b.getIndexAttr(shape.getDimSize(2))};
  if (shape.isDynamicDim(0))
    counts[0] = memref::DimOp::create(b, query, 0).getResult();
  if (tiles)
    counts.push_back(b.getIndexAttr(tiles));
  auto grid = scf::ForallOp::create(b, counts, /*outputs=*/ValueRange(),
                                    /*mapping=*/std::nullopt);
  b.setInsertionPointToStart(grid.getBody());
  lane = grid.getInductionVar(0);
  head = grid.getInductionVar(1);
  zero = b.constantIndex(0);
  return grid.getBody()->getArguments();
}

void AttentionTiles::emitLoop(Value begin, Value end,
                              function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(b, begin, end, b.constantIndex(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

Value AttentionTiles::loadScalar(Value memref, Value index) {
  return b.convert(memref::LoadOp::create(b, memref, index), type);
}

Value AttentionTiles::load(Value view, Value tile, int64_t size) {
  auto tileType =
      RankedTensorType::get({size, width}, getElementTypeOrSelf(view));
  Value indices[] = {lane, tile, head, zero};
  return b.widened(tile::LoadOp::create(b, tileType, view, indices,
                                        ArrayRef<int64_t>{1, 3}, APFloat(0.0)));
}

void AttentionTiles::store(Value rows, Value view, Value tile) {
  Value indices[] = {lane, tile, head, zero};
  tile::StoreOp::create(b, b.converted(rows, getElementTypeOrSelf(view)), view,
                        indices, ArrayRef<int64_t>{1, 3});
}

Value AttentionTiles::loadNumbers(Value view, Value tile, double padding) {
  auto tileType = RankedTensorType::get(queries, getElementTypeOrSelf(view));
  return tile::LoadOp::create(b, tileType, view, ValueRange{lane, head, tile},
                              ArrayRef<int64_t>{2}, APFloat(padding));
}

Value AttentionTiles::fill(Value number, ArrayRef<int64_t> shape) {
  Value empty = tensor::EmptyOp::create(b, shape, number.getType());
  return linalg::FillOp::create(b, number, empty).getResult(0);
}

Value AttentionTiles::contract(Value lhs, bool lhsTransposed, Value rhs,
                               bool rhsTransposed, Value sum) {
  AffineExpr m, n, k;
  bindDims(b.getContext(), m, n, k);
  auto getMap = [&](AffineExpr row, AffineExpr column, bool isTransposed) {
    if (isTransposed)
      std::swap(row, column);
    return AffineMap::get(3, 0, {row, column}, b.getContext());
  };
  ArrayAttr maps = b.getAffineMapArrayAttr({getMap(m, k, lhsTransposed),
                                            getMap(k, n, rhsTransposed),
                                            getMap(m, n, false)});
  return linalg::ContractOp::create(b, sum.getType(), ValueRange{lhs, rhs}, sum,
                                    maps)
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// What queries see
//===----------------------------------------------------------------------===//

Value AttentionTiles::getStart() {
  return positions ? b.toIndex(memref::LoadOp::create(b, positions, lane))
                   : b.constantIndex(allKeys - allQueries);
}

/// The begin of the block of W that a position is in.
Value AttentionTiles::getBlock(Value position) {
  Value size = b.constantIndex(*window);
  return b.mul(arith::FloorDivSIOp::create(b, position, size), size);
}

RowRange AttentionTiles::getSeen(Value first, Value last) {
  RowRange range = {b.constantIndex(0), b.constantIndex(allKeys)};
  if (!window)
    return range;
  Value size = b.constantIndex(*window);
  Value begin = b.sub(causal ? first : getBlock(first), size);
  Value end = causal ? last : b.add(getBlock(last), size);
  return {b.max(begin, range.begin), arith::MinSIOp::create(b, end, range.end)};
}

RowRange AttentionTiles::getSeeing(Value start, Value firstKey, Value lastKey) {
  RowRange range = {b.constantIndex(0), b.constantIndex(allQueries)};
  if (!window)
    return range;
  Value begin =
      causal ? b.add(firstKey, b.constantIndex(1)) : getBlock(firstKey);
  Value end = b.add(causal ? lastKey : getBlock(lastKey),
                    b.constantIndex(causal ? *window + 1 : 2 * *window));
  return {b.max(b.sub(begin, start), range.begin),
          arith::MinSIOp::create(b, b.sub(end, start), range.end)};
}

RowRange AttentionTiles::getTiles(RowRange rows, int64_t size) {
  Value step = b.constantIndex(size);
  return {arith::DivUIOp::create(b, rows.begin, step),
          arith::CeilDivSIOp::create(b, rows.end, step)};
}

Value AttentionTiles::emitMasked(Value first, Value last, Value firstKey,
                                 function_ref<Value()> plain,
                                 function_ref<Value()> masked) {
  if (!window && allKeys % keys == 0)
    return plain();
  // What every query of the tile sees.
  RowRange common = getSeen(last, first);
  auto isAtMost = [&](Value x, Value y) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::sle, x, y);
  };
  Value isInside = arith::AndIOp::create(
      b, isAtMost(common.begin, firstKey),
      isAtMost(b.add(firstKey, b.constantIndex(keys)), common.end));
  auto yield = [&](function_ref<Value()> make) {
    return [this, make](OpBuilder &builder, Location) {
      OpBuilder::InsertionGuard guard(b);
      b.restoreInsertionPoint(builder.saveInsertionPoint());
      scf::YieldOp::create(b, make());
    };
  };
  return scf::IfOp::create(b, isInside, yield(plain), yield(masked))
      .getResult(0);
}

Value AttentionTiles::isVisible(ScalarBuilder &s, Value first, Value firstKey) {
  auto toInt = [&](Value index) -> Value {
    return arith::IndexCastOp::create(s, s.getI32Type(), index);
  };
  Value key = s.add(toInt(firstKey), s.loopIndex32(1));
  Value inside = s.less(key, s.constant(s.getI32Type(), allKeys));
  if (!window)
    return inside;
  Value query = s.add(toInt(first), s.loopIndex32(0));
  Value size = s.constant(s.getI32Type(), *window);
  Value end = query;
  if (!causal) {
    query = s.mul(arith::FloorDivSIOp::create(s, query, size), size);
    end = s.add(query, size);
  }
  Value never = s.constant(s.getI1Type(), 0);
  Value seen = s.select(s.less(key, s.sub(query, size)), never, inside);
  return s.select(s.less(key, end), seen, never);
}

Value AttentionTiles::getDistance(Value first, Value firstKey) {
  return b.sub(b.sub(first, firstKey), b.constantIndex(closest));
}

Value AttentionTiles::loadBias(Value bias, Value first, Value firstKey) {
  auto tileType =
      RankedTensorType::get({queries, keys}, getElementTypeOrSelf(bias));
  Value indices[] = {head, getDistance(first, firstKey)};
  return tile::LoadToeplitzOp::create(b, tileType, bias, indices, APFloat(0.0));
}

Value AttentionTiles::emitFactor(ScalarBuilder &s, Value offset, Value first,
                                 Value firstKey) {
  Type i64 = s.getI64Type();
  auto toInt = [&](Value index) -> Value {
    return arith::IndexCastOp::create(s, i64, index);
  };
  Value query = s.add(toInt(offset), loopIndex64(s, 0));
  Value row = s.add(s.mul(toInt(head), s.constant(i64, *window)),
                    s.floorModulo(query, *window));
  Value distance =
      s.sub(s.sub(s.add(toInt(first), loopIndex64(s, 0)), toInt(firstKey)),
            loopIndex64(s, 1));
  Value column = s.sub(distance, s.constant(i64, closest));
  Value number = s.add(s.mul(row, s.constant(i64, distances)), column);
  return draw.emitFactor(s, number, type);
}
