//===- ConvertPointwise.cpp - Norms, activations, gates -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "GateWeights.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"
#include <cmath>

using namespace mlir;
using namespace brt;

/// Reduces `tensor` over its last axis, from `start` on.
static Value reduceRows(StructuredBuilder &b, Value tensor, double start,
                        Payload payload) {
  Type compute = getComputeType(getElementType(tensor));
  SmallVector<int64_t> loops = allLoops(tensor);
  ArrayRef<int64_t> rows = ArrayRef<int64_t>(loops).drop_back();
  Value init = b.filled(b.sizesOf(tensor, rows), compute, start);
  return b.reduce({init, llvm::to_vector(rows)}, {{tensor, loops}}, payload);
}

static Value addSquare(ScalarBuilder &s, ValueRange args) {
  return s.add(args[1], s.mul(args[0], args[0]));
}

namespace {

struct ConvertNorm : OpRewritePattern<NormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(NormOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput();
    Type type = getElementType(x);
    Type compute = getComputeType(type);
    SmallVector<int64_t> all = allLoops(x), rows = rowLoops(x);
    int64_t feature = all.back();
    double width = getExtent(x, feature);

    if (op.getKind() == NormKind::Layer) {
      Value sum = reduceRows(b, x, 0.0, [](ScalarBuilder &s, ValueRange args) {
        return s.add(args[1], args[0]);
      });
      x = b.map(b.sizesOf(x), compute, {{x, all}, {sum, rows}},
                [&](ScalarBuilder &s, ValueRange args) {
                  Value mean = s.div(args[1], s.constant(compute, width));
                  return s.sub(args[0], mean);
                });
    }
    Value squares = reduceRows(b, x, 0.0, addSquare);
    double epsilon = op.getEpsilon().convertToDouble();
    Value factor = b.map(b.sizesOf(squares), compute, {{squares, rows}},
                         [&](ScalarBuilder &s, ValueRange args) {
                           Value mean =
                               s.div(args[0], s.constant(compute, width));
                           return s.rsqrt(s.add(mean, epsilon));
                         });
    SmallVector<Access> reads = {
        {x, all}, {factor, rows}, {op.getScale(), {feature}}};
    if (op.getBias())
      reads.push_back({op.getBias(), {feature}});
    Value result = b.map(
        b.sizesOf(x), type, reads, [&](ScalarBuilder &s, ValueRange args) {
          Value scale = s.convert(args[2], compute);
          Value y = s.mul(s.mul(args[0], args[1]), scale);
          return args.size() < 4 ? y : s.add(y, s.convert(args[3], compute));
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct ConvertUnitNormalize : OpRewritePattern<UnitNormalizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnitNormalizeOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput();
    Type type = getElementType(x);
    SmallVector<int64_t> rows = rowLoops(x);
    Value squares = reduceRows(b, x, 0.0, addSquare);
    double epsilon = op.getEpsilon().convertToDouble();
    Value factor =
        b.map(b.sizesOf(squares), getComputeType(type), {{squares, rows}},
              [&](ScalarBuilder &s, ValueRange args) {
                return s.rsqrt(s.add(args[0], epsilon));
              });
    Value result = b.map(b.sizesOf(x), type, {{x, allLoops(x)}, {factor, rows}},
                         [](ScalarBuilder &s, ValueRange args) {
                           return s.mul(args[0], args[1]);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// A kind of activation that looks at one element at a time.
static Value activate(ScalarBuilder &s, ActivationKind kind, Value x) {
  switch (kind) {
  case ActivationKind::None:
    return x;
  case ActivationKind::ReLU:
    return s.max(x, 0.0);
  case ActivationKind::Swish:
    return s.mul(x, s.sigmoid(x));
  case ActivationKind::Sigmoid:
    return s.sigmoid(x);
  case ActivationKind::Tanh:
    return math::TanhOp::create(s, x);
  case ActivationKind::GELU: {
    Value erf = math::ErfOp::create(s, s.mul(x, std::sqrt(0.5)));
    return s.mul(s.mul(x, s.add(erf, 1.0)), 0.5);
  }
  case ActivationKind::Softmax:
  case ActivationKind::SwiGLU:
    break;
  }
  llvm_unreachable("not a function of one element");
}

struct ConvertActivation : OpRewritePattern<ActivationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ActivationOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput();
    if (op.getKind() == ActivationKind::Softmax) {
      rewriter.replaceOp(op, softmax(b, x));
      return success();
    }
    Value result = b.map(b.sizesOf(x), getElementType(x), {{x, allLoops(x)}},
                         [&](ScalarBuilder &s, ValueRange args) {
                           return activate(s, op.getKind(), args[0]);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }

  static Value softmax(StructuredBuilder &b, Value x) {
    Type type = getElementType(x);
    SmallVector<int64_t> all = allLoops(x), rows = rowLoops(x);
    Value maximum =
        reduceRows(b, x, -INFINITY, [](ScalarBuilder &s, ValueRange args) {
          return s.max(args[1], args[0]);
        });
    Value weights =
        b.map(b.sizesOf(x), getComputeType(type), {{x, all}, {maximum, rows}},
              [](ScalarBuilder &s, ValueRange args) {
                return s.exp(s.sub(args[0], args[1]));
              });
    Value sum =
        reduceRows(b, weights, 0.0, [](ScalarBuilder &s, ValueRange args) {
          return s.add(args[1], args[0]);
        });
    return b.map(b.sizesOf(x), type, {{weights, all}, {sum, rows}},
                 [](ScalarBuilder &s, ValueRange args) {
                   return s.div(args[0], args[1]);
                 });
  }
};

struct ConvertGate : OpRewritePattern<GateOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GateOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type type = getElementType(op.getState());
    SmallVector<int64_t> all = allLoops(op.getState());
    SmallVector<Access> reads = {{op.getState(), all}, {op.getUpdate(), all}};
    for (Value activation : op.getActivations()) {
      bool perFeature = op.getKind() == GateKind::Fixed;
      reads.push_back(
          {activation, perFeature ? SmallVector<int64_t>{all.back()} : all});
    }
    Value result = b.map(b.sizesOf(op.getState()), type, reads,
                         [&](ScalarBuilder &s, ValueRange args) {
                           return blend(s, op.getKind(), args);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }

  /// `args`: state, update, activations.
  static Value blend(ScalarBuilder &s, GateKind kind, ValueRange args) {
    if (kind == GateKind::Residual)
      return s.add(args[0], args[1]);
    auto [keep, take] = getGateWeights(s, kind, args.drop_front(2));
    return s.add(s.mul(keep, args[0]), s.mul(take, args[1]));
  }
};

struct AddStateIds : OpRewritePattern<AddStateIdsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddStateIdsOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value x = op.getInput();
    Value result = b.map(b.sizesOf(x), getElementType(x),
                         {{x, {0, 1, 2}}, {op.getIds(), {1, 2}}},
                         [](ScalarBuilder &s, ValueRange args) {
                           Value id = s.convert(args[1], args[0].getType());
                           return s.add(args[0], id);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void brt::populateConvertPointwisePatterns(RewritePatternSet &patterns) {
  patterns.add<AddStateIds, ConvertActivation, ConvertGate, ConvertNorm,
               ConvertUnitNormalize>(patterns.getContext());
}
