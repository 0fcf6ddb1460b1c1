//===- TileAttention.cpp - Attention as programs over tiles ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Online softmax (Milakov and Gimelshein, 2018), tile by tile of the keys that
// a tile of queries sees. Loops of structured ops are query 0, key or
// feature 1.
//
//===----------------------------------------------------------------------===//

#include "brt/dialects/Kernel/Kernel.h"
#include "brt/dialects/Tile/Tile.h"
#include "brt/passes/Tile/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "passes/Lowering/Philox.h"

namespace brt {
#define GEN_PASS_DEF_TILEATTENTIONPASS
#include "brt/passes/Tile/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

/// The logit that stands for "no key": its weight goes to a zero value.
static constexpr double kVirtualLogit = -1000.0;
/// A masked logit, and what it is told by.
static constexpr double kMaskedLogit = -1e30;
static constexpr double kMaskedBelow = -1e29;

namespace {

/// Keys [begin, end), as indices.
struct KeyRange {
  Value begin, end;
};

/// Writes the program of one attention.
class AttentionProgram {
public:
  AttentionProgram(RewriterBase &rewriter, kernel::AttentionOp op,
                   int64_t queries, int64_t keys);

  void build();

private:
  /// What the loop over keys carries: the maximum and the sum of weights so far
  /// of each query, and the sum of values under them.
  struct Softmax {
    Value maximum, sum, values;
  };

  void placeQueries();
  KeyRange getSeen(Value first, Value last);
  Value loadScalar(Value memref, Value index);
  Value load(Value view, Value tile, int64_t size);
  Value fill(Value number, ArrayRef<int64_t> shape);
  Value contract(Value lhs, Value rhs, Value sum, bool transposed);

  Softmax walkKeys(Value query, Softmax softmax);
  Softmax addKeys(Value query, Value tile, Softmax softmax);
  Value finishLogits(Value logits, Value tile);
  Value isVisible(ScalarBuilder &s, Value firstKey);
  Value dropWeights(Value weights, Value firstKey);
  void store(Softmax softmax);

