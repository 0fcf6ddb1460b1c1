//===- ConvertRandom.cpp - Philox and the inverse normal in IR ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"
#include <array>

using namespace mlir;
using namespace brt;

/// The 32 low bits of an i64.
static Value low32(ScalarBuilder &s, Value word) {
  return arith::AndIOp::create(s, word,
                               s.constant(s.getI64Type(), 0xFFFFFFFFL));
}

static Value shiftRight(ScalarBuilder &s, Value word, int64_t bits) {
  return arith::ShRUIOp::create(s, word, s.constant(s.getI64Type(), bits));
}

/// The first two words of Philox4x32-10 at counter [n, n >> 32, 0, 0]. Words
/// are i64 below 2^32 (Salmon et al., SC 2011).
static std::pair<Value, Value> philox(ScalarBuilder &s, Value n, Value key) {
  constexpr int64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr int64_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  constexpr int kRounds = 10;
  Type i64 = s.getI64Type();
  Value zero = s.constant(i64, 0);
  std::array<Value, 4> c = {low32(s, n), shiftRight(s, n, 32), zero, zero};
  Value key0 = low32(s, key), key1 = shiftRight(s, key, 32);
  auto xor3 = [&](Value x, Value y, Value z) -> Value {
    return arith::XOrIOp::create(s, arith::XOrIOp::create(s, x, y), z);
  };
  for (int round = 0; round < kRounds; ++round) {
    Value product0 = s.mul(c[0], s.constant(i64, kMultiplier0));
    Value product1 = s.mul(c[2], s.constant(i64, kMultiplier1));
    c = {xor3(shiftRight(s, product1, 32), c[1], key0), low32(s, product1),
         xor3(shiftRight(s, product0, 32), c[3], key1), low32(s, product0)};
    key0 = low32(s, s.add(key0, s.constant(i64, kWeyl0)));
    key1 = low32(s, s.add(key1, s.constant(i64, kWeyl1)));
  }
  return {c[0], c[1]};
}

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
          auto [w0, w1] = philox(s, linearIndex(s, type.getShape()), key);
          Value bits =
              s.add(s.mul(w0, s.constant(i64, 1 << 20)), shiftRight(s, w1, 12));
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
    for (auto [axis, extent] : llvm::enumerate(shape)) {
      Value index =
          arith::IndexCastOp::create(s, s.getI64Type(), s.loopIndex(axis));
      n = s.add(s.mul(n, s.constant(s.getI64Type(), extent)), index);
    }
    return n;
  }
};

} // namespace

void brt::populateConvertRandomPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertRandom>(patterns.getContext());
}
