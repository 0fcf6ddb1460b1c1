//===- StateSide.cpp - The horizontal direction (brt-spec 5, 6) -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expander.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace brt;

RecurrentLayerOp Expander::getRecurrentLayer(int64_t layer) {
  return dyn_cast<RecurrentLayerOp>(layers[layer]);
}

Value Expander::initialState(int64_t layer) {
  Value learned =
      optionalParameter(getLayerPrefix(layer) + "/recurrent_initial_state");
  if (!learned)
    return zeros({getRecurrentLayer(layer).getStates(), model.getWidth()});
  if (activation == parameterType)
    return learned;
  auto type = cast<RankedTensorType>(learned.getType()).clone(activation);
  return arith::TruncFOp::create(builder, loc, type, learned);
}

Projections Expander::projectState(Value state, int64_t layer) {
  std::string prefix = getStatePrefix(layer);
  Value normed = norm(state, prefix + "/_kvq/pre_attn_layernorm");
  // Added after the norm, so values contain them too (5.2).
  if (Value ids = optionalParameter(prefix + "/_kvq/position_embeddings"))
    normed = AddStateIdsOp::create(builder, loc, normed.getType(), normed, ids);
  return project(normed, prefix);
}

Value Expander::gate(GateKind kind, Value state, Value update, Value hidden,
                     const std::string &prefix) {
  SmallVector<Value> activations;
  switch (kind) {
  case GateKind::Fixed:
    activations = {parameter(prefix + "/gate_bias")};
    break;
  case GateKind::Full:
    activations = {linear(hidden, prefix + "/gate_layer")};
    break;
  case GateKind::LSTM:
    activations = {linear(hidden, prefix + "/forget_gate"),
                   linear(hidden, prefix + "/input_gate")};
    break;
  case GateKind::Residual:
    break;
  }
  return GateOp::create(builder, loc, state.getType(), kind, state, update,
                        activations);
}

Value Expander::advanceState(Value state, const Projections &projections,
                             KeysValues tokens, int64_t layer) {
  RecurrentLayerOp op = getRecurrentLayer(layer);
  std::string prefix = getStatePrefix(layer);
  auto attend = [&](Value queries, KeysValues read, StringRef temperature) {
    return StateAttentionOp::create(
               builder, loc, queries.getType(), /*log_sum_exp=*/Type(), queries,
               read.keys, read.values,
               optionalParameter(prefix + "/" + temperature),
               model.getTemperatureAttr(), attentionScale())
        .getResult();
  };
  Value self =
      attend(projections.queries, projections.own, "_kvq/attention_scale");
  Value cross = attend(projections.queries2, tokens, "attention_scale2");
  Value read = MergeHeadsOp::create(builder, loc, ValueRange{self, cross});

  if (op.getConfiguration() != Configuration::Single) {
    std::string projection = prefix + "/post_attn_mlp";
    Value update = linear(read, projection + "/output_layer");
    state = gate(op.getGate(), state, update, read, projection);
    if (op.getConfiguration() == Configuration::Skip)
      return state;
    read = norm(state, prefix + "/pre_ffn_layernorm");
  }
  FFN ffn = feedForward(read, prefix + "/ffn");
  Value update = ffn.output;
  // Only `single` bounds the candidate (6.2).
  if (op.getConfiguration() == Configuration::Single)
    update = ActivationOp::create(builder, loc, update.getType(),
                                  ActivationKind::Tanh, update);
  return gate(op.getGate(), state, update, ffn.hidden, prefix + "/ffn");
}
