//===- ConvertRandom.cpp - The inverse normal in IR -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "Philox.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

/// coefficients[0] x^k + coefficients[1] x^(k-1) + ...
static Value polynomial(ScalarBuilder &s, Value x,
                        ArrayRef<double> coefficients) {
  Value sum = s.constant(x.getType(), coefficients.front());
  for (double coefficient : coefficients.drop_front())
    sum = s.add(s.mul(sum, x), coefficient);
  return sum;
}

/// The inverse of the normal distribution by Acklam's rational approximation.
static Value inverseNormal(ScalarBuilder &s, Value u) {
  constexpr double kA[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                           -2.759285104469687e+02, 1.383577518672690e+02,
                           -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr double kB[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                           -1.556989798598866e+02, 6.680131188771972e+01,
                           -1.328068155288572e+01, 1.0};
  constexpr double kC[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                           -2.400758277161838e+00, -2.549732539343734e+00,
                           4.374664141464968e+00,  2.938163982698783e+00};
  constexpr double kD[] = {7.784695709041462e-03, 3.224671290700398e-01,
                           2.445134137142996e+00, 3.754408661907416e+00, 1.0};
  constexpr double kTail = 0.02425;

  Type f64 = u.getType();
  Value half = s.constant(f64, 0.5), one = s.constant(f64, 1.0);
  Value centre = s.sub(u, half);
  Value square = s.mul(centre, centre);
  Value middle = s.div(s.mul(polynomial(s, square, kA), centre),
                       polynomial(s, square, kB));

  Value upper = s.less(half, u);
  Value tail = s.select(upper, s.sub(one, u), u);
  Value root = math::SqrtOp::create(
      s, s.mul(math::LogOp::create(s, tail), s.constant(f64, -2.0)));
  Value outer = s.div(polynomial(s, root, kC), polynomial(s, root, kD));
  outer = s.select(upper, s.neg(outer), outer);
  return s.select(s.less(tail, s.constant(f64, kTail)), outer, middle);
}

namespace {

struct ConvertRandom : OpRewritePattern<RandomOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RandomOp op,
                                PatternRewriter &rewriter) const override {
    constexpr double kTruncatedStddev = 0.87962566103423978;
    constexpr double kNormalOfMinus2 = 0.022750131948179195;
    StructuredBuilder b(op, rewriter);
    Type f64 = b.getF64Type(), i64 = b.getI64Type();
    bool truncated = op.getDistribution() == Distribution::TruncatedNormal;
    // Outside of the body, so that tensors of one shape share their code.
    Value stream =
        arith::ConstantOp::create(b, b.getI64IntegerAttr(op.getStream()));
    Value key = b.add(op.getSeed(), stream);
    Value mean = b.constant(f64, op.getMean().convertToDouble());
    double stddev = op.getStddev().convertToDouble();
    Value scale =
        b.constant(f64, truncated ? stddev / kTruncatedStddev : stddev);

    RankedTensorType type = op.getResult().getType();
    Value result = b.map(
        b.sizesOf(op.getResult()), type.getElementType(), {},
        [&](ScalarBuilder &s, ValueRange) {
          Value zero = s.constant(i64, 0);
          auto [low, high] = splitWords(s, linearIndex(s, type.getShape()));
          std::array<Value, 4> word =
              emitPhilox(s, {low, high, zero, zero}, key);
          Value lower = arith::ShRUIOp::create(s, word[1], s.constant(i64, 12));
          Value bits = s.add(s.mul(word[0], s.constant(i64, 1 << 20)), lower);
          Value u = s.mul(s.add(s.toFloat(bits, f64), 0.5), 0x1p-52);
          if (truncated)
            u = s.add(s.mul(u, 1.0 - 2 * kNormalOfMinus2), kNormalOfMinus2);
          Value draw = s.add(s.mul(inverseNormal(s, u), scale), mean);
          return s.convert(draw, type.getElementType());
        });
    rewriter.replaceOp(op, result);
    return success();
  }

  static Value linearIndex(ScalarBuilder &s, ArrayRef<int64_t> shape) {
    Value n = s.constant(s.getI64Type(), 0);
    for (auto [axis, extent] : llvm::enumerate(shape))
      n = s.add(s.mul(n, s.constant(s.getI64Type(), extent)),
                loopIndex64(s, axis));
    return n;
  }
};

} // namespace

void brt::populateConvertRandomPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertRandom>(patterns.getContext());
}
