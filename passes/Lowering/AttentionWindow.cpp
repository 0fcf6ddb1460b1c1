//===- AttentionWindow.cpp - What queries see, and their logits -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AttentionWindow.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

Value brt::getTemperature(ScalarBuilder &s, Value temperature, Type type,
                          Temperature kind) {
  temperature = s.convert(temperature, type);
  return kind == Temperature::Absolute ? s.abs(temperature) : temperature;
}

//===----------------------------------------------------------------------===//
// Ranges of keys
//===----------------------------------------------------------------------===//

KeyRange AttentionWindow::getRange(StructuredBuilder &b, Value offset,
                                   int64_t count) const {
  if (positions)
    return {Value(), b.constantIndex(0), keys};
  int64_t shift = keys - queries;
  Value first = b.add(offset, b.constantIndex(shift));
  bool aligned = causal || shift % window == 0;
  int64_t visible = causal ? window + count : 2 * window;
  if (!aligned || visible >= keys)
    return {first, b.constantIndex(0), keys};

  // The oldest visible key stands `window` before the first query; at either
  // end of the keys the range of `visible` keys is moved inside.
  Value start = b.sub(first, b.constantIndex(window));
  if (shift < window)
    start = b.max(start, b.constantIndex(0));
  if (!causal)
    start = arith::MinSIOp::create(b, start, b.constantIndex(keys - visible));
  return {first, start, visible};
}

Value AttentionWindow::getKept(StructuredBuilder &b, const KeyRange &range,
                               int64_t heads, int64_t count, Type type) const {
  if (!draw.seed)
    return {};
  Type i64 = b.getI64Type();
  Value offset =
      arith::IndexCastOp::create(b, i64, b.sub(range.first, range.start));
  int64_t columns = causal ? window : 3 * window - 1;
  SmallVector<OpFoldResult> sizes = {b.getIndexAttr(heads),
                                     b.getIndexAttr(count),
                                     b.getIndexAttr(range.count)};
  // Blocks start at multiples of the window. Columns of keys that no query sees
  // lie outside, and what is drawn for them has no effect.
  return b.map(sizes, type, {}, [&](ScalarBuilder &s, ValueRange) {
    Value query = loopIndex64(s, 1);
    Value row = s.add(s.mul(loopIndex64(s, 0), s.constant(i64, window)), query);
    Value distance = s.sub(s.add(offset, query), loopIndex64(s, 2));
    Value column = s.sub(distance, s.constant(i64, getClosest()));
    Value number = s.add(s.mul(row, s.constant(i64, columns)), column);
    return draw.emitFactor(s, number, type);
  });
}

SmallVector<Value> AttentionWindow::walkBlocks(StructuredBuilder &b,
                                               ValueRange inits,
                                               Body body) const {
  if (positions || queries <= window)
    return body(b.constantIndex(0), queries, inits);
  int64_t blocks = queries / window;
  auto loop = scf::ForOp::create(
      b, b.constantIndex(0), b.constantIndex(blocks), b.constantIndex(1), inits,
      [&](OpBuilder &builder, Location loc, Value t, ValueRange carried) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(builder.saveInsertionPoint());
        Value offset = b.mul(t, b.constantIndex(window));
        scf::YieldOp::create(b, body(offset, window, carried));
      });
  if (int64_t rest = queries % window)
    return body(b.constantIndex(blocks * window), rest, loop.getResults());
  return llvm::to_vector_of<Value>(loop.getResults());
}

//===----------------------------------------------------------------------===//
// Logits
//===----------------------------------------------------------------------===//

