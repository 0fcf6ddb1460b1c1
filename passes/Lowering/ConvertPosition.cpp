//===- ConvertPosition.cpp - Absolute, rotary and relative positions ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "PositionTables.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/PatternMatch.h"
#include <cmath>

using namespace mlir;
using namespace brt;

/// Cosines and sines of p w_j, [B or 1, n, half], `w_j = pi 10000^(-j/half)`,
/// `p = first + positions[b] + i`, from angles in f64.
static std::pair<Value, Value> turns(StructuredBuilder &b, Value positions,
                                     OpFoldResult lanes, int64_t count,
                                     int64_t half, int64_t first, Type type) {
  SmallVector<double> frequencies;
  for (int64_t j = 0; j < half; ++j)
    frequencies.push_back(kPi * std::pow(10000.0, -double(j) / half));
  Type f64 = b.getF64Type();
  Value table = constantTable(b, {half}, f64, frequencies);

  SmallVector<OpFoldResult> sizes = {positions ? lanes : b.getIndexAttr(1),
                                     b.getIndexAttr(count),
                                     b.getIndexAttr(half)};
  SmallVector<Access> reads = {{table, {2}}};
  if (positions)
    reads.push_back({positions, {0}});
  auto angle = [&](ScalarBuilder &s, ValueRange args) {
    Value position = s.add(s.loopIndex(1), s.constantIndex(first));
    if (positions)
      position = s.add(position, s.toIndex(args[1]));
    return s.mul(s.toFloat(position, f64), args[0]);
  };
  Value cosines =
      b.map(sizes, type, reads, [&](ScalarBuilder &s, ValueRange a) {
        return s.convert(math::CosOp::create(s, angle(s, a)), type);
      });
  Value sines = b.map(sizes, type, reads, [&](ScalarBuilder &s, ValueRange a) {
    return s.convert(math::SinOp::create(s, angle(s, a)), type);
  });
  return {cosines, sines};
}

/// Loops that read a table of `turns` beside a tensor with lanes and rows. A
/// table without lanes is read at lane 0 through a slice of rank 2.
static Access readTurn(StructuredBuilder &b, Value table, Value positions,
                       int64_t feature) {
  if (positions)
    return {table, {0, 1, feature}};
  SmallVector<ReassociationIndices> axes = {{0, 1}, {2}};
  return {tensor::CollapseShapeOp::create(b, table, axes), {1, feature}};
}

namespace {

struct AddAbsolutePositions : OpRewritePattern<AddAbsolutePositionsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddAbsolutePositionsOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput(), positions = op.getPositions();
    Type type = getElementType(x), compute = getComputeType(type);
    int64_t half = getExtent(x, 2) / 2;
    SmallVector<OpFoldResult> sizes = b.sizesOf(x);
    auto [cosines, sines] = turns(b, positions, sizes[0], getExtent(x, 1), half,
                                  /*first=*/0, compute);
    Value result = b.empty(sizes, type);
    int64_t offset = 0;
    for (Value table : {cosines, sines}) {
      Value part = b.slice(x, 2, b.getIndexAttr(offset), b.getIndexAttr(half));
      Value sum = b.map(b.sizesOf(part), type,
                        {{part, {0, 1, 2}}, readTurn(b, table, positions, 2)},
                        [](ScalarBuilder &s, ValueRange args) {
                          return s.add(args[0], args[1]);
                        });
      result = b.insert(sum, result, 2, b.getIndexAttr(offset));
      offset += half;
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct TurnPairs : OpRewritePattern<RotaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RotaryOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput(), positions = op.getPositions();
    Type type = getElementType(x), compute = getComputeType(type);
    int64_t half = getExtent(x, 3) / 2;
    SmallVector<OpFoldResult> sizes = b.sizesOf(x);
    auto [cosines, sines] = turns(b, positions, sizes[0], getExtent(x, 1), half,
                                  op.getFirst(), compute);
    Value low = b.slice(x, 3, b.getIndexAttr(0), b.getIndexAttr(half));
    Value high = b.slice(x, 3, b.getIndexAttr(half), b.getIndexAttr(half));
    // An inverse turn swaps the signs of the sines.
    auto turn = [&](ScalarBuilder &s, Value sine) -> Value {
      return op.getInverse() ? s.neg(sine) : sine;
    };
    SmallVector<Access> reads = {{low, {0, 1, 2, 3}},
                                 {high, {0, 1, 2, 3}},
                                 readTurn(b, cosines, positions, 3),
                                 readTurn(b, sines, positions, 3)};
    Value first = b.map(b.sizesOf(low), type, reads,
                        [&](ScalarBuilder &s, ValueRange args) {
                          return s.sub(s.mul(args[0], args[2]),
                                       s.mul(args[1], turn(s, args[3])));
                        });
    Value second = b.map(b.sizesOf(low), type, reads,
                         [&](ScalarBuilder &s, ValueRange args) {
                           return s.add(s.mul(args[0], turn(s, args[3])),
                                        s.mul(args[1], args[2]));
                         });
    Value result = b.empty(sizes, type);
    result = b.insert(first, result, 3, b.getIndexAttr(0));
    result = b.insert(second, result, 3, b.getIndexAttr(half));
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// One lowering for each kind of relative bias. Loops: head h, column r, and
/// frequency or hidden feature p.
struct ConvertRelativeBias : OpRewritePattern<RelativeBiasOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RelativeBiasOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    switch (op.getKind()) {
    case PositionBias::T5:
      rewriter.replaceOp(op, lowerT5(b, op));
      return success();
    case PositionBias::Fourier:
      rewriter.replaceOp(op, lowerFourier(b, op));
      return success();
    case PositionBias::ALiBi:
      rewriter.replaceOp(op, lowerALiBi(b, op));
      return success();
    case PositionBias::NN:
      rewriter.replaceOp(op, lowerNN(b, op));
      return success();
    case PositionBias::None:
    case PositionBias::Rotary:
      break;
    }
    return rewriter.notifyMatchFailure(op, "not a kind of bias");
  }

