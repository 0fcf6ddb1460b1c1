//===- TileAttention.cpp - Attention as programs over tiles ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Online softmax (Milakov and Gimelshein, 2018), tile by tile of the keys that
// a tile of queries sees. Loops of structured ops are query 0, key or
// feature 1.
//
//===----------------------------------------------------------------------===//

#include "AttentionTiles.h"
#include "brt/dialects/Kernel/Kernel.h"
#include "brt/dialects/Tile/Tile.h"
#include "brt/passes/Tile/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "passes/Lowering/MaskedLogits.h"

namespace brt {
#define GEN_PASS_DEF_TILEATTENTIONPASS
#include "brt/passes/Tile/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

namespace {

/// Writes the program of one attention.
class AttentionProgram : AttentionTiles {
public:
  AttentionProgram(RewriterBase &rewriter, kernel::AttentionOp op,
                   TileSize queries, TileSize keys)
      : AttentionTiles(rewriter, op, queries, keys), op(op) {}

  void build();

private:
  /// What the loop over keys carries: the maximum and the sum of weights so far
  /// of each query, and the sum of values under them.
  struct Softmax {
    Value maximum, sum, values;
  };

  void placeQueries();
  Softmax walkKeys(Value query, Softmax softmax);
  Softmax addKeys(Value query, Value tile, Softmax softmax);
  Value finishLogits(Value logits, Value tile);
  Value dropWeights(Value weights, Value firstKey);
  void finish(Softmax softmax);

  kernel::AttentionOp op;
  /// The tile of queries, which is the third index of the grid.
  Value queryTile;
  /// The first query of the tile in the segment, and where it and the last one
  /// stand on the key axis.
  Value offset, first, last;
  /// What multiplies logits, or null.
  Value temperature;
};

} // namespace

/// Where the queries of this iteration of the grid stand.
void AttentionProgram::placeQueries() {
  offset = b.mul(queryTile, b.constantIndex(queries));
  Value start = getStart();
  first = b.add(start, offset);
  Value end = arith::MinSIOp::create(b, b.constantIndex(allQueries),
                                     b.add(offset, b.constantIndex(queries)));
  last = b.add(start, b.sub(end, b.constantIndex(1)));
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
    Value bias = loadBias(op.getBias(), first, firstKey);
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
  auto addMasked = [&]() -> Value {
    return b.reduce(
        {logits, {0, 1}}, reads, [&](ScalarBuilder &s, ValueRange args) {
          return s.select(isVisible(s, first, firstKey), addBias(s, args),
                          s.constant(type, kMaskedLogit));
        });
  };
  return emitMasked(first, last, firstKey, addPlain, addMasked);
}

/// Weights as dropout leaves them.
Value AttentionProgram::dropWeights(Value weights, Value firstKey) {
  return b.reduce(
      {weights, {0, 1}}, {}, [&](ScalarBuilder &s, ValueRange args) {
        return s.mul(args[0], emitFactor(s, offset, first, firstKey));
      });
}

AttentionProgram::Softmax AttentionProgram::addKeys(Value query, Value tile,
                                                    Softmax softmax) {
  Value key = load(op.getKey(), tile, keys);
  Value value = load(op.getValue(), tile, keys);
  Value zero = b.constant(type, 0.0);
  Value logits = contract(query, false, key, true, fill(zero, {queries, keys}));
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
  return {maximum, sum, contract(weights, false, value, false, values)};
}

/// Adds the tiles of keys that the queries see, and no others.
AttentionProgram::Softmax AttentionProgram::walkKeys(Value query,
                                                     Softmax softmax) {
  RowRange tiles = getTiles(getSeen(first, last), keys);
  auto loop = scf::ForOp::create(
      b, tiles.begin, tiles.end, b.constantIndex(1),
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

void AttentionProgram::finish(Softmax softmax) {
  Value result = op.getInits()[0], logSumExp = op.getLogSumExpInit();
  Value mean = b.map(b.sizesOf(softmax.values), getElementTypeOrSelf(result),
                     {{softmax.values, {0, 1}}, {softmax.sum, {0}}},
                     [](ScalarBuilder &s, ValueRange args) {
                       return s.div(args[0], args[1]);
                     });
  store(mean, result, queryTile);
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
  queryTile =
      createGrid(op.getQuery(), llvm::divideCeil(allQueries, queries))[2];
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
  finish(walkKeys(query,
                  {fill(sink, queries), fill(b.constant(type, 1.0), queries),
                   fill(b.constant(type, 0.0), {queries, width})}));
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct TileAttentionPass : brt::impl::TileAttentionPassBase<TileAttentionPass> {
  using TileAttentionPassBase::TileAttentionPassBase;

  void runOnOperation() override {
    auto write = [&](RewriterBase &rewriter, kernel::AttentionOp op) {
      TileSize size{keys, keyStep};
      AttentionProgram(rewriter, op, {queries, queryStep},
                       size.inWindow(op.getWindow(), windowTiles))
          .build();
    };
    if (failed(AttentionTiles::replaceAll<kernel::AttentionOp>(getOperation(),
                                                               write)))
      signalPassFailure();
  }
};
} // namespace
