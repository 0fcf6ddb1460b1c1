//===- Expander.h - Builds the graph of one entry point ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_EXPAND_EXPANDER_H
#define BRT_PASSES_EXPAND_EXPANDER_H

#include "brt/Analysis/Parameters.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"

namespace brt {

/// Keys and values of tokens or of a state, both [B, n, H, D].
struct KeysValues {
  mlir::Value keys, values;
};

/// What a layer keeps from block to block, and from segment to segment. `past`
/// is null without a cache, `state` [B, S, E] null without a recurrence.
struct LayerCarry {
  KeysValues past;
  mlir::Value state;
};

/// The projections of one side of a layer, each [B, n, H, D]; `queries2` is
/// null where nothing is read across.
struct Projections {
  KeysValues own;
  mlir::Value queries, queries2;
};

/// Builds the graph of one entry point of a model: brt-spec 2 to 6, one member
/// function for each of its formulas.
class Expander {
public:
  Expander(ModelOp model, mlir::OpBuilder &builder);

  //===--- The function ---------------------------------------------------===//

  /// A named argument or result: `attribute` is one of the dialect's four.
  struct Port {
    llvm::StringRef attribute;
    std::string name;
    mlir::Type type;
  };
  /// Creates an entry point and goes on inside it; results are given later.
  void beginEntry(llvm::StringRef name, llvm::ArrayRef<Port> arguments);
  /// Returns `values` as the results `ports`, whose types they define.
  void endEntry(llvm::ArrayRef<Port> ports, mlir::ValueRange values);

  /// The model's parameters as arguments.
  llvm::SmallVector<Port> getParameterPorts();
  /// Argument number `index` of the entry point.
  mlir::Value getArgument(unsigned index) { return entry.getArgument(index); }
  unsigned getNumParameters() const { return parameters.size(); }

  //===--- Entry points ---------------------------------------------------===//

  void buildInit();
  void buildForward();
  /// As buildForward(), with dropout: what training differentiates.
  void buildTraining();
  /// Reads up to `length` tokens of a block: `prefill` and `decode`.
  void buildStream(llvm::StringRef name, int64_t length);
  /// Tokens of one block: W, or N where that is less.
  int64_t getBlockLength();

private:
  /// The entry point `name`; of training, it draws masks.
  void buildSegment(llvm::StringRef name, bool training);

  //===--- Small parts ----------------------------------------------------===//

  mlir::Value parameter(const llvm::Twine &name);
  bool hasParameter(const llvm::Twine &name);
  mlir::Value optionalParameter(const llvm::Twine &name);
  /// [?, extents...] of the activations' type.
  mlir::RankedTensorType laneType(llvm::ArrayRef<int64_t> extents);
  mlir::Value zeros(llvm::ArrayRef<int64_t> extents);
  /// [B] copies of a number.
  mlir::Value splatLanes(int64_t number, mlir::Type elementType);
  mlir::Value norm(mlir::Value input, const std::string &prefix);
  mlir::Value linear(mlir::Value input, const std::string &prefix);
  /// A feed-forward network and its hidden layer before the last product.
  struct FFN {
    mlir::Value output, hidden;
  };
  FFN feedForward(mlir::Value input, const std::string &prefix);
  /// Queries times 1/sqrt(D) where there is no temperature.
  mlir::FloatAttr attentionScale();
  /// The places that draw masks of their own: three in each layer, and one
  /// after the last.
  enum class DropoutSite { Input, Attention, FFN };
  int64_t getDropoutSite(int64_t layer, DropoutSite site);
  /// `input` [B, n, E] with features dropped, in training.
  mlir::Value dropout(mlir::Value input, int64_t layer, DropoutSite site);
  mlir::Value concat(mlir::Value first, mlir::Value second);
  /// The rows [offset, offset + count) of axis 1.
  mlir::Value slice(mlir::Value input, int64_t offset, int64_t count);

  //===--- Token side -----------------------------------------------------===//

