//===- Parameters.cpp - The parameters of a model -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Analysis/Parameters.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
using namespace brt;

/// Gate biases start "low but non-zero so Adafactor can scale them" (6.1).
static constexpr double kGateBiasStddev = 0.1;
static constexpr double kGateKernelScale = 0.1;
static constexpr double kInitialStateStddev = 0.1;
/// Sizes the official code fixes: a position net's hidden layer, the size of a
/// Fourier vector [a ; b], the spread of the net's biases (3.3).
static constexpr int64_t kPositionNetHidden = 128;
static constexpr int64_t kFourierVector = 128;
static constexpr double kPositionNetBiasStddev = 10;

Initializer Initializer::varianceScaling(double scale, int64_t fanIn) {
  return {TruncatedNormal, 0, std::sqrt(scale / static_cast<double>(fanIn))};
}

int64_t Parameter::getNumElements() const { return llvm::product_of(shape); }

std::string brt::getLayerPrefix(int64_t layer) {
  return "transformer" + std::to_string(layer);
}
std::string brt::getTokenPrefix(int64_t layer) {
  return getLayerPrefix(layer) + "/tbase";
}
std::string brt::getStatePrefix(int64_t layer) {
  return getLayerPrefix(layer) + "/recurrent_tbase";
}

namespace {
/// Collects the parameters of one model.
struct Collector {
  ModelOp model;
  SmallVector<Parameter> parameters;
  int64_t width, inner, heads;

  explicit Collector(ModelOp model)
      : model(model), width(model.getWidth()),
        inner(model.getHeads() * model.getHeadWidth()),
        heads(model.getHeads()) {}

  void add(const Twine &name, ArrayRef<int64_t> shape,
           Initializer initializer) {
    parameters.push_back({name.str(), llvm::to_vector<2>(shape), initializer});
  }

  void addNorm(const Twine &prefix) {
    std::string name = prefix.str();
    add(name + "/scale", width, Initializer::constant(1));
    if (model.getNormBias())
      add(name + "/bias", width, Initializer::constant(0));
  }

  void addLinear(const Twine &prefix, int64_t in, int64_t out, bool bias) {
    std::string name = prefix.str();
    add(name + "/kernel", {in, out}, Initializer::varianceScaling(1, in));
    if (bias)
      add(name + "/bias", out, Initializer::constant(0));
  }

  /// Norm, projections and temperature of the token or the state side.
  void addProjections(const std::string &side, bool stateIds, int64_t states,
                      bool secondQuery) {
    std::string kvq = side + "/_kvq";
    addNorm(kvq + "/pre_attn_layernorm");
    if (stateIds)
      add(kvq + "/position_embeddings", {states, width},
          Initializer::normal(0, 1));
    addLinear(kvq + "/keys_layer", width, inner, /*bias=*/false);
    addLinear(kvq + "/values_layer", width, inner, /*bias=*/false);
    addLinear(kvq + "/queries_layer", width, inner, /*bias=*/false);
    if (secondQuery)
      addLinear(kvq + "/queries2_layer", width, inner, /*bias=*/false);
    if (!model.getQkNorm())
      return;
    add(kvq + "/attention_scale", heads, Initializer::constant(1));
    if (secondQuery)
      add(side + "/attention_scale2", heads, Initializer::constant(1));
  }

  /// A feed-forward network from `in` features; returns the width of the hidden
  /// layer right before the last product.
  int64_t addFFN(const std::string &prefix, int64_t in) {
    int64_t hidden = in;
    for (int64_t i = 0; i + 1 < model.getFfnLayers(); ++i) {
      std::string index = std::to_string(i);
      addLinear(prefix + "/hidden" + index, hidden, model.getFfn(),
                model.getFfnBias());
      if (model.getActivation() == ActivationKind::SwiGLU)
        addLinear(prefix + "/gate" + index, hidden, model.getFfn(),
                  model.getFfnBias());
      hidden = model.getFfn();
    }
    addLinear(prefix + "/output_layer", hidden, width, model.getFfnBias());
    return hidden;
  }