  StructuredBuilder b;
  kernel::AttentionOp op;
  /// The compute type.
  Type type;
  int64_t queries, keys, allQueries, allKeys, width;
  /// The indices of the grid.
  Value lane, head, queryTile;
  /// The first query of the tile in the segment, and where it and the last one
  /// stand on the key axis.
  Value offset, first, last;
  /// What multiplies logits, or null.
  Value temperature;
};

} // namespace

AttentionProgram::AttentionProgram(RewriterBase &rewriter,
                                   kernel::AttentionOp op, int64_t queries,
                                   int64_t keys)
    : b(op, rewriter), op(op),
      type(getComputeType(getElementTypeOrSelf(op.getQuery()))),
      queries(queries), keys(keys) {
  auto query = cast<ShapedType>(op.getQuery().getType());
  allQueries = query.getDimSize(1);
  width = query.getDimSize(3);
  allKeys = cast<ShapedType>(op.getKey().getType()).getDimSize(1);
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

Value AttentionProgram::loadScalar(Value memref, Value index) {
  Value number = memref::LoadOp::create(b, memref, index);
  return b.convert(number, type);
}

/// Rows of a lane's head, in the compute type.
Value AttentionProgram::load(Value view, Value tile, int64_t size) {
  auto tileType =
      RankedTensorType::get({size, width}, getElementTypeOrSelf(view));
  Value indices[] = {lane, tile, head, b.constantIndex(0)};
  Value loaded = tile::LoadOp::create(b, tileType, view, indices,
                                      ArrayRef<int64_t>{1, 3}, APFloat(0.0));
  return b.widened(loaded);
}

Value AttentionProgram::fill(Value number, ArrayRef<int64_t> shape) {
  Value empty = tensor::EmptyOp::create(b, shape, number.getType());
  return linalg::FillOp::create(b, number, empty).getResult(0);
}

/// sum + lhs rhs, of axes (m, k) and (k, n) or, if transposed, (n, k).
Value AttentionProgram::contract(Value lhs, Value rhs, Value sum,
                                 bool transposed) {
  AffineExpr m, n, k;
  bindDims(b.getContext(), m, n, k);
  SmallVector<AffineExpr> right = {k, n};
  if (transposed)
    std::swap(right[0], right[1]);
  ArrayAttr maps =
      b.getAffineMapArrayAttr({AffineMap::get(3, 0, {m, k}, b.getContext()),
                               AffineMap::get(3, 0, right, b.getContext()),
                               AffineMap::get(3, 0, {m, n}, b.getContext())});
  return linalg::ContractOp::create(b, sum.getType(), ValueRange{lhs, rhs}, sum,
                                    maps)
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// What queries see
//===----------------------------------------------------------------------===//

/// Where the queries of this iteration of the grid stand.
void AttentionProgram::placeQueries() {
  offset = b.mul(queryTile, b.constantIndex(queries));
  Value start = b.constantIndex(allKeys - allQueries);
  if (op.getPositions())
    start = b.toIndex(memref::LoadOp::create(b, op.getPositions(), lane));
  first = b.add(start, offset);
  Value end = arith::MinSIOp::create(b, b.constantIndex(allQueries),
                                     b.add(offset, b.constantIndex(queries)));
  last = b.add(start, b.sub(end, b.constantIndex(1)));
}

/// The keys between the oldest that the query at `first` sees and the newest
/// that the one at `last` does.
KeyRange AttentionProgram::getSeen(Value first, Value last) {
  KeyRange range = {b.constantIndex(0), b.constantIndex(allKeys)};
  if (!op.getWindow())
    return range;
  Value window = b.constantIndex(*op.getWindow());
  auto getBlock = [&](Value position) -> Value {
    return b.mul(arith::FloorDivSIOp::create(b, position, window), window);
  };
  Value begin = b.sub(op.getCausal() ? first : getBlock(first), window);
  Value end = op.getCausal() ? last : b.add(getBlock(last), window);
  return {b.max(begin, range.begin), arith::MinSIOp::create(b, end, range.end)};
}

/// Whether the query of loop 0 sees the key of loop 1.
Value AttentionProgram::isVisible(ScalarBuilder &s, Value firstKey) {
  auto toInt = [&](Value index) -> Value {
    return arith::IndexCastOp::create(s, s.getI32Type(), index);
  };
  Value key = s.add(toInt(firstKey), s.loopIndex32(1));
  Value inside = s.less(key, s.constant(s.getI32Type(), allKeys));
  if (!op.getWindow())
    return inside;
  Value query = s.add(toInt(first), s.loopIndex32(0));
  Value window = s.constant(s.getI32Type(), *op.getWindow());
  Value end = query;
  if (!op.getCausal()) {
    query = s.mul(arith::FloorDivSIOp::create(s, query, window), window);
    end = s.add(query, window);
  }
  Value never = s.constant(s.getI1Type(), 0);
  Value seen = s.select(s.less(key, s.sub(query, window)), never, inside);
  return s.select(s.less(key, end), seen, never);
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Adds the bias, heated, and masks what is not seen; a tile of keys that all
/// queries see needs no mask.
Value AttentionProgram::finishLogits(Value logits, Value tile) {
  Value firstKey = b.mul(tile, b.constantIndex(keys));
  SmallVector<Access> reads;
  if (op.getBias()) {
    Value distance =
        b.sub(b.sub(first, firstKey), b.constantIndex(op.getClosest()));
    auto biasType = RankedTensorType::get({queries, keys},
                                          getElementTypeOrSelf(op.getBias()));
    Value bias = tile::LoadToeplitzOp::create(
        b, biasType, op.getBias(), ValueRange{head, distance}, APFloat(0.0));
    reads.push_back({bias, {0, 1}});
  }
  auto addBias = [&](ScalarBuilder &s, ValueRange args) -> Value {
    if (!op.getBias())
      return args.back();
    Value bias = temperature ? s.mul(args[0], temperature) : args[0];
    return s.add(args.back(), bias);
  };
  auto addPlain = [&]() -> Value {
    return op.getBias() ? b.reduce({logits, {0, 1}}, reads, addBias) : logits;
  };
  if (!op.getWindow() && allKeys % keys == 0)
    return addPlain();

  // What every query of the tile sees.
  KeyRange common = getSeen(last, first);
  auto isBelow = [&](Value x, Value y) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::sle, x, y);
  };
  Value isInside = arith::AndIOp::create(
      b, isBelow(common.begin, firstKey),
      isBelow(b.add(firstKey, b.constantIndex(keys)), common.end));
  auto yield = [&](function_ref<Value()> make) {
    return [this, make](OpBuilder &builder, Location loc) {
      OpBuilder::InsertionGuard guard(b);
      b.restoreInsertionPoint(builder.saveInsertionPoint());
      scf::YieldOp::create(b, make());
    };
  };
  auto addMasked = [&]() -> Value {
    return b.reduce({logits, {0, 1}}, reads,
                    [&](ScalarBuilder &s, ValueRange args) {
                      return s.select(isVisible(s, firstKey), addBias(s, args),
                                      s.constant(type, kMaskedLogit));
                    });
  };
  return scf::IfOp::create(b, isInside, yield(addPlain), yield(addMasked))
      .getResult(0);
}

/// Weights as dropout leaves them.
Value AttentionProgram::dropWeights(Value weights, Value firstKey) {
  DropoutDraw draw = {op.getSeed(), op.getStep(),
                      op.getDropoutRate().convertToDouble(),
                      static_cast<int64_t>(op.getDropoutSite())};
  return b.reduce(
      {weights, {0, 1}}, {}, [&](ScalarBuilder &s, ValueRange args) {
        Type i64 = s.getI64Type();
        auto toInt = [&](Value index) -> Value {
          return arith::IndexCastOp::create(s, i64, index);
        };
        int64_t window = *op.getWindow();
        Value query = s.add(toInt(offset), loopIndex64(s, 0));
        Value row = s.add(s.mul(toInt(head), s.constant(i64, window)),
                          s.floorModulo(query, window));
        Value distance = s.sub(
            s.sub(s.add(toInt(first), loopIndex64(s, 0)), toInt(firstKey)),
            loopIndex64(s, 1));
        Value column = s.sub(distance, s.constant(i64, op.getClosest()));
        Value number =
            s.add(s.mul(row, s.constant(i64, op.getDistances())), column);
        return s.mul(args[0], draw.emitFactor(s, number, type));
      });
}

AttentionProgram::Softmax AttentionProgram::addKeys(Value query, Value tile,
                                                    Softmax softmax) {
  Value key = load(op.getKey(), tile, keys);
  Value value = load(op.getValue(), tile, keys);
  Value zero = b.constant(type, 0.0);
  Value logits = contract(query, key, fill(zero, {queries, keys}),
                          /*transposed=*/true);
  logits = finishLogits(logits, tile);

  auto multiply = [](ScalarBuilder &s, ValueRange args) {
    return s.mul(args[1], args[0]);
  };
  Value maximum = b.reduce({softmax.maximum, {0}}, {{logits, {0, 1}}},
                           [](ScalarBuilder &s, ValueRange args) {
                             return s.max(args[1], args[0]);
                           });
  // What all that was added up before is worth under the new maximum.
  Value decay =
      b.map(b.sizesOf(maximum), type, {{softmax.maximum, {0}}, {maximum, {0}}},
            [](ScalarBuilder &s, ValueRange args) {
              return s.exp(s.sub(args[0], args[1]));
            });
  Value weights =
      b.reduce({logits, {0, 1}}, {{maximum, {0}}},
               [&](ScalarBuilder &s, ValueRange args) {
                 Value masked = s.less(args[1], s.constant(type, kMaskedBelow));
                 return s.select(masked, zero, s.exp(s.sub(args[1], args[0])));
               });
  Value sum = b.reduce({softmax.sum, {0}}, {{decay, {0}}}, multiply);
  sum = b.reduce({sum, {0}}, {{weights, {0, 1}}},
                 [](ScalarBuilder &s, ValueRange args) {
                   return s.add(args[1], args[0]);
                 });
  if (op.getSeed())
    weights = dropWeights(weights, b.mul(tile, b.constantIndex(keys)));
  Value values = b.reduce({softmax.values, {0, 1}}, {{decay, {0}}}, multiply);
  return {maximum, sum, contract(weights, value, values, /*transposed=*/false)};
}

/// Adds the tiles of keys that the queries see, and no others.
AttentionProgram::Softmax AttentionProgram::walkKeys(Value query,
                                                     Softmax softmax) {
  KeyRange seen = getSeen(first, last);
  Value size = b.constantIndex(keys);
  Value begin = arith::DivUIOp::create(b, seen.begin, size);
  Value end = arith::CeilDivSIOp::create(b, seen.end, size);
  auto loop = scf::ForOp::create(
      b, begin, end, b.constantIndex(1),
      ValueRange{softmax.maximum, softmax.sum, softmax.values});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  ValueRange carried = loop.getRegionIterArgs();
  Softmax next = addKeys(query, loop.getInductionVar(),
                         {carried[0], carried[1], carried[2]});
  scf::YieldOp::create(b, ValueRange{next.maximum, next.sum, next.values});
  return {loop.getResult(0), loop.getResult(1), loop.getResult(2)};
}

//===----------------------------------------------------------------------===//
// Program
//===----------------------------------------------------------------------===//

void AttentionProgram::store(Softmax softmax) {
  Value result = op.getInits()[0], logSumExp = op.getLogSumExpInit();
  Value mean = b.map(b.sizesOf(softmax.values), getElementTypeOrSelf(result),
                     {{softmax.values, {0, 1}}, {softmax.sum, {0}}},
                     [](ScalarBuilder &s, ValueRange args) {
                       return s.div(args[0], args[1]);
                     });
  tile::StoreOp::create(b, mean, result,
                        ValueRange{lane, queryTile, head, b.constantIndex(0)},
                        ArrayRef<int64_t>{1, 3});
  if (!logSumExp)
    return;
  Value total = b.map(b.sizesOf(softmax.sum), getElementTypeOrSelf(logSumExp),
                      {{softmax.maximum, {0}}, {softmax.sum, {0}}},
                      [](ScalarBuilder &s, ValueRange args) {
                        Value log = math::LogOp::create(s, args[1]);
                        return s.add(args[0], log);
                      });
  tile::StoreOp::create(b, total, logSumExp, ValueRange{lane, head, queryTile},
                        ArrayRef<int64_t>{2});
}

void AttentionProgram::build() {
  auto shape = cast<ShapedType>(op.getQuery().getType());
  SmallVector<OpFoldResult> counts = {
      b.getIndexAttr(shape.getDimSize(0)), b.getIndexAttr(shape.getDimSize(2)),
      b.getIndexAttr(llvm::divideCeil(allQueries, queries))};
  if (shape.isDynamicDim(0))
    counts[0] = memref::DimOp::create(b, op.getQuery(), 0).getResult();
  auto grid = scf::ForallOp::create(b, counts, /*outputs=*/ValueRange(),
                                    /*mapping=*/std::nullopt);
  b.setInsertionPointToStart(grid.getBody());
  lane = grid.getInductionVar(0);
  head = grid.getInductionVar(1);
  queryTile = grid.getInductionVar(2);
  placeQueries();

  Value factor = b.constant(type, op.getScale().convertToDouble());
  if (op.getTemperature()) {
    temperature = loadScalar(op.getTemperature(), head);
    factor = b.mul(factor, temperature);
  }
  Value query = load(op.getQuery(), queryTile, queries);
  query = b.map(b.sizesOf(query), type, {{query, {0, 1}}},
                [&](ScalarBuilder &s, ValueRange args) {
                  return s.mul(args[0], factor);
                });
  // The virtual logit comes first, under a maximum of its own.
  Value sink = op.getSink() ? loadScalar(op.getSink(), head)
                            : b.constant(type, kVirtualLogit);
  store(walkKeys(query,
                 {fill(sink, queries), fill(b.constant(type, 1.0), queries),
                  fill(b.constant(type, 0.0), {queries, width})}));
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// Tiles of up to `most`, as equal as multiples of `step` can be.
static int64_t cut(int64_t extent, int64_t most, int64_t step) {
  int64_t count = llvm::divideCeil(extent, std::max(most, step));
  return count == 1 ? extent
                    : llvm::alignTo(llvm::divideCeil(extent, count), step);
}

namespace {
struct TileAttentionPass : brt::impl::TileAttentionPassBase<TileAttentionPass> {
  using TileAttentionPassBase::TileAttentionPassBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<kernel::AttentionOp> ops;
    getOperation().walk([&](kernel::AttentionOp op) { ops.push_back(op); });
    for (kernel::AttentionOp op : ops) {
      if (!op.hasPureBufferSemantics()) {
        op.emitOpError("expects to be on buffers to become a program over "
                       "tiles");
        return signalPassFailure();
      }
      auto getRows = [](Value value) {
        return cast<ShapedType>(value.getType()).getDimSize(1);
      };
      rewriter.setInsertionPoint(op);
      AttentionProgram(rewriter, op,
                       cut(getRows(op.getQuery()), queries, queryStep),
                       cut(getRows(op.getKey()), keys, keyStep))
          .build();
      rewriter.eraseOp(op);
    }
  }
};
} // namespace
