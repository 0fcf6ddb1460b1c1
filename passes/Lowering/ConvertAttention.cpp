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

#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

/// The logit that stands for "no key": its weight goes to a zero value.
static constexpr double kVirtualLogit = -1000.0;
/// A masked logit, and what it is told by.
static constexpr double kMaskedLogit = -1e30;
static constexpr double kMaskedBelow = -1e29;

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
/// usual one, and the mean of values under it. `keys` are [B, H, D, m], `query`
/// [B, n, H, D], `values` [B, m, H, D]; all of the compute type.
struct SoftmaxMean {
  StructuredBuilder &b;
  Value query, keys, values, virtualLogit;

  Value build(ArrayRef<Access> extra, Type resultType, LogitPayload toLogit) {
    Type type = getElementType(query);
    SmallVector<OpFoldResult> rows = b.sizesOf(query, {0, 2, 1});
    SmallVector<OpFoldResult> square = rows;
    square.push_back(b.sizesOf(keys, {3}).front());

    Value dots = b.contract({b.filled(square, type, 0.0), {0, 1, 2, 3}},
                            {query, {0, 2, 1, 4}}, {keys, {0, 1, 4, 3}});
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

/// `logit` times the temperature of its head.
static Value heat(ScalarBuilder &s, Value logit, Value temperature,
                  Temperature kind) {
  temperature = s.convert(temperature, logit.getType());
  if (kind == Temperature::Absolute)
    temperature = s.abs(temperature);
  return s.mul(logit, temperature);
}

struct ConvertStateAttention : OpRewritePattern<StateAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(StateAttentionOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value keys = b.transposed(b.widened(op.getKey()), {0, 2, 3, 1});
    SoftmaxMean mean{b, b.widened(op.getQuery()), keys,
                     b.widened(op.getValue()), Value()};
    SmallVector<Access> extra;
    if (op.getTemperature())
      extra.push_back({op.getTemperature(), {1}});
    double scale = op.getScale().convertToDouble();
    Value result = mean.build(extra, getElementType(op.getResult()),
                              [&](ScalarBuilder &s, ValueRange args) {
                                Value logit = s.mul(args[0], scale);
                                return extra.empty()
                                           ? logit
                                           : heat(s, logit, args[1],
                                                  op.getTemperatureKind());
                              });
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Lowers one window attention.
struct WindowAttention {
  WindowAttentionOp op;
  StructuredBuilder &b;
  int64_t queries = getExtent(op.getQuery(), 1);
  int64_t keyCount = getExtent(op.getKey(), 1);
  int64_t window = op.getWindow();
  Value keys = {}, values = {};

  Value build() {
    keys = b.transposed(b.widened(op.getKey()), {0, 2, 3, 1});
    values = b.widened(op.getValue());
    if (op.getPositions())
      return attend(op.getQuery(), Value(), b.constantIndex(0), keyCount);
    // Blocks of `window` queries, and a shorter one at the end.
    int64_t blocks = queries / window;
    Value result;
    if (queries > window) {
      result = b.empty(b.sizesOf(op.getQuery()), getElementType(op.getQuery()));
      auto loop = scf::ForOp::create(
          b, b.constantIndex(0), b.constantIndex(blocks), b.constantIndex(1),
          result,
          [&](OpBuilder &builder, Location loc, Value t, ValueRange carried) {
            OpBuilder::InsertionGuard guard(b);
            b.restoreInsertionPoint(builder.saveInsertionPoint());
            Value offset = b.mul(t, b.constantIndex(window));
            Value next = attendBlock(carried[0], offset, window);
            scf::YieldOp::create(b, next);
          });
      result = loop.getResult(0);
      if (int64_t rest = queries % window)
        result = attendBlock(result, b.constantIndex(blocks * window), rest);
      return result;
    }
    Value zero = b.constantIndex(0);
    return attendFrom(op.getQuery(), zero, queries);
  }

  Value attendBlock(Value result, Value offset, int64_t count) {
    OpFoldResult size = b.getIndexAttr(count);
    Value query = b.slice(op.getQuery(), 1, offset, size);
    return b.insert(attendFrom(query, offset, count), result, 1, offset);
  }

  /// Attention of `count` queries from query `offset` on, on the keys they see.
  Value attendFrom(Value query, Value offset, int64_t count) {
    int64_t shift = keyCount - queries;
    Value first = b.add(offset, b.constantIndex(shift));
    bool aligned = op.getCausal() || shift % window == 0;
    int64_t visible = op.getCausal() ? window + count : 2 * window;
    if (!aligned || visible >= keyCount)
      return attend(query, first, b.constantIndex(0), keyCount);

    // The oldest visible key stands `window` before the first query; at either
    // end of the keys the range of `visible` keys is moved inside.
    Value start = b.sub(first, b.constantIndex(window));
    if (shift < window)
      start = b.max(start, b.constantIndex(0));
    if (!op.getCausal())
      start =
          arith::MinSIOp::create(b, start, b.constantIndex(keyCount - visible));
    return attend(query, first, start, visible);
  }

  /// Attention on `count` keys from `start` on. The first query stands at
  /// `first`, or with null at the lane's position.
  Value attend(Value query, Value first, Value start, int64_t count) {
    Type type = getComputeType(getElementType(query));
    OpFoldResult size = b.getIndexAttr(count);
    bool all = count == keyCount;
    SoftmaxMean mean{
        b, b.widened(query), all ? keys : b.slice(keys, 3, start, size),
        all ? values : b.slice(values, 1, start, size), op.getSink()};

    Type i32 = b.getI32Type();
    Value start32 = arith::IndexCastOp::create(b, i32, start);
    Value first32;
    if (first)
      first32 = arith::IndexCastOp::create(b, i32, first);
    auto locate = [&](ScalarBuilder &s, Value position) {
      return Location32{s.add(start32, s.loopIndex32(3)),
                        s.add(position, s.loopIndex32(2))};
    };

    SmallVector<Access> extra;
    if (!first)
      extra.push_back({op.getPositions(), {0}});
    if (op.getTemperature())
      extra.push_back({op.getTemperature(), {1}});
    if (op.getBias())
      extra.push_back(biasOf(mean, first32, locate));
    double scale = op.getScale().convertToDouble();
    return mean.build(
        extra, getElementType(query), [&](ScalarBuilder &s, ValueRange args) {
          Value logit = s.mul(args[0], scale);
          if (op.getBias())
            logit = s.add(logit, args.back());
          if (op.getTemperature())
            logit =
                heat(s, logit, args[first ? 1 : 2], op.getTemperatureKind());
          Location32 at = locate(s, first ? first32 : args[1]);
          return s.select(isVisible(s, at), logit,
                          s.constant(type, kMaskedLogit));
        });
  }

  /// A key and a query on the key axis, as i32.
  struct Location32 {
    Value key, query;
  };

  /// The bias of each logit, read by distance: [H, n, m], with lanes where
  /// their positions differ. What no query sees reads some element.
  Access biasOf(SoftmaxMean &mean, Value first32,
                function_ref<Location32(ScalarBuilder &, Value)> locate) {
    Value bias = op.getBias();
    Type i32 = b.getI32Type(), type = getElementType(mean.query);
    SmallVector<OpFoldResult> sizes = b.sizesOf(mean.query, {0, 2, 1});
    sizes.push_back(b.sizesOf(mean.keys, {3}).front());
    SmallVector<Access> reads;
    if (op.getPositions())
      reads.push_back({op.getPositions(), {0}});
    else
      sizes[0] = b.getIndexAttr(1);
    int64_t closest = op.getCausal() ? 1 : 1 - window;
    Value table =
        b.map(sizes, type, reads, [&](ScalarBuilder &s, ValueRange args) {
          Location32 at = locate(s, first32 ? first32 : args[0]);
          Value column =
              s.sub(s.sub(at.query, at.key), s.constant(i32, closest));
          column = s.max(column, s.constant(i32, 0));
          column = arith::MinSIOp::create(
              s, column, s.constant(i32, getExtent(bias, 1) - 1));
          Value element = s.element(bias, {s.loopIndex(1), s.toIndex(column)});
          return s.convert(element, type);
        });
    if (op.getPositions())
      return {table, {0, 1, 2, 3}};
    SmallVector<ReassociationIndices> axes = {{0, 1}, {2}, {3}};
    return {tensor::CollapseShapeOp::create(b, table, axes), {1, 2, 3}};
  }

  Value isVisible(ScalarBuilder &s, Location32 at) {
    Type i32 = s.getI32Type();
    Value oldest, end;
    if (op.getCausal()) {
      oldest = s.sub(at.query, s.constant(i32, window));
      end = at.query;
    } else {
      Value width = s.constant(i32, window);
      Value block =
          s.mul(arith::FloorDivSIOp::create(s, at.query, width), width);
      oldest = s.sub(block, width);
      end = s.add(block, width);
    }
    Value tooOld = s.less(at.key, oldest);
    Value before = s.less(at.key, end);
    return s.select(tooOld, s.constant(s.getI1Type(), 0), before);
  }
};

struct ConvertWindowAttention : OpRewritePattern<WindowAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WindowAttentionOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    rewriter.replaceOp(op, WindowAttention{op, b}.build());
    return success();
  }
};

} // namespace

void brt::populateConvertAttentionPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertStateAttention, ConvertWindowAttention, MergeHeads,
               SplitHeads>(patterns.getContext());
}
