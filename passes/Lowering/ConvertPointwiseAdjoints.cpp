//===- ConvertPointwiseAdjoints.cpp - Adjoints of norms and gates ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "GateWeights.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"
#include <cmath>

using namespace mlir;
using namespace brt;

/// 1 / sqrt(2 pi), the normal density at 0.
static constexpr double kDensityAtZero = 0.39894228040143267794;

namespace {

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

struct ConvertNormAdjoint : OpRewritePattern<NormAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(NormAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput();
    Type type = getElementType(x), compute = getComputeType(type);
    SmallVector<int64_t> all = allLoops(x), rows = rowLoops(x);
    int64_t feature = all.back();
    double width = getExtent(x, feature);
    SmallVector<OpFoldResult> rowSizes = b.sizesOf(x, rows);
    auto meanOver = [&](ArrayRef<Access> reads, Payload payload) {
      Value sum = b.sum(rowSizes, rows, reads, compute, payload);
      return b.map(rowSizes, compute, {{sum, rows}},
                   [&](ScalarBuilder &s, ValueRange args) {
                     return s.div(args[0], s.constant(compute, width));
                   });
    };

    bool centered = op.getKind() == NormKind::Layer;
    if (centered) {
      Value mean = meanOver({{x, all}}, [&](ScalarBuilder &s, ValueRange args) {
        return args[0];
      });
      x = b.map(b.sizesOf(x), compute, {{x, all}, {mean, rows}},
                [&](ScalarBuilder &s, ValueRange args) {
                  return s.sub(args[0], args[1]);
                });
    }
    Value square = meanOver({{x, all}}, [&](ScalarBuilder &s, ValueRange args) {
      return s.mul(args[0], args[0]);
    });
    double epsilon = op.getEpsilon().convertToDouble();
    Value factor = b.map(rowSizes, compute, {{square, rows}},
                         [&](ScalarBuilder &s, ValueRange args) {
                           return s.rsqrt(s.add(args[0], epsilon));
                         });

    // h = G scale; u = x r.
    Access input = {x, all}, gradient = {op.getGradient(), all},
           scale = {op.getScale(), {feature}}, r = {factor, rows};
    Value meanOfProduct =
        meanOver({input, gradient, scale}, [&](ScalarBuilder &s, ValueRange a) {
          return s.mul(a[0], s.mul(a[1], a[2]));
        });
    SmallVector<Access> reads = {
        input, gradient, scale, r, {meanOfProduct, rows}};
    if (centered)
      reads.push_back({meanOver({gradient, scale},
                                [&](ScalarBuilder &s, ValueRange a) {
                                  return s.mul(a[0], a[1]);
                                }),
                       rows});
    Value inputGradient =
        b.map(b.sizesOf(x), type, reads, [&](ScalarBuilder &s, ValueRange a) {
          Value h = s.mul(a[1], a[2]);
          // mean(h u) is r mean(h x).
          Value u = s.mul(a[0], a[3]);
          Value rest = s.sub(h, s.mul(u, s.mul(a[3], a[4])));
          return s.mul(a[3], centered ? s.sub(rest, a[5]) : rest);
        });
    Value scaleGradient =
        b.sum(b.sizesOf(op.getScale()), feature, {input, gradient, r}, compute,
              [&](ScalarBuilder &s, ValueRange a) {
                return s.mul(a[1], s.mul(a[0], a[2]));
              });
    rewriter.replaceOp(
        op, {inputGradient,
             b.converted(scaleGradient, getElementType(op.getScale()))});
    return success();
  }
};

