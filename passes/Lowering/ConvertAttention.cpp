//===- ConvertAttention.cpp - Heads, window and state attention -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as two contractions with a softmax in two passes between them. A
// window is walked in blocks of W queries, each of which sees the 2W keys
// around it; logits of a whole segment are never stored.
//
// Loops are always lane b, head h, query i, key j, feature d.
//
//===----------------------------------------------------------------------===//

#include "AttentionWindow.h"
#include "ConvertBrtToLinalg.h"
#include "MaskedLogits.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

namespace {

struct SplitHeads : OpRewritePattern<SplitHeadsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SplitHeadsOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    RankedTensorType type = op.getResult().getType();
    SmallVector<OpFoldResult> sizes = b.sizesOf(op.getInput(), {0, 1});
    sizes.push_back(b.getIndexAttr(type.getDimSize(2)));
    sizes.push_back(b.getIndexAttr(type.getDimSize(3)));
    SmallVector<ReassociationIndices> axes = {{0}, {1}, {2, 3}};
    rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(op, type, op.getInput(),
                                                       axes, sizes);
    return success();
  }
};

struct MergeHeads : OpRewritePattern<MergeHeadsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MergeHeadsOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    SmallVector<ReassociationIndices> axes = {{0}, {1}, {2, 3}};
    auto flat = [&](Value heads) -> Value {
      return tensor::CollapseShapeOp::create(b, heads, axes);
    };
    OperandRange inputs = op.getInputs();
    if (inputs.size() == 1) {
      rewriter.replaceOp(op, flat(inputs.front()));
      return success();
    }
    RankedTensorType type = op.getResult().getType();
    SmallVector<OpFoldResult> sizes = b.sizesOf(inputs.front(), {0, 1});
    sizes.push_back(b.getIndexAttr(type.getDimSize(2)));
    Value result = b.empty(sizes, type.getElementType());
    int64_t offset = 0;
    for (Value input : inputs) {
      Value part = flat(input);
      result = b.insert(part, result, 2, b.getIndexAttr(offset));
      offset += getExtent(part, 2);
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Makes an attention logit of a scaled dot product. `args` are the dot
/// product, then one element of each of the extra accesses.
using LogitPayload = function_ref<Value(ScalarBuilder &, ValueRange)>;

/// Softmax over keys with one more logit `virtualLogit` [H], or null for the
/// usual one, and the mean of values under it. `query` is [B, n, H, D], `keys`
/// and `values` are [B, m, H, D]; all of the compute type. `kept` [H, n, m] is
/// what dropout multiplies weights by, or null.
struct SoftmaxMean {
  StructuredBuilder &b;
  Value query, keys, values, virtualLogit, kept;

  /// The logarithm of the sum of all weights, [B, H, n], after build().
  Value logSumExp = {};

  Value build(ArrayRef<Access> extra, Type resultType, LogitPayload toLogit) {
    Type type = getElementType(query);
    SmallVector<OpFoldResult> rows = b.sizesOf(query, {0, 2, 1});
    SmallVector<OpFoldResult> square = rows;
    square.push_back(b.sizesOf(keys, {1}).front());

    Value dots = b.contract({b.filled(square, type, 0.0), {0, 1, 2, 3}},
                            {query, {0, 2, 1, 4}}, {keys, {0, 3, 1, 4}});
    SmallVector<Access> reads = {{dots, {0, 1, 2, 3}}};
    llvm::append_range(reads, extra);
    Value logits = b.map(square, type, reads, toLogit);

    Value maximum =
        b.reduce({virtualLogits(rows), {0, 1, 2}}, {{logits, {0, 1, 2, 3}}},
                 [](ScalarBuilder &s, ValueRange args) {
                   return s.max(args[1], args[0]);
                 });
    Value weights =
        b.map(square, type, {{logits, {0, 1, 2, 3}}, {maximum, {0, 1, 2}}},
              [&](ScalarBuilder &s, ValueRange args) {
                Value masked = s.less(args[0], s.constant(type, kMaskedBelow));
                return s.select(masked, s.constant(type, 0.0),
                                s.exp(s.sub(args[0], args[1])));
              });
    // The virtual logit's weight comes first; the others are added to it.
    Value first = b.map(
        rows, type, {{virtualLogits(rows), {0, 1, 2}}, {maximum, {0, 1, 2}}},
        [](ScalarBuilder &s, ValueRange args) {
          return s.exp(s.sub(args[0], args[1]));
        });
    Value total = b.reduce({first, {0, 1, 2}}, {{weights, {0, 1, 2, 3}}},
                           [](ScalarBuilder &s, ValueRange args) {
                             return s.add(args[1], args[0]);
                           });

    logSumExp = b.map(rows, type, {{maximum, {0, 1, 2}}, {total, {0, 1, 2}}},
                      [](ScalarBuilder &s, ValueRange args) {
                        Value log = math::LogOp::create(s, args[1]);
                        return s.add(args[0], log);
                      });

    if (kept)
      weights =
          b.map(square, type, {{weights, {0, 1, 2, 3}}, {kept, {1, 2, 3}}},
                [](ScalarBuilder &s, ValueRange args) {
                  return s.mul(args[0], args[1]);
                });
    SmallVector<OpFoldResult> sums = rows;
    sums.push_back(b.sizesOf(query, {3}).front());
    Value mean = b.contract({b.filled(sums, type, 0.0), {0, 1, 2, 3}},
                            {weights, {0, 1, 2, 4}}, {values, {0, 4, 1, 3}});
    return b.map(b.sizesOf(query), resultType,
                 {{mean, {0, 2, 1, 3}}, {total, {0, 2, 1}}},
                 [](ScalarBuilder &s, ValueRange args) {
                   return s.div(args[0], args[1]);
                 });
  }

  Value virtualLogits(ArrayRef<OpFoldResult> rows) {
    Type type = getElementType(query);
    if (!virtualLogit)
      return b.filled(rows, type, kVirtualLogit);
    return b.map(rows, type, {{virtualLogit, {1}}},
                 [&](ScalarBuilder &s, ValueRange args) {
                   return s.convert(args[0], type);
                 });
  }
};

struct ConvertStateAttention : OpRewritePattern<StateAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(StateAttentionOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    SoftmaxMean mean{b,
                     b.widened(op.getQuery()),
                     b.widened(op.getKey()),
                     b.widened(op.getValue()),
                     Value(),
                     Value()};
    SmallVector<Access> extra;
    if (op.getTemperature())
      extra.push_back({op.getTemperature(), {1}});
    double scale = op.getScale().convertToDouble();
    Value result = mean.build(
        extra, getElementType(op.getResult()),
        [&](ScalarBuilder &s, ValueRange args) {
          Value logit = s.mul(args[0], scale);
          return extra.empty()
                     ? logit
                     : s.mul(logit, getTemperature(s, args[1], logit.getType(),
                                                   op.getTemperatureKind()));
        });
    SmallVector<Value> results = {result};
    if (op.getLogSumExp())
      results.push_back(
          b.converted(mean.logSumExp, getElementType(op.getLogSumExp())));
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct ConvertWindowAttention : OpRewritePattern<WindowAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WindowAttentionOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    AttentionWindow attention(op);
    Value keys = b.widened(op.getKey());
    Value values = b.widened(op.getValue());
    Type type = getElementType(values);

    auto attend = [&](Value offset, int64_t count,
                      ValueRange carried) -> SmallVector<Value> {
      OpFoldResult size = b.getIndexAttr(count);
      Value query = b.slice(op.getQuery(), 1, offset, size);
      KeyRange range = attention.getRange(b, offset, count);
      WindowLogits logits(b, attention, range, b.sizesOf(query, {0}).front(),
                          getExtent(query, 2), count, type);
      OpFoldResult keyCount = b.getIndexAttr(range.count);
      SoftmaxMean mean{
          b,
          b.widened(query),
          b.slice(keys, 1, range.start, keyCount),
          b.slice(values, 1, range.start, keyCount),
          op.getSink(),
          attention.getKept(b, range, getExtent(query, 2), count, type)};
      Value result = mean.build(
          logits.getReads(), getElementType(query),
          [&](ScalarBuilder &s, ValueRange args) {
            return s.select(logits.isVisible(s, args), logits.getLogit(s, args),
                            s.constant(type, kMaskedLogit));
          });
      SmallVector<Value> next = {b.insert(result, carried[0], 1, offset)};
      if (op.getLogSumExp())
        next.push_back(b.insert(mean.logSumExp, carried[1], 2, offset));
      return next;
    };
    SmallVector<Value> results = {
        b.empty(b.sizesOf(op.getQuery()), getElementType(op.getQuery()))};
    if (op.getLogSumExp())
      results.push_back(b.empty(b.sizesOf(op.getQuery(), {0, 2, 1}), type));
    rewriter.replaceOp(op, attention.walkBlocks(b, results, attend));
    return success();
  }
};

} // namespace

void brt::populateConvertAttentionPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertStateAttention, ConvertWindowAttention, MergeHeads,
               SplitHeads>(patterns.getContext());
}
