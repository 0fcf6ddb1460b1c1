//===- AttentionWindow.h - What queries see, and their logits ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by window attention and its adjoint. Loops are always lane b, head h,
// query i, key j, feature d.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_PASSES_LOWERING_ATTENTIONWINDOW_H
#define BRT_PASSES_LOWERING_ATTENTIONWINDOW_H

#include "Philox.h"
#include "brt/dialects/Brt/Brt.h"

namespace brt {

/// A temperature as it multiplies a logit.
mlir::Value getTemperature(ScalarBuilder &s, mlir::Value temperature,
                           mlir::Type type, Temperature kind);

/// A range of keys that holds all that a block of queries sees.
struct KeyRange {
  /// Place of the first query on the key axis; null for a lane's position.
  mlir::Value first;
  mlir::Value start;
  int64_t count;
};

/// The options and operands of a window attention.
struct AttentionWindow {
  int64_t window, queries, keys;
  bool causal;
  double scale;
  Temperature temperatureKind;
  mlir::Value temperature, bias, positions;
  DropoutDraw draw;

  template <typename OpT>
  explicit AttentionWindow(OpT op)
      : window(op.getWindow()), queries(getExtent(op.getQuery(), 1)),
        keys(getExtent(op.getKey(), 1)), causal(op.getCausal()),
        scale(op.getScale().convertToDouble()),
        temperatureKind(op.getTemperatureKind()),
        temperature(op.getTemperature()), bias(op.getBias()),
        positions(op.getPositions()),
        draw{op.getSeed(), op.getStep(), op.getDropoutRate().convertToDouble(),
             op.getDropoutSite()} {}

  /// The smallest distance that the bias has a column for.
  int64_t getClosest() const { return causal ? 1 : 1 - window; }

  /// The keys of `count` queries from query `offset` on.
  KeyRange getRange(StructuredBuilder &b, mlir::Value offset,
                    int64_t count) const;

  /// What dropout multiplies the weights of a block of `count` queries by,
  /// [H, count, range.count]; null without it.
  mlir::Value getKept(StructuredBuilder &b, const KeyRange &range,
                      int64_t heads, int64_t count, mlir::Type type) const;

  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::Value offset, int64_t count, mlir::ValueRange carried)>;
  /// Runs `body` on blocks of `window` queries and on what is left behind them.
  llvm::SmallVector<mlir::Value>
  walkBlocks(StructuredBuilder &b, mlir::ValueRange inits, Body body) const;
};

/// The logits of `queries` queries over a range of keys.
class WindowLogits {
public:
  WindowLogits(StructuredBuilder &b, const AttentionWindow &attention,
               const KeyRange &range, mlir::OpFoldResult lanes, int64_t heads,
               int64_t queries, mlir::Type type);

  /// What the functions below read beside the dot product.
  llvm::ArrayRef<Access> getReads() const { return reads; }

  /// From the dot product and elements of getReads(): the logit before and
  /// after its temperature, and whether the query sees the key.
  mlir::Value getRaw(ScalarBuilder &s, mlir::ValueRange args) const;
  mlir::Value getLogit(ScalarBuilder &s, mlir::ValueRange args) const;
  mlir::Value isVisible(ScalarBuilder &s, mlir::ValueRange args) const;
  /// The temperature at an element, or null.
  mlir::Value getTemperatureAt(ScalarBuilder &s, mlir::ValueRange args) const;

  /// The column of the bias for the key of loop 3 and the query of loop 2,
  /// which may lie outside of it.
  mlir::Value getColumn(ScalarBuilder &s, mlir::Value position) const;
  /// Place of the first query: one for all lanes, or that of a lane.
  mlir::Value getFirst(mlir::Value position) const;
  mlir::Value getStart() const { return start; }

private:
  void readBias(StructuredBuilder &b, mlir::OpFoldResult lanes, int64_t heads,
                int64_t queries, int64_t keys);

  const AttentionWindow &attention;
  mlir::Type type;
  /// As i32; `first` is null where lanes have their own.
  mlir::Value first, start;
  llvm::SmallVector<Access> reads;
  /// Places of reads in the arguments of scalar code, 0 where there is none.
  unsigned positionArg = 0, temperatureArg = 0, biasArg = 0;
};

} // namespace brt

#endif // BRT_PASSES_LOWERING_ATTENTIONWINDOW_H
