//===- ConvertAttentionAdjoint.cpp - Adjoints of attention ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights are computed again from the saved log-sum-exp, for a block of queries
// at a time; the gradients of keys and values of a window are summed over its
// blocks, in order.
//
// Loops are always lane b, head h, query i, key j, feature d.
//
//===----------------------------------------------------------------------===//

#include "AttentionAdjoint.h"
#include "AttentionWindow.h"
#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

Value brt::getDelta(StructuredBuilder &b, Value gradient, Value output,
                    Type type) {
  return b.sum(b.sizesOf(gradient, {0, 2, 1}), {0, 1, 2},
               {{gradient, {0, 2, 1, 3}}, {output, {0, 2, 1, 3}}}, type,
               [](ScalarBuilder &s, ValueRange args) {
                 return s.mul(args[0], args[1]);
               });
}

Value brt::getSinkGradient(StructuredBuilder &b, Value sink, Value logSumExp,
                           Value delta, Type type) {
  // Loops: h, b, i.
  return b.sum(b.sizesOf(sink), 0,
               {{sink, {0}}, {logSumExp, {1, 0, 2}}, {delta, {1, 0, 2}}}, type,
               [](ScalarBuilder &s, ValueRange args) {
                 Value weight = s.exp(s.sub(args[0], args[1]));
                 return s.neg(s.mul(weight, args[2]));
               });
}

Value brt::getTemperatureGradient(StructuredBuilder &b, Value sum,
                                  Value temperature, Temperature kind) {
  if (kind == Temperature::Signed)
    return sum;
  return b.map(b.sizesOf(sum), getElementType(sum),
               {{sum, {0}}, {temperature, {0}}},
               [](ScalarBuilder &s, ValueRange args) {
                 return s.mul(args[0], s.sign(args[1]));
               });
}

namespace {

/// Attention of a block of queries, with what its adjoint reads. `query`,
/// `keys`, `values` and `gradient` are [B, n or m, H, D], `logSumExp` and
/// `delta`, the product of the gradient and the output, [B, H, n]; all of the
/// compute type. `kept` [H, n, m] is what dropout has multiplied weights by, or
/// null.
class BlockAdjoint {
public:
  BlockAdjoint(StructuredBuilder &b, Value query, Value keys, Value values,
               Value gradient, Value logSumExp, Value delta, Value kept)
      : b(b), type(getElementType(query)), query(query), keys(keys),
        gradient(gradient), kept(kept) {
    SmallVector<OpFoldResult> square = getSquare();
    // Products of all queries with all keys run along the keys.
    auto multiply = [&](Value rows, Value columns) {
      Value turned = b.transposed(columns, {0, 2, 3, 1});
      return b.contract({b.filled(square, type, 0.0), all},
                        {rows, {0, 2, 1, 4}}, {turned, {0, 1, 4, 3}});
    };
    dots = multiply(query, keys);
    weightGradients = dropped(multiply(gradient, values));
    rows = {{logSumExp, {0, 1, 2}}, {delta, {0, 1, 2}}};
  }

  /// Computes weights P, and F, the gradient of the heated logits. The payloads
  /// get the dot product and then elements of `reads`; a null `visible` stands
  /// for everything, a null `temperature` for 1.
  void weigh(ArrayRef<Access> reads, Payload toRaw, Payload toLogit,
             Payload isVisible, Payload toTemperature) {
    SmallVector<Access> all = {{dots, this->all}};
    llvm::append_range(all, reads);
    SmallVector<OpFoldResult> square = getSquare();
    raw = b.map(square, type, all, toRaw);
    all.push_back(rows[0]);
    weights = b.map(square, type, all, [&](ScalarBuilder &s, ValueRange args) {
      Value weight = s.exp(s.sub(toLogit(s, args), args.back()));
      return isVisible
                 ? s.select(isVisible(s, args), weight, s.constant(type, 0.0))
                 : weight;
    });
    logitGradients =
        b.map(square, type,
              {{weights, this->all}, {weightGradients, this->all}, rows[1]},
              [](ScalarBuilder &s, ValueRange args) {
                return s.mul(args[0], s.sub(args[1], args[2]));
              });
    heated = logitGradients;
    if (!toTemperature)
      return;
    all.front().tensor = logitGradients;
    heated = b.map(square, type, all, [&](ScalarBuilder &s, ValueRange args) {
      return s.mul(args[0], toTemperature(s, args));
    });
  }

  /// Gradients in the layout of what they belong to.
  Value getQueryGradient(double scale) {
    return sumOver(heated, {0, 1, 2, 4}, keys, query, scale);
  }
  Value getKeyGradient(double scale) {
    return sumOver(heated, {0, 1, 4, 2}, query, keys, scale);
  }
  Value getValueGradient() {
    return sumOver(dropped(weights), {0, 1, 4, 2}, gradient, keys, 1.0);
  }

