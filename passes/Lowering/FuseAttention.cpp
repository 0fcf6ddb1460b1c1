//===- FuseAttention.cpp - Attention as kernels ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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

} // namespace

void brt::populateFuseAttentionPatterns(RewritePatternSet &patterns) {
  patterns.add<FuseStateAttention, FuseWindowAttention>(patterns.getContext(),
                                                        /*benefit=*/2);
}