WindowLogits::WindowLogits(StructuredBuilder &b,
                           const AttentionWindow &attention,
                           const KeyRange &range, OpFoldResult lanes,
                           int64_t heads, int64_t queries, Type type)
    : attention(attention), type(type) {
  Type i32 = b.getI32Type();
  start = arith::IndexCastOp::create(b, i32, range.start);
  if (range.first)
    first = arith::IndexCastOp::create(b, i32, range.first);
  auto read = [&](Access access) {
    reads.push_back(access);
    return reads.size(); // The dot product is argument 0.
  };
  if (!first)
    positionArg = read({attention.positions, {0}});
  if (attention.temperature)
    temperatureArg = read({attention.temperature, {1}});
  if (attention.bias)
    readBias(b, lanes, heads, queries, range.count);
}

/// The bias of each logit, read by distance: [H, n, m], with lanes where their
/// positions differ. What no query sees reads some element.
void WindowLogits::readBias(StructuredBuilder &b, OpFoldResult lanes,
                            int64_t heads, int64_t queries, int64_t keys) {
  Value bias = attention.bias;
  Type i32 = b.getI32Type();
  SmallVector<OpFoldResult> sizes = {
      first ? OpFoldResult(b.getIndexAttr(1)) : lanes, b.getIndexAttr(heads),
      b.getIndexAttr(queries), b.getIndexAttr(keys)};
  SmallVector<Access> positions;
  if (!first)
    positions.push_back({attention.positions, {0}});
  Value table =
      b.map(sizes, type, positions, [&](ScalarBuilder &s, ValueRange args) {
        Value column = getColumn(s, first ? Value() : args[0]);
        column = s.max(column, s.constant(i32, 0));
        column = arith::MinSIOp::create(
            s, column, s.constant(i32, getExtent(bias, 1) - 1));
        Value element = s.element(bias, {s.loopIndex(1), s.toIndex(column)});
        return s.convert(element, type);
      });
  if (first) {
    SmallVector<ReassociationIndices> axes = {{0, 1}, {2}, {3}};
    reads.push_back(
        {tensor::CollapseShapeOp::create(b, table, axes), {1, 2, 3}});
  } else {
    reads.push_back({table, {0, 1, 2, 3}});
  }
  biasArg = reads.size();
}

Value WindowLogits::getFirst(Value position) const {
  return first ? first : position;
}

Value WindowLogits::getColumn(ScalarBuilder &s, Value position) const {
  Value key = s.add(start, s.loopIndex32(3));
  Value query = s.add(getFirst(position), s.loopIndex32(2));
  return s.sub(s.sub(query, key),
               s.constant(s.getI32Type(), attention.getClosest()));
}

Value WindowLogits::getRaw(ScalarBuilder &s, ValueRange args) const {
  Value logit = s.mul(args[0], attention.scale);
  return biasArg ? s.add(logit, args[biasArg]) : logit;
}

Value WindowLogits::getTemperatureAt(ScalarBuilder &s, ValueRange args) const {
  if (!temperatureArg)
    return {};
  return getTemperature(s, args[temperatureArg], type,
                        attention.temperatureKind);
}

Value WindowLogits::getLogit(ScalarBuilder &s, ValueRange args) const {
  Value logit = getRaw(s, args);
  Value temperature = getTemperatureAt(s, args);
  return temperature ? s.mul(logit, temperature) : logit;
}

Value WindowLogits::isVisible(ScalarBuilder &s, ValueRange args) const {
  Type i32 = s.getI32Type();
  Value key = s.add(start, s.loopIndex32(3));
  Value query = s.add(getFirst(positionArg ? args[positionArg] : Value()),
                      s.loopIndex32(2));
  Value oldest, end;
  if (attention.causal) {
    oldest = s.sub(query, s.constant(i32, attention.window));
    end = query;
  } else {
    Value width = s.constant(i32, attention.window);
    Value block = s.mul(arith::FloorDivSIOp::create(s, query, width), width);
    oldest = s.sub(block, width);
    end = s.add(block, width);
  }
  Value tooOld = s.less(key, oldest);
  Value before = s.less(key, end);
  return s.select(tooOld, s.constant(s.getI1Type(), 0), before);
}
