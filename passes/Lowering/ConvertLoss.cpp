//===- ConvertLoss.cpp - Targets and cross entropy ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include <cmath>

using namespace mlir;
using namespace brt;

/// The sum of a tensor [B, N], in its order: the same number on every target.
static Value sumInOrder(StructuredBuilder &b, Value tensor) {
  Value zero = b.constantIndex(0), one = b.constantIndex(1);
  auto loopOver = [&](Value end, Value init, auto body) -> Value {
    auto loop = scf::ForOp::create(
        b, zero, end, one, init,
        [&](OpBuilder &builder, Location loc, Value index, ValueRange carried) {
          ScalarBuilder s(loc, builder);
          scf::YieldOp::create(s, Value(body(s, index, carried[0])));
        });
    return loop.getResult(0);
  };
  Value lanes = tensor::DimOp::create(b, tensor, 0);
  Value positions = tensor::DimOp::create(b, tensor, 1);
  Value start = b.constant(getElementType(tensor), 0.0);
  return loopOver(lanes, start, [&](ScalarBuilder &, Value lane, Value sum) {
    return loopOver(
        positions, sum, [&](ScalarBuilder &s, Value i, Value inner) -> Value {
          Value x = tensor::ExtractOp::create(s, tensor, ValueRange{lane, i});
          return s.add(inner, x);
        });
  });
}

namespace {

struct ShiftTargets : OpRewritePattern<ShiftTargetsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ShiftTargetsOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value tokens = op.getTokens();
    int64_t last = getExtent(tokens, 1) - 1;
    SmallVector<OpFoldResult> sizes = b.sizesOf(tokens);
    // The element after (b, i), or `end` at the last position.
    auto next = [&](ScalarBuilder &s, Value tensor, double end) {
      Value limit = s.constantIndex(last), i = s.loopIndex(1);
      Value shifted = s.add(i, s.constantIndex(1));
      Value x = s.element(
          tensor, {s.loopIndex(0), arith::MinSIOp::create(s, shifted, limit)});
      return s.select(s.less(i, limit), x, s.constant(x.getType(), end));
    };
    Value targets =
        b.map(sizes, b.getI32Type(), {},
              [&](ScalarBuilder &s, ValueRange) { return next(s, tokens, 0); });

    SmallVector<Access> reads = {{tokens, {0, 1}}, {targets, {0, 1}}};
    Value inputMask = op.getInputMask();
    if (inputMask && !op.getShiftMask())
      reads.push_back({inputMask, {0, 1}});
    Value mask = b.map(sizes, b.getI1Type(), reads,
                       [&](ScalarBuilder &s, ValueRange args) {
                         Value set = isSet(s, args[0]);
                         set = arith::AndIOp::create(s, set, isSet(s, args[1]));
                         if (!inputMask)
                           return set;
                         Value given = op.getShiftMask() ? next(s, inputMask, 0)
                                                         : Value(args[2]);
                         return Value(arith::AndIOp::create(s, set, given));
                       });
    rewriter.replaceOp(op, {targets, mask});
    return success();
  }

  static Value isSet(ScalarBuilder &s, Value token) {
    return arith::CmpIOp::create(s, arith::CmpIPredicate::ne, token,
                                 s.constant(token.getType(), 0));
  }
};

struct ConvertCrossEntropy : OpRewritePattern<CrossEntropyOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CrossEntropyOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value logits = b.widened(op.getLogits());
    Type type = getElementType(logits);
    SmallVector<OpFoldResult> rows = b.sizesOf(logits, {0, 1});
    Value maximum =
        b.reduce({b.filled(rows, type, -INFINITY), {0, 1}},
                 {{logits, {0, 1, 2}}}, [](ScalarBuilder &s, ValueRange args) {
                   return s.max(args[1], args[0]);
                 });
    Value total =
        b.reduce({b.filled(rows, type, 0.0), {0, 1}},
                 {{logits, {0, 1, 2}}, {maximum, {0, 1}}},
                 [](ScalarBuilder &s, ValueRange args) {
                   return s.add(args[2], s.exp(s.sub(args[0], args[1])));
                 });
    SmallVector<Access> reads = {{maximum, {0, 1}},
                                 {total, {0, 1}},
                                 {op.getTargets(), {0, 1}},
                                 {op.getMask(), {0, 1}}};
    Value loss =
        b.map(rows, type, reads, [&](ScalarBuilder &s, ValueRange args) {
          Value target = s.floorModulo(args[2], getExtent(logits, 2));
          Value logit = s.element(
              logits, {s.loopIndex(0), s.loopIndex(1), s.toIndex(target)});
          Value logSum = s.add(math::LogOp::create(s, args[1]), args[0]);
          return s.select(args[3], s.sub(logSum, logit), s.constant(type, 0.0));
        });
    Value sum = b.convert(sumInOrder(b, loss), getElementType(op.getLossSum()));
    Value sumTensor =
        tensor::FromElementsOp::create(b, op.getLossSum().getType(), sum);

    Type i64 = b.getI64Type();
    Value count = b.reduce({b.filled({}, i64, 0), {}}, {{op.getMask(), {0, 1}}},
                           [&](ScalarBuilder &s, ValueRange args) {
                             Value one =
                                 arith::ExtUIOp::create(s, i64, args[0]);
                             return s.add(args[1], one);
                           });
    Value tokenLoss = b.converted(loss, getElementType(op.getTokenLoss()));
    rewriter.replaceOp(op, {tokenLoss, sumTensor, count});
    return success();
  }
};

} // namespace

void brt::populateConvertLossPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertCrossEntropy, ShiftTargets>(patterns.getContext());
}