  mlir::Value embed(mlir::Value tokens, mlir::Value positions);
  mlir::Value logits(mlir::Value hidden);
  /// Projections of the normed input [B, n, E] by the side `prefix`.
  Projections project(mlir::Value normed, const std::string &prefix);
  Projections projectTokens(mlir::Value input, int64_t layer);
  /// Bias by distance of each layer's token self-attention, or null.
  void buildBiases();
  /// Windowed self-attention. `positions` [B], of the first query in its block,
  /// is null where the last query stands at the last key.
  mlir::Value attendWindow(mlir::Value queries, KeysValues tokens,
                           int64_t layer, mlir::Value positions);
  /// Tokens read the state.
  mlir::Value attendState(mlir::Value queries2, KeysValues state,
                          int64_t layer);
  /// Output projection, residual and feed-forward network. `cross` may be null.
  mlir::Value finishTokens(mlir::Value input, mlir::Value self,
                           mlir::Value cross, int64_t layer);

  //===--- State side -----------------------------------------------------===//

  RecurrentLayerOp getRecurrentLayer(int64_t layer);
  /// The state a document starts with, [S, E].
  mlir::Value initialState(int64_t layer);
  Projections projectState(mlir::Value state, int64_t layer);
  /// The state after a block: reads itself and the tokens' keys and values.
  mlir::Value advanceState(mlir::Value state, const Projections &projections,
                           KeysValues tokens, int64_t layer);
  mlir::Value gate(GateKind kind, mlir::Value state, mlir::Value update,
                   mlir::Value hidden, const std::string &prefix);

  //===--- Layers over a segment ------------------------------------------===//

  mlir::Value transformerLayer(mlir::Value input, LayerCarry &carry,
                               KeysValues *feedback, int64_t layer);
  mlir::Value recurrentLayer(mlir::Value input, LayerCarry &carry,
                             int64_t layer);
  /// All layers over the tokens given, layer by layer.
  mlir::Value layerByLayer(mlir::Value input,
                           llvm::MutableArrayRef<LayerCarry> carries);
  /// All layers over a segment, in chunks where the model says so.
  mlir::Value stack(mlir::Value input,
                    llvm::MutableArrayRef<LayerCarry> carries);
  /// Carries as a flat list, and back.
  llvm::SmallVector<mlir::Value> flatten(llvm::ArrayRef<LayerCarry> carries);
  void unflatten(mlir::ValueRange values,
                 llvm::MutableArrayRef<LayerCarry> carries);

  //===--- Lanes that start a document ------------------------------------===//

  mlir::Value select(mlir::Value flags, mlir::Value onTrue,
                     mlir::Value onFalse);

  //===--- Stream ---------------------------------------------------------===//

  struct StreamLayer;
  struct Stream;
  llvm::SmallVector<mlir::Value> flatten(const Stream &stream);
  void unflatten(mlir::ValueRange values, Stream &stream);
  llvm::SmallVector<Port> getStreamPorts();
  void resetStream(Stream &stream, mlir::Value start);
  void refreshState(Stream &stream, mlir::Value flags, mlir::Value chunkFlags);
  void closeBlocks(Stream &stream, mlir::Value counts);
  mlir::Value streamLayer(mlir::Value input, Stream &stream,
                          mlir::Value blockPositions, mlir::Value counts,
                          int64_t layer);
  /// Updates `stream` by `body` where any of `flags` is set.
  void updateWhere(mlir::Value flags, Stream &stream,
                   llvm::function_ref<void(Stream &)> body);

  /// Offset of a block's first key: W behind the past block, or 0.
  int64_t getPastLength() { return model.getCache() ? model.getWindow() : 0; }

  ModelOp model;
  mlir::OpBuilder &builder;
  mlir::Location loc;
  llvm::SmallVector<Parameter> parameters;
  llvm::SmallVector<mlir::Operation *> layers;
  llvm::SmallVector<int64_t> recurrentLayers;
  /// Element types of activations, of parameters, and of logits and losses.
  mlir::Type activation, parameterType, statistic;

  mlir::func::FuncOp entry;
  llvm::StringMap<mlir::Value> parameterValues;
  /// Number of lanes, an index.
  mlir::Value lanes;
  llvm::SmallVector<mlir::Value> biases;
  /// What masks follow from, i64; null outside of training.
  mlir::Value dropoutSeed, dropoutStep;
};

} // namespace brt

#endif // BRT_PASSES_EXPAND_EXPANDER_H
