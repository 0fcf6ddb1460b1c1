//===- TileAttentionAdjoint.cpp - Adjoints of attention over tiles --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Five products for each pair of a query and a key that it sees: the logit
// again, the gradient of the weight, and what goes to query, key and value.
// Keys are walked outside, so that their gradients stay where they are summed.
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

namespace brt {
#define GEN_PASS_DEF_TILEATTENTIONADJOINTPASS
#include "brt/passes/Tile/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

/// The log-sum-exp of what is no query: its weights are zero.
static constexpr double kNoQuery = 1e30;

namespace {

/// Writes the program of one adjoint.
class AdjointProgram : AttentionTiles {
public:
  AdjointProgram(RewriterBase &rewriter, kernel::AttentionAdjointOp op,
                 TileSize queries, TileSize keys)
      : AttentionTiles(rewriter, op, queries, keys), op(op),
        scale(op.getScale().convertToDouble()) {}

  void build();

private:
  /// Rows of a tile of keys, and what their gradients are so far.
  struct Keys {
    Value first, key, value, keyGradient, valueGradient;
  };
  /// A tile of queries, by its number, its first query in the segment, and
  /// where that and the last one stand on the key axis.
  struct Queries {
    Value tile, offset, first, last;
  };

  void clear();
  void addKeys(Value tile);
  void addPairs(Keys &keyRows, Value tile);
  Value getWeights(Value logits, const Queries &rows, Value firstKey);
  Value dropped(Value square, Value kept);
  void addTemperature(Value logits, Value gradients, Value tile);
  Value multiply(Value tile, Value factor);
  Value multiply(Value tile, double factor) {
    return factor == 1.0 ? tile : multiply(tile, b.constant(type, factor));
  }
  Value zeros(ArrayRef<int64_t> shape) {
    return fill(b.constant(type, 0.0), shape);
  }