  /// [H], the sum of F and the logits before their temperature, times the sign
  /// of a temperature that counts by its absolute value.
  Value getTemperatureGradient(Value temperature, Temperature kind) {
    Value sum = b.sum(b.sizesOf(temperature), 0,
                      {{logitGradients, {1, 0, 2, 3}}, {raw, {1, 0, 2, 3}}},
                      type, [](ScalarBuilder &s, ValueRange args) {
                        return s.mul(args[0], args[1]);
                      });
    return brt::getTemperatureGradient(b, sum, temperature, kind);
  }

  /// F times the temperature, [B, H, n, m]: the gradient of a bias at each
  /// logit.
  Value getHeated() const { return heated; }

private:
  /// `square`, of weights or of their gradients, times what dropout says.
  Value dropped(Value square) {
    if (!kept)
      return square;
    return b.map(getSquare(), type, {{square, all}, {kept, {1, 2, 3}}},
                 [](ScalarBuilder &s, ValueRange args) {
                   return s.mul(args[0], args[1]);
                 });
  }

  SmallVector<OpFoldResult> getSquare() {
    SmallVector<OpFoldResult> sizes = b.sizesOf(query, {0, 2, 1});
    sizes.push_back(b.sizesOf(keys, {1}).front());
    return sizes;
  }

  /// `scale` times the sum over loop 4 of square [loops] and of `rows`
  /// [B, ·, H, D], in the layout of `like`.
  Value sumOver(Value square, ArrayRef<int64_t> loops, Value rows, Value like,
                double scale) {
    SmallVector<OpFoldResult> sizes = b.sizesOf(like, {0, 2, 1, 3});
    Value sum =
        b.contract({b.filled(sizes, type, 0.0), all},
                   {square, llvm::to_vector(loops)}, {rows, {0, 4, 1, 3}});
    return b.map(b.sizesOf(like), type, {{sum, {0, 2, 1, 3}}},
                 [&](ScalarBuilder &s, ValueRange args) {
                   return s.mul(args[0], scale);
                 });
  }

