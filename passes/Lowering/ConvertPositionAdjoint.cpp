//===- ConvertPositionAdjoint.cpp - Adjoint of the relative bias ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "PositionTables.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

namespace {

/// One lowering for each kind of relative bias. Loops that are summed over come
/// behind those of the parameter.
struct ConvertRelativeBiasAdjoint : OpRewritePattern<RelativeBiasAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RelativeBiasAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    SmallVector<Value> gradients;
    switch (op.getKind()) {
    case PositionBias::T5:
      gradients = {lowerT5(b, op)};
      break;
    case PositionBias::Fourier:
      gradients = {lowerFourier(b, op)};
      break;
    case PositionBias::ALiBi:
      gradients = lowerALiBi(b, op);
      break;
    case PositionBias::NN:
      gradients = lowerNN(b, op);
      break;
    case PositionBias::None:
    case PositionBias::Rotary:
      return rewriter.notifyMatchFailure(op, "not a kind of bias");
    }
    for (auto [gradient, result] : llvm::zip_equal(gradients, op.getResults()))
      gradient = b.converted(gradient, getElementType(result));
    rewriter.replaceOp(op, gradients);
    return success();
  }

  static Value lowerT5(StructuredBuilder &b, RelativeBiasAdjointOp op) {
    Value table = op.getParameters()[0];
    Type type = getComputeType(getElementType(table));
    Value buckets =
        getBuckets(b, op.getFirstDistance(), getExtent(op.getGradient(), 1));
    return b.sum(b.sizesOf(table), {0, 1},
                 {{op.getGradient(), {0, 2}}, {buckets, {2}}}, type,
                 [&](ScalarBuilder &s, ValueRange args) {
                   Value hit = arith::CmpIOp::create(
                       s, arith::CmpIPredicate::eq, args[1], s.loopIndex32(1));
                   return s.select(hit, args[0], s.constant(type, 0.0));
                 });
  }

  static Value lowerFourier(StructuredBuilder &b, RelativeBiasAdjointOp op) {
    Value parameters = op.getParameters()[0];
    Value gradient = b.widened(op.getGradient());
    Type type = getElementType(gradient);
    int64_t frequencies = getExtent(parameters, 1) / 2;
    Waves waves =
        getWaves(b, *op.getMaxKeys(), frequencies, op.getFirstDistance(),
                 getExtent(op.getGradient(), 1), type);
    Value result = b.empty(b.sizesOf(parameters), type);
    SmallVector<OpFoldResult> sizes = {b.sizesOf(parameters, {0}).front(),
                                       b.getIndexAttr(frequencies)};
    int64_t offset = 0;
    for (Value table : {waves.cosines, waves.negatedSines}) {
      Value half = b.contract({b.filled(sizes, type, 0.0), {0, 1}},
                              {gradient, {0, 2}}, {table, {1, 2}});
      result = b.insert(half, result, 1, b.getIndexAttr(offset));
      offset += frequencies;
    }
    return result;
  }

  static SmallVector<Value> lowerALiBi(StructuredBuilder &b,
                                       RelativeBiasAdjointOp op) {
    Value scale = op.getParameters()[0], bound = op.getParameters()[1];
    Type type = getComputeType(getElementType(scale));
    int64_t heads = getExtent(op.getGradient(), 0);
    bool perHead = getExtent(bound, 0) == heads;
    Value slopes = getSlopes(b, heads, type);
    Value distances =
        getDistances(b, op.getFirstDistance(), getExtent(op.getGradient(), 1),
                     /*absolute=*/true, type);
    // Loops of one parameter: itself 0, then head and column where it lacks
    // them. `head` is the loop of heads.
    auto sumOver = [&](Value like, int64_t head, Payload payload) {
      int64_t column = head + 1;
      SmallVector<Access> reads = {{op.getGradient(), {head, column}},
                                   {slopes, {head}},
                                   {distances, {column}},
                                   {scale, {0}},
                                   {bound, {0}}};
      // A bound a head goes with its head, one number with loop 0 alone.
      if (perHead)
        reads[4].loops = {head};
      if (head == 0)
        reads[3].tensor = b.map(b.sizesOf(bound), type, {},
                                [&](ScalarBuilder &s, ValueRange) {
                                  return s.element(scale, s.constantIndex(0));
                                });
      return b.sum(b.sizesOf(like), 0, reads, type, payload);
    };
    auto isFirst = [&](ScalarBuilder &s, ValueRange a) {
      Value first = s.mul(s.mul(a[1], s.abs(a[3])), a[2]);
      Value floor = s.neg(s.abs(a[4]));
      return s.less(floor, first);
    };
    Value scaleGradient =
        sumOver(scale, 1, [&](ScalarBuilder &s, ValueRange a) {
          Value slope = s.mul(s.mul(a[1], a[2]), s.sign(a[3]));
          return s.select(isFirst(s, a), s.mul(a[0], slope),
                          s.constant(type, 0.0));
        });
    Value boundGradient =
        sumOver(bound, perHead ? 0 : 1, [&](ScalarBuilder &s, ValueRange a) {
          Value negated = s.neg(s.sign(a[4]));
          return s.select(isFirst(s, a), s.constant(type, 0.0),
                          s.mul(a[0], negated));
        });
    return {scaleGradient, boundGradient};
  }

  /// Loops: hidden feature f, then head h and column r.
  static SmallVector<Value> lowerNN(StructuredBuilder &b,
                                    RelativeBiasAdjointOp op) {
    Value w1 = op.getParameters()[0], b1 = op.getParameters()[1],
          w2 = op.getParameters()[2];
    Type type = getComputeType(getElementType(w1));
    Value distances =
        getDistances(b, op.getFirstDistance(), getExtent(op.getGradient(), 1),
                     /*absolute=*/false, type);
    auto third = [&](ScalarBuilder &s, Value weight) {
      return s.div(weight, s.constant(type, 3.0));
    };
    auto hidden = [&](ScalarBuilder &s, ValueRange a) {
      return s.sub(a[2], s.mul(a[1], a[4]));
    };
    // G c, with the sign of a step of b1.
    auto step = [&](ScalarBuilder &s, ValueRange a) {
      Value z = hidden(s, a);
      Value wave = s.mul(math::SinOp::create(s, third(s, a[3])), 3.0);
      Value slope = s.rsqrt(s.add(s.mul(z, z), 1.0));
      return s.mul(a[0], s.mul(wave, slope));
    };
    auto readsBy = [&](int64_t f, int64_t h) -> SmallVector<Access> {
      return {{op.getGradient(), {h, 2}},
              {w1, {f}},
              {b1, {f}},
              {w2, {h, f}},
              {distances, {2}}};
    };
    Value w1Gradient = b.sum(b.sizesOf(w1), 0, readsBy(0, 1), type,
                             [&](ScalarBuilder &s, ValueRange a) {
                               return s.neg(s.mul(step(s, a), a[4]));
                             });
    Value b1Gradient = b.sum(b.sizesOf(b1), 0, readsBy(0, 1), type, step);
    Value w2Gradient =
        b.sum(b.sizesOf(w2), {0, 1}, readsBy(1, 0), type,
              [&](ScalarBuilder &s, ValueRange a) {
                Value cosine = math::CosOp::create(s, third(s, a[3]));
                Value feature = math::AsinhOp::create(s, hidden(s, a));
                return s.mul(a[0], s.mul(cosine, feature));
              });
    return {w1Gradient, b1Gradient, w2Gradient};
  }
};

} // namespace

void brt::populateConvertPositionAdjointPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertRelativeBiasAdjoint>(patterns.getContext());
}