  /// The gate after a projection whose input has `hidden` features.
  void addGate(const std::string &prefix, GateKind kind, int64_t hidden) {
    Initializer bias = Initializer::normal(0, kGateBiasStddev);
    auto addKernelAndBias = [&](StringRef name) {
      std::string gate = prefix + "/" + name.str();
      add(gate + "/kernel", {hidden, width},
          Initializer::varianceScaling(kGateKernelScale, hidden));
      add(gate + "/bias", width, bias);
    };
    switch (kind) {
    case GateKind::Fixed:
      add(prefix + "/gate_bias", width, bias);
      return;
    case GateKind::Full:
      addKernelAndBias("gate_layer");
      return;
    case GateKind::LSTM:
      addKernelAndBias("forget_gate");
      addKernelAndBias("input_gate");
      return;
    case GateKind::Residual:
      return;
    }
  }

  void addPositions(const std::string &layer) {
    std::string prefix = layer + "/relative_positions";
    switch (model.getPositionBias()) {
    case PositionBias::T5:
      add(prefix + "/rel_embedding", {heads, RelativeBiasOp::kBuckets},
          Initializer::normal(0, 1 / std::sqrt(RelativeBiasOp::kBuckets)));
      return;
    case PositionBias::Fourier:
      add(prefix + "/rotation_matrix", {heads, kFourierVector},
          {Initializer::HalfConstant, 2.0 / kFourierVector, 0});
      return;
    case PositionBias::ALiBi:
      add(prefix + "/_wrapped_module/scale", 1, Initializer::constant(1));
      add(prefix + "/_wrapped_module/bound",
          model.getAlibiBoundPerHead() ? heads : 1, Initializer::constant(1));
      return;
    case PositionBias::NN:
      add(prefix + "/dense_1_kernel", kPositionNetHidden,
          Initializer::constant(1));
      add(prefix + "/bias", kPositionNetHidden,
          Initializer::normal(0, kPositionNetBiasStddev));
      add(prefix + "/dense_2_kernel", {heads, kPositionNetHidden},
          Initializer::varianceScaling(1, heads));
      return;
    case PositionBias::None:
    case PositionBias::Rotary:
      return;
    }
  }

  void addTokenSide(int64_t index, bool readsState) {
    std::string side = getTokenPrefix(index);
    addProjections(side, /*stateIds=*/false, /*states=*/0, readsState);
    if (model.getAttentionSink())
      add(side + "/attention_sink", heads, Initializer::constant(0));
    addPositions(getLayerPrefix(index));
    addLinear(side + "/post_attn_mlp/output_layer",
              readsState ? 2 * inner : inner, width,
              model.getAttentionOutputBias());
    addNorm(side + "/pre_ffn_layernorm");
    addFFN(side + "/ffn", width);
  }

  void addStateSide(int64_t index, RecurrentLayerOp layer) {
    std::string side = getStatePrefix(index);
    Configuration configuration = layer.getConfiguration();
    if (layer.getLearnedInitialState())
      add(getLayerPrefix(index) + "/recurrent_initial_state",
          {layer.getStates(), width},
          Initializer::normal(0, kInitialStateStddev));
    addProjections(side, layer.getStateIds(), layer.getStates(),
                   /*secondQuery=*/true);
    if (configuration != Configuration::Single) {
      std::string projection = side + "/post_attn_mlp";
      addLinear(projection + "/output_layer", 2 * inner, width,
                model.getAttentionOutputBias());
      addGate(projection, layer.getGate(), 2 * inner);
    }
    if (configuration == Configuration::Skip)
      return;
    if (configuration == Configuration::Dual)
      addNorm(side + "/pre_ffn_layernorm");
    int64_t in = configuration == Configuration::Dual ? width : 2 * inner;
    addGate(side + "/ffn", layer.getGate(), addFFN(side + "/ffn", in));
  }
};
} // namespace

SmallVector<Parameter> brt::getParameters(ModelOp model) {
  Collector collector(model);
  collector.add("embed/embedding",
                {model.getEmbedding().getVocabulary(), model.getWidth()},
                Initializer::normal(0, 1));
  for (auto [index, op] : llvm::enumerate(model.getLayers())) {
    auto recurrent = dyn_cast<RecurrentLayerOp>(op);
    collector.addTokenSide(index, recurrent || model.getFeedback());
    if (recurrent)
      collector.addStateSide(index, recurrent);
  }
  if (model.getHead().getFinalNorm())
    collector.addNorm("final_layernorm");
  return std::move(collector.parameters);
}