  static Value lowerT5(StructuredBuilder &b, RelativeBiasOp op) {
    int64_t columns = getExtent(op.getResult(), 1);
    Value bucket = getBuckets(b, op.getFirstDistance(), columns);
    Value table = op.getParameters()[0];
    return b.map(b.sizesOf(op.getResult()), getElementType(op.getResult()),
                 {{bucket, {1}}}, [&](ScalarBuilder &s, ValueRange args) {
                   return s.element(table,
                                    {s.loopIndex(0), s.toIndex(args[0])});
                 });
  }

  /// The sum over p of a cos and b sin, as two contractions with tables.
  static Value lowerFourier(StructuredBuilder &b, RelativeBiasOp op) {
    Value parameters = b.widened(op.getParameters()[0]);
    Type type = getElementType(parameters);
    int64_t frequencies = getExtent(parameters, 1) / 2;
    int64_t columns = getExtent(op.getResult(), 1);
    Waves waves = getWaves(b, *op.getMaxKeys(), frequencies,
                           op.getFirstDistance(), columns, type);
    Value sum = b.filled(b.sizesOf(op.getResult()), type, 0.0);
    int64_t offset = 0;
    for (Value table : {waves.cosines, waves.negatedSines}) {
      Value half = b.slice(parameters, 1, b.getIndexAttr(offset),
                           b.getIndexAttr(frequencies));
      sum = b.contract({sum, {0, 1}}, {half, {0, 2}}, {table, {2, 1}});
      offset += frequencies;
    }
    return b.converted(sum, getElementType(op.getResult()));
  }

  static Value lowerALiBi(StructuredBuilder &b, RelativeBiasOp op) {
    Value scale = op.getParameters()[0], bound = op.getParameters()[1];
    int64_t heads = getExtent(op.getResult(), 0);
    int64_t columns = getExtent(op.getResult(), 1);
    Type type = getComputeType(getElementType(scale));
    SmallVector<Access> reads = {
        {getSlopes(b, heads, type), {0}},
        {getDistances(b, op.getFirstDistance(), columns, /*absolute=*/true,
                      type),
         {1}}};
    bool perHead = getExtent(bound, 0) == heads;
    return b.map(b.sizesOf(op.getResult()), getElementType(op.getResult()),
                 reads, [&](ScalarBuilder &s, ValueRange args) {
                   Value zero = s.constantIndex(0);
                   Value size = s.abs(s.element(scale, zero));
                   Value limit =
                       s.element(bound, perHead ? s.loopIndex(0) : zero);
                   Value value = s.mul(s.mul(args[0], size), args[1]);
                   Value floor = s.neg(s.abs(s.convert(limit, type)));
                   return s.max(value, floor);
                 });
  }

  /// A hidden feature of each distance, then one contraction for all heads.
  static Value lowerNN(StructuredBuilder &b, RelativeBiasOp op) {
    Value w1 = b.widened(op.getParameters()[0]);
    Value b1 = b.widened(op.getParameters()[1]);
    Value w2 = b.widened(op.getParameters()[2]);
    Type type = getElementType(w1);
    int64_t columns = getExtent(op.getResult(), 1);
    Value distance = getDistances(b, op.getFirstDistance(), columns,
                                  /*absolute=*/false, type);
    SmallVector<OpFoldResult> sizes = {b.getIndexAttr(getExtent(w1, 0)),
                                       b.getIndexAttr(columns)};
    Value hidden = b.map(sizes, type, {{w1, {0}}, {b1, {0}}, {distance, {1}}},
                         [&](ScalarBuilder &s, ValueRange args) -> Value {
                           Value x = s.sub(args[1], s.mul(args[0], args[2]));
                           return math::AsinhOp::create(s, x);
                         });
    Value waves = b.map(b.sizesOf(w2), type, {{w2, {0, 1}}},
                        [&](ScalarBuilder &s, ValueRange args) {
                          Value third = s.div(args[0], s.constant(type, 3.0));
                          return s.mul(math::SinOp::create(s, third), 3.0);
                        });
    Value sum = b.filled(b.sizesOf(op.getResult()), type, 0.0);
    sum = b.contract({sum, {0, 1}}, {waves, {0, 2}}, {hidden, {2, 1}});
    return b.converted(sum, getElementType(op.getResult()));
  }
};

} // namespace

void brt::populateConvertPositionPatterns(RewritePatternSet &patterns) {
  patterns.add<AddAbsolutePositions, ConvertRelativeBias, TurnPairs>(
      patterns.getContext());
}
