//===- FuseAttention.cpp - Attention as kernels ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AttentionAdjoint.h"
#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/dialects/Kernel/Kernel.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

/// A temperature as it multiplies logits; null without one.
template <typename OpT>
static Value getFactor(StructuredBuilder &b, OpT op) {
  Value temperature = op.getTemperature();
  if (!temperature || op.getTemperatureKind() == Temperature::Signed)
    return temperature;
  return b.map(
      b.sizesOf(temperature), getElementType(temperature), {{temperature, {0}}},
      [](ScalarBuilder &s, ValueRange args) { return s.abs(args[0]); });
}

template <typename OpT>
static SmallVector<Value> getInits(StructuredBuilder &b, OpT op) {
  Value query = op.getQuery();
  SmallVector<Value> inits = {b.empty(b.sizesOf(query), getElementType(query))};
  if (op.getLogSumExp())
    inits.push_back(b.empty(b.sizesOf(query, {0, 2, 1}),
                            getElementType(op.getLogSumExp())));
  return inits;
}

namespace {

struct FuseStateAttention : OpRewritePattern<StateAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(StateAttentionOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    SmallVector<Value> inits = getInits(b, op);
    auto fused = kernel::AttentionOp::create(
        b, TypeRange(inits), op.getQuery(), op.getKey(), op.getValue(),
        getFactor(b, op), /*bias=*/Value(), /*sink=*/Value(),
        /*positions=*/Value(), /*seed=*/Value(), /*step=*/Value(), inits,
        /*window=*/nullptr, b.getBoolAttr(true), op.getScaleAttr(),
        b.getF64FloatAttr(0.0), b.getI64IntegerAttr(0));
    rewriter.replaceOp(op, fused.getResults());
    return success();
  }
};

struct FuseWindowAttention : OpRewritePattern<WindowAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WindowAttentionOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    SmallVector<Value> inits = getInits(b, op);
    auto fused = kernel::AttentionOp::create(
        b, TypeRange(inits), op.getQuery(), op.getKey(), op.getValue(),
        getFactor(b, op), op.getBias(), op.getSink(), op.getPositions(),
        op.getSeed(), op.getStep(), inits, op.getWindowAttr(),
        op.getCausalAttr(), op.getScaleAttr(), op.getDropoutRateAttr(),
        op.getDropoutSiteAttr());
    rewriter.replaceOp(op, fused.getResults());
    return success();
  }
};

/// Makes one adjoint of attention, and what sums up its gradients of
/// parameters over lanes.
template <typename OpT>
struct AdjointKernel {
  StructuredBuilder &b;
  OpT op;
  Value bias = {}, sink = {}, positions = {}, seed = {}, step = {};
  IntegerAttr window = {}, dropoutSite = {};
  BoolAttr causal = {};
  FloatAttr dropoutRate = {};

  SmallVector<Value> build() {
    Value query = op.getQuery(), temperature = op.getTemperature();
    Type type = getElementType(op.getLogSumExp());
    Value delta = getDelta(b, op.getGradient(), op.getOutput(), type);
    SmallVector<Value> inits = {b.empty(b.sizesOf(query), type)};
    for (Value operand : {op.getKey(), op.getValue()})
      inits.push_back(b.empty(b.sizesOf(operand), getElementType(operand)));
    if (temperature)
      inits.push_back(b.empty(b.sizesOf(delta), type));
    if (bias) {
      SmallVector<OpFoldResult> sizes = b.sizesOf(query, {0, 2});
      sizes.push_back(b.sizesOf(bias, {1}).front());
      inits.push_back(b.empty(sizes, type));
    }
    ValueRange gradients =
        kernel::AttentionAdjointOp::create(
            b, TypeRange(inits), query, op.getKey(), op.getValue(),
            getFactor(b, op), bias, positions, seed, step, op.getGradient(),
            op.getLogSumExp(), delta, inits, window, causal, op.getScaleAttr(),
            dropoutRate, dropoutSite)
            .getResults();

    SmallVector<Value> results = {
        b.converted(gradients[0], getElementType(query)), gradients[1],
        gradients[2]};
    auto add = [&](Value gradient, Value like) {
      results.push_back(b.converted(gradient, getElementType(like)));
    };
    auto take = [](ScalarBuilder &, ValueRange args) { return args[0]; };
    if (temperature) {
      Value sum = b.sum(b.sizesOf(temperature), 0, {{gradients[3], {1, 0, 2}}},
                        type, take);
      add(getTemperatureGradient(b, sum, temperature, op.getTemperatureKind()),
          temperature);
    }
    if (bias)
      add(b.sum(b.sizesOf(bias), {0, 1}, {{gradients.back(), {2, 0, 1}}}, type,
                take),
          bias);
    if (sink)
      add(getSinkGradient(b, sink, op.getLogSumExp(), delta, type), sink);
    return results;
  }
};

struct FuseStateAttentionAdjoint : OpRewritePattern<StateAttentionAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(StateAttentionAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    AdjointKernel<StateAttentionAdjointOp> kernel{b, op};
    kernel.causal = b.getBoolAttr(true);
    kernel.dropoutRate = b.getF64FloatAttr(0.0);
    kernel.dropoutSite = b.getI64IntegerAttr(0);
    rewriter.replaceOp(op, kernel.build());
    return success();
  }
};

struct FuseWindowAttentionAdjoint : OpRewritePattern<WindowAttentionAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WindowAttentionAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    AdjointKernel<WindowAttentionAdjointOp> kernel{b, op};
    kernel.bias = op.getBias();
    kernel.sink = op.getSink();
    kernel.positions = op.getPositions();
    kernel.seed = op.getSeed();
    kernel.step = op.getStep();
    kernel.window = op.getWindowAttr();
    kernel.causal = op.getCausalAttr();
    kernel.dropoutRate = op.getDropoutRateAttr();
    kernel.dropoutSite = op.getDropoutSiteAttr();
    rewriter.replaceOp(op, kernel.build());
    return success();
  }
};

} // namespace

void brt::populateFuseAttentionPatterns(RewritePatternSet &patterns) {
  patterns.add<FuseStateAttention, FuseWindowAttention>(patterns.getContext(),
                                                        /*benefit=*/2);
}

void brt::populateFuseAttentionAdjointPatterns(RewritePatternSet &patterns) {
  patterns.add<FuseStateAttentionAdjoint, FuseWindowAttentionAdjoint>(
      patterns.getContext(), /*benefit=*/2);
}