  StructuredBuilder &b;
  Type type;
  Value query, keys, gradient, kept;
  SmallVector<int64_t> all = {0, 1, 2, 3};
  SmallVector<Access> rows;
  Value dots, weightGradients, raw, weights, logitGradients, heated;
};

//===----------------------------------------------------------------------===//
// State attention
//===----------------------------------------------------------------------===//

struct ConvertStateAttentionAdjoint
    : OpRewritePattern<StateAttentionAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(StateAttentionAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type element = getElementType(op.getQuery());
    Type type = getComputeType(element);
    double scale = op.getScale().convertToDouble();
    Value temperature = op.getTemperature();
    Value gradient = b.widened(op.getGradient());
    BlockAdjoint adjoint(b, b.widened(op.getQuery()), b.widened(op.getKey()),
                         b.widened(op.getValue()), gradient, op.getLogSumExp(),
                         getDelta(b, gradient, op.getOutput(), type),
                         /*kept=*/Value());

    SmallVector<Access> reads;
    if (temperature)
      reads.push_back({temperature, {1}});
    auto toRaw = [&](ScalarBuilder &s, ValueRange args) {
      return s.mul(args[0], scale);
    };
    auto toTemperature = [&](ScalarBuilder &s, ValueRange args) {
      return getTemperature(s, args[1], type, op.getTemperatureKind());
    };
    auto toLogit = [&](ScalarBuilder &s, ValueRange args) {
      Value logit = toRaw(s, args);
      return temperature ? s.mul(logit, toTemperature(s, args)) : logit;
    };
    adjoint.weigh(reads, toRaw, toLogit, nullptr,
                  temperature ? Payload(toTemperature) : nullptr);

    SmallVector<Value> results = {
        b.converted(adjoint.getQueryGradient(scale), element),
        b.converted(adjoint.getKeyGradient(scale), element),
        b.converted(adjoint.getValueGradient(), element)};
    if (temperature)
      results.push_back(b.converted(
          adjoint.getTemperatureGradient(temperature, op.getTemperatureKind()),
          getElementType(temperature)));
    rewriter.replaceOp(op, results);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Window attention
//===----------------------------------------------------------------------===//

/// Lowers one adjoint of window attention: sums over blocks of queries.
struct WindowAdjoint {
  WindowAttentionAdjointOp op;
  StructuredBuilder &b;
  AttentionWindow attention = AttentionWindow(op);
  Type type = getComputeType(getElementType(op.getQuery()));
  Value keys = {}, values = {};

  SmallVector<Value> build() {
    keys = b.widened(op.getKey());
    values = b.widened(op.getValue());
    SmallVector<Value> sums;
    for (Value operand : {op.getQuery(), op.getKey(), op.getValue(),
                          op.getTemperature(), op.getBias(), op.getSink()})
      if (operand)
        sums.push_back(b.filled(b.sizesOf(operand), type, 0.0));
    sums = attention.walkBlocks(
        b, sums, [&](Value offset, int64_t count, ValueRange carried) {
          return addBlock(offset, count, carried);
        });
    for (auto [sum, result] : llvm::zip_equal(sums, op.getResults()))
      sum = b.converted(sum, getElementType(result));
    return sums;
  }

  /// `sums` with the gradients of a block of queries added.
  SmallVector<Value> addBlock(Value offset, int64_t count, ValueRange sums) {
    OpFoldResult queries = b.getIndexAttr(count);
    auto rowsOf = [&](Value tensor) {
      return b.widened(b.slice(tensor, 1, offset, queries));
    };
    KeyRange range = attention.getRange(b, offset, count);
    OpFoldResult keyCount = b.getIndexAttr(range.count);
    Value query = rowsOf(op.getQuery()), gradient = rowsOf(op.getGradient());
    Value logSumExp = b.slice(op.getLogSumExp(), 2, offset, queries);
    Value delta = getDelta(b, gradient, rowsOf(op.getOutput()), type);
    BlockAdjoint adjoint(
        b, query, b.slice(keys, 1, range.start, keyCount),
        b.slice(values, 1, range.start, keyCount), gradient, logSumExp, delta,
        attention.getKept(b, range, getExtent(query, 2), count, type));
    WindowLogits logits(b, attention, range, b.sizesOf(query, {0}).front(),
                        getExtent(query, 2), count, type);
    auto toTemperature = [&](ScalarBuilder &s, ValueRange args) {
      return logits.getTemperatureAt(s, args);
    };
    adjoint.weigh(
        logits.getReads(),
        [&](ScalarBuilder &s, ValueRange args) {
          return logits.getRaw(s, args);
        },
        [&](ScalarBuilder &s, ValueRange args) {
          return logits.getLogit(s, args);
        },
        [&](ScalarBuilder &s, ValueRange args) {
          return logits.isVisible(s, args);
        },
        op.getTemperature() ? Payload(toTemperature) : nullptr);

    SmallVector<Value> next(sums);
    unsigned index = 0;
    next[index] = b.insert(adjoint.getQueryGradient(attention.scale),
                           next[index], 1, offset);
    for (Value part : {adjoint.getKeyGradient(attention.scale),
                       adjoint.getValueGradient()}) {
      ++index;
      Value old = b.slice(next[index], 1, range.start, keyCount);
      next[index] = b.insert(add(old, part), next[index], 1, range.start);
    }
    if (op.getTemperature()) {
      ++index;
      next[index] =
          add(next[index], adjoint.getTemperatureGradient(
                               op.getTemperature(), op.getTemperatureKind()));
    }
    if (op.getBias()) {
      ++index;
      next[index] =
          add(next[index], getBiasGradient(adjoint.getHeated(), logits,
                                           logSumExp, range.count));
    }
    if (op.getSink()) {
      ++index;
      next[index] = add(next[index], getSinkGradient(b, op.getSink(), logSumExp,
                                                     delta, type));
    }
    return next;
  }

  Value add(Value a, Value c) {
    return b.map(b.sizesOf(a), type, {{a, allLoops(a)}, {c, allLoops(a)}},
                 [](ScalarBuilder &s, ValueRange args) {
                   return s.add(args[0], args[1]);
                 });
  }

  /// [H, R]: a column gathers the one key at its distance from each query.
  /// Loops: head h, column r, lane b, query i.
  Value getBiasGradient(Value heated, const WindowLogits &logits,
                        Value logSumExp, int64_t keyCount) {
    Type i32 = b.getI32Type();
    SmallVector<Access> reads = {{logSumExp, {2, 0, 3}}};
    if (op.getPositions())
      reads.push_back({op.getPositions(), {2}});
    return b.sum(
        b.sizesOf(op.getBias()), {0, 1}, reads, type,
        [&](ScalarBuilder &s, ValueRange args) {
          Value query = s.add(logits.getFirst(args.back()), s.loopIndex32(3));
          Value distance =
              s.add(s.loopIndex32(1), s.constant(i32, attention.getClosest()));
          Value key = s.sub(s.sub(query, distance), logits.getStart());
          Value first = s.constant(i32, 0);
          Value last = s.constant(i32, keyCount - 1);
          Value inside = arith::MinSIOp::create(s, s.max(key, first), last);
          Value element =
              s.element(heated, {s.loopIndex(2), s.loopIndex(0), s.loopIndex(3),
                                 s.toIndex(inside)});
          Value here =
              arith::CmpIOp::create(s, arith::CmpIPredicate::eq, key, inside);
          return s.select(here, element, s.constant(type, 0.0));
        });
  }
};

struct ConvertWindowAttentionAdjoint
    : OpRewritePattern<WindowAttentionAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WindowAttentionAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    rewriter.replaceOp(op, WindowAdjoint{op, b}.build());
    return success();
  }
};

} // namespace

void brt::populateConvertAttentionAdjointPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertStateAttentionAdjoint, ConvertWindowAttentionAdjoint>(
      patterns.getContext());
}