struct ConvertUnitNormalizeAdjoint : OpRewritePattern<UnitNormalizeAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnitNormalizeAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput();
    Type type = getElementType(x), compute = getComputeType(type);
    SmallVector<int64_t> all = allLoops(x), rows = rowLoops(x);
    auto product = [&](ScalarBuilder &s, ValueRange args) {
      return s.mul(args.front(), args.back());
    };
    SmallVector<OpFoldResult> sizes = b.sizesOf(x, rows);
    Value squares = b.sum(sizes, rows, {{x, all}}, compute, product);
    Value products = b.sum(sizes, rows, {{x, all}, {op.getGradient(), all}},
                           compute, product);
    double epsilon = op.getEpsilon().convertToDouble();
    Value factor = b.map(sizes, compute, {{squares, rows}},
                         [&](ScalarBuilder &s, ValueRange args) {
                           return s.rsqrt(s.add(args[0], epsilon));
                         });
    Value result = b.map(
        b.sizesOf(x), type,
        {{x, all}, {op.getGradient(), all}, {factor, rows}, {products, rows}},
        [&](ScalarBuilder &s, ValueRange args) {
          // sum(G u) is r sum(G x).
          Value unit = s.mul(args[0], args[2]);
          Value along = s.mul(unit, s.mul(args[2], args[3]));
          return s.mul(args[2], s.sub(args[1], along));
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Activations and gates
//===----------------------------------------------------------------------===//

/// The derivative of an activation that looks at one element.
static Value differentiate(ScalarBuilder &s, ActivationKind kind, Value x) {
  Type type = x.getType();
  Value one = s.constant(type, 1.0);
  switch (kind) {
  case ActivationKind::ReLU:
    return s.select(s.less(s.constant(type, 0.0), x), one,
                    s.constant(type, 0.0));
  case ActivationKind::Swish: {
    Value sigmoid = s.sigmoid(x);
    return s.mul(sigmoid, s.add(s.mul(x, s.sub(one, sigmoid)), 1.0));
  }
  case ActivationKind::Sigmoid: {
    Value sigmoid = s.sigmoid(x);
    return s.mul(sigmoid, s.sub(one, sigmoid));
  }
  case ActivationKind::Tanh: {
    Value tanh = math::TanhOp::create(s, x);
    return s.sub(one, s.mul(tanh, tanh));
  }
  case ActivationKind::GELU: {
    Value erf = math::ErfOp::create(s, s.mul(x, std::sqrt(0.5)));
    Value below = s.mul(s.add(erf, 1.0), 0.5);
    Value density = s.mul(s.exp(s.mul(s.mul(x, x), -0.5)), kDensityAtZero);
    return s.add(below, s.mul(x, density));
  }
  case ActivationKind::None:
  case ActivationKind::Softmax:
  case ActivationKind::SwiGLU:
    break;
  }
  llvm_unreachable("not a function of one element that has an adjoint");
}

struct ConvertActivationAdjoint : OpRewritePattern<ActivationAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ActivationAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput();
    Type type = getElementType(x), compute = getComputeType(type);
    SmallVector<int64_t> all = allLoops(x), rows = rowLoops(x);
    if (op.getKind() != ActivationKind::Softmax) {
      Value result =
          b.map(b.sizesOf(x), type, {{x, all}, {op.getGradient(), all}},
                [&](ScalarBuilder &s, ValueRange args) {
                  Value slope = differentiate(s, op.getKind(), args[0]);
                  return s.mul(args[1], slope);
                });
      rewriter.replaceOp(op, result);
      return success();
    }
    Value p = ActivationOp::create(b, x.getType(), ActivationKind::Softmax, x);
    Value along =
        b.sum(b.sizesOf(x, rows), rows, {{p, all}, {op.getGradient(), all}},
              compute, [&](ScalarBuilder &s, ValueRange args) {
                return s.mul(args[0], args[1]);
              });
    Value result = b.map(b.sizesOf(x), type,
                         {{p, all}, {op.getGradient(), all}, {along, rows}},
                         [&](ScalarBuilder &s, ValueRange args) {
                           Value rest = s.sub(args[1], args[2]);
                           return s.mul(args[0], rest);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct ConvertGateAdjoint : OpRewritePattern<GateAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GateAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type type = getElementType(op.getState()), compute = getComputeType(type);
    bool fixed = op.getKind() == GateKind::Fixed;
    bool lstm = op.getKind() == GateKind::LSTM;
    SmallVector<int64_t> all = allLoops(op.getState());
    SmallVector<Access> reads = {
        {op.getState(), all}, {op.getUpdate(), all}, {op.getGradient(), all}};
    for (Value activation : op.getActivations())
      reads.push_back(
          {activation, fixed ? SmallVector<int64_t>{all.back()} : all});

    auto weigh = [&](ScalarBuilder &s, ValueRange args) {
      return getGateWeights(s, op.getKind(), args.drop_front(3));
    };
    auto slope = [&](ScalarBuilder &s, Value weight) {
      return s.mul(weight, s.sub(s.constant(compute, 1.0), weight));
    };
    auto mapAll = [&](Type resultType, Payload payload) {
      return b.map(b.sizesOf(op.getState()), resultType, reads, payload);
    };

    SmallVector<Value> results = {
        mapAll(type,
               [&](ScalarBuilder &s, ValueRange args) {
                 return s.mul(args[2], weigh(s, args).first);
               }),
        mapAll(type, [&](ScalarBuilder &s, ValueRange args) {
          return s.mul(args[2], weigh(s, args).second);
        })};
    if (lstm) {
      results.push_back(mapAll(type, [&](ScalarBuilder &s, ValueRange args) {
        return s.mul(s.mul(args[2], args[0]), slope(s, weigh(s, args).first));
      }));
      results.push_back(mapAll(type, [&](ScalarBuilder &s, ValueRange args) {
        return s.mul(s.mul(args[2], args[1]), slope(s, weigh(s, args).second));
      }));
    } else {
      auto payload = [&](ScalarBuilder &s, ValueRange args) {
        Value difference = s.sub(args[0], args[1]);
        return s.mul(s.mul(args[2], difference),
                     slope(s, weigh(s, args).first));
      };
      if (fixed) {
        Value bias = op.getActivations().front();
        Value sum = b.sum(b.sizesOf(bias), all.back(), reads, compute, payload);
        results.push_back(b.converted(sum, getElementType(bias)));
      } else {
        results.push_back(mapAll(type, payload));
      }
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void brt::populateConvertPointwiseAdjointPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertActivationAdjoint, ConvertGateAdjoint, ConvertNormAdjoint,
               ConvertUnitNormalizeAdjoint>(patterns.getContext());
}