  kernel::AttentionAdjointOp op;
  double scale;
  /// Where the first query stands, and what multiplies logits, or null.
  Value start, temperature;
};

} // namespace

static Value multiplyElements(ScalarBuilder &s, ValueRange args) {
  return s.mul(args[1], args[0]);
}

Value AdjointProgram::multiply(Value tile, Value factor) {
  return b.map(b.sizesOf(tile), type, {{tile, {0, 1}}},
               [&](ScalarBuilder &s, ValueRange args) {
                 return s.mul(args[0], factor);
               });
}

/// Begins all sums that are in memory.
void AdjointProgram::clear() {
  Value end = b.constantIndex(llvm::divideCeil(allQueries, queries));
  emitLoop(zero, end, [&](Value tile) {
    store(zeros({queries, width}), op.getQueryGradientInit(), tile);
    if (Value gradient = op.getTemperatureGradientInit())
      tile::StoreOp::create(b, zeros({1, queries}), gradient,
                            ValueRange{lane, head, tile},
                            ArrayRef<int64_t>{1, 2});
  });
  if (Value gradient = op.getBiasGradientInit())
    tile::StoreOp::create(b, zeros({1, getExtents(gradient)[2]}), gradient,
                          ValueRange{lane, head, zero},
                          ArrayRef<int64_t>{1, 2});
}

/// The weights of heated `logits`, in their place; a tile of keys that all
/// queries see needs no mask.
Value AdjointProgram::getWeights(Value logits, const Queries &rows,
                                 Value firstKey) {
  Value logSumExp = loadNumbers(op.getLogSumExp(), rows.tile, kNoQuery);
  auto weigh = [&](ScalarBuilder &s, ValueRange args) {
    return s.exp(s.sub(args[1], args[0]));
  };
  auto weighAll = [&]() -> Value {
    return b.reduce({logits, {0, 1}}, {{logSumExp, {0}}}, weigh);
  };
  auto weighSeen = [&]() -> Value {
    return b.reduce({logits, {0, 1}}, {{logSumExp, {0}}},
                    [&](ScalarBuilder &s, ValueRange args) {
                      return s.select(isVisible(s, rows.first, firstKey),
                                      weigh(s, args), s.constant(type, 0.0));
                    });
  };
  return emitMasked(rows.first, rows.last, firstKey, weighAll, weighSeen);
}

/// Adds to each query the sum of F and its logits before their temperature.
void AdjointProgram::addTemperature(Value logits, Value gradients, Value tile) {
  Value gradient = op.getTemperatureGradientInit();
  Value sums = b.reduce({loadNumbers(gradient, tile, 0.0), {0}},
                        {{logits, {0, 1}}, {gradients, {0, 1}}},
                        [](ScalarBuilder &s, ValueRange args) {
                          return s.add(args[2], s.mul(args[0], args[1]));
                        });
  tile::StoreOp::create(b, sums, gradient, ValueRange{lane, head, tile},
                        ArrayRef<int64_t>{2});
}

/// Adds what the pairs of a tile of queries and a tile of keys give.
void AdjointProgram::addPairs(Keys &keyRows, Value tile) {
  Value offset = b.mul(tile, b.constantIndex(queries));
  Value end = arith::MinSIOp::create(b, b.constantIndex(allQueries),
                                     b.add(offset, b.constantIndex(queries)));
  Queries rows = {tile, offset, b.add(start, offset),
                  b.add(start, b.sub(end, b.constantIndex(1)))};
  Value query = load(op.getQuery(), tile, queries);
  Value gradient = load(op.getGradient(), tile, queries);

  Value raw = contract(query, false, keyRows.key, true, zeros({queries, keys}));
  if (op.getBias()) {
    Value bias = loadBias(op.getBias(), rows.first, keyRows.first);
    raw = b.reduce({raw, {0, 1}}, {{bias, {0, 1}}},
                   [](ScalarBuilder &s, ValueRange args) {
                     return s.add(args[1], args[0]);
                   });
  }
  Value logits = temperature ? multiply(raw, temperature) : raw;
  Value weights = getWeights(logits, rows, keyRows.first);

  Value weightGradients =
      contract(gradient, false, keyRows.value, true, zeros({queries, keys}));
  Value kept, keptWeights = weights;
  if (draw.seed) {
    kept =
        b.map(b.sizesOf(weights), type, {}, [&](ScalarBuilder &s, ValueRange) {
          return emitFactor(s, rows.offset, rows.first, keyRows.first);
        });
    weightGradients =
        b.reduce({weightGradients, {0, 1}}, {{kept, {0, 1}}}, multiplyElements);
    keptWeights = b.map(b.sizesOf(weights), type,
                        {{weights, {0, 1}}, {kept, {0, 1}}}, multiplyElements);
  }
  keyRows.valueGradient =
      contract(keptWeights, true, gradient, false, keyRows.valueGradient);

  Value delta = loadNumbers(op.getDelta(), tile, 0.0);
  Value gradients =
      b.reduce({weightGradients, {0, 1}}, {{weights, {0, 1}}, {delta, {0}}},
               [](ScalarBuilder &s, ValueRange args) {
                 return s.mul(args[0], s.sub(args[2], args[1]));
               });
  if (temperature) {
    addTemperature(raw, gradients, tile);
    gradients = b.reduce({gradients, {0, 1}}, {},
                         [&](ScalarBuilder &s, ValueRange args) {
                           return s.mul(args[0], temperature);
                         });
  }
  if (Value bias = op.getBiasGradientInit())
    tile::AddToeplitzOp::create(
        b, gradients, bias,
        ValueRange{lane, head, getDistance(rows.first, keyRows.first)});
  Value queryGradient = load(op.getQueryGradientInit(), tile, queries);
  store(contract(gradients, false, keyRows.key, false, queryGradient),
        op.getQueryGradientInit(), tile);
  keyRows.keyGradient =
      contract(gradients, true, query, false, keyRows.keyGradient);
}

/// Adds what all pairs with a tile of keys give.
void AdjointProgram::addKeys(Value tile) {
  Value firstKey = b.mul(tile, b.constantIndex(keys));
  Value end = arith::MinSIOp::create(b, b.constantIndex(allKeys),
                                     b.add(firstKey, b.constantIndex(keys)));
  RowRange seeing = getTiles(
      getSeeing(start, firstKey, b.sub(end, b.constantIndex(1))), queries);
  // Scaled once here and not for every query.
  Value key = multiply(load(op.getKey(), tile, keys), scale);
  Value value = load(op.getValue(), tile, keys);
  Value none = zeros({keys, width});
  auto loop = scf::ForOp::create(b, seeing.begin, seeing.end,
                                 b.constantIndex(1), ValueRange{none, none});
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Keys rows = {firstKey, key, value, loop.getRegionIterArg(0),
                 loop.getRegionIterArg(1)};
    addPairs(rows, loop.getInductionVar());
    scf::YieldOp::create(b, ValueRange{rows.keyGradient, rows.valueGradient});
  }
  store(multiply(loop.getResult(0), scale), op.getKeyGradientInit(), tile);
  store(loop.getResult(1), op.getValueGradientInit(), tile);
}

void AdjointProgram::build() {
  createGrid(op.getQuery(), /*tiles=*/0);
  start = getStart();
  if (op.getTemperature())
    temperature = loadScalar(op.getTemperature(), head);
  clear();
  emitLoop(zero, b.constantIndex(llvm::divideCeil(allKeys, keys)),
           [&](Value tile) { addKeys(tile); });
}

namespace {
struct TileAttentionAdjointPass
    : brt::impl::TileAttentionAdjointPassBase<TileAttentionAdjointPass> {
  using TileAttentionAdjointPassBase::TileAttentionAdjointPassBase;

  void runOnOperation() override {
    auto write = [&](RewriterBase &rewriter, kernel::AttentionAdjointOp op) {
      TileSize size{keys, keyStep};
      AdjointProgram(rewriter, op, {queries, queryStep},
                     size.inWindow(op.getWindow(), windowTiles))
          .build();
    };
    if (failed(AttentionTiles::replaceAll<kernel::AttentionAdjointOp>(
            getOperation(), write)))
      signalPassFailure();
  }
};
} // namespace
