//===- TokenSide.cpp - The vertical direction (brt-spec 2 to 4) -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expander.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace mlir;
using namespace brt;

Value Expander::embed(Value tokens, Value positions) {
  int64_t length = cast<RankedTensorType>(tokens.getType()).getDimSize(1);
  Value input =
      EmbedOp::create(builder, loc, laneType({length, model.getWidth()}),
                      tokens, parameter("embed/embedding"));
  if (!model.getEmbedding().getAbsolutePositions())
    return input;
  return AddAbsolutePositionsOp::create(builder, loc, input.getType(), input,
                                        positions);
}

Value Expander::logits(Value hidden) {
  HeadOp head = model.getHead();
  if (head.getFinalNorm())
    hidden = norm(hidden, "final_layernorm");
  hidden = dropout(hidden, layers.size(), DropoutSite::Input);
  int64_t vocabulary = model.getEmbedding().getVocabulary();
  double divisor = std::sqrt(static_cast<double>(
      head.getLogitScale() == LogitScale::SqrtWidth ? model.getWidth()
                                                    : vocabulary));
  // The official code rounds the divisor to the activations' type.
  APFloat rounded(divisor);
  bool losesInfo;
  rounded.convert(cast<FloatType>(activation).getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
  int64_t length = cast<RankedTensorType>(hidden.getType()).getDimSize(1);
  auto type =
      cast<RankedTensorType>(laneType({length, vocabulary}).clone(statistic));
  return LogitsOp::create(builder, loc, type, hidden,
                          parameter("embed/embedding"),
                          builder.getF64FloatAttr(rounded.convertToDouble()));
}

//===----------------------------------------------------------------------===//
// Dropout (brt-spec 2.3)
//===----------------------------------------------------------------------===//

int64_t Expander::getDropoutSite(int64_t layer, DropoutSite site) {
  constexpr int64_t kSitesInLayer = 3;
  return kSitesInLayer * layer + static_cast<int64_t>(site);
}

Value Expander::dropout(Value input, int64_t layer, DropoutSite site) {
  if (!dropoutSeed || model.getDropout().isZero())
    return input;
  return DropoutOp::create(builder, loc, input.getType(), input, dropoutSeed,
                           dropoutStep, model.getDropout(),
                           getDropoutSite(layer, site));
}

//===----------------------------------------------------------------------===//
// Projections
//===----------------------------------------------------------------------===//

Projections Expander::project(Value normed, const std::string &prefix) {
  std::string kvq = prefix + "/_kvq";
  auto heads = [&](StringRef name, bool unit) -> Value {
    Value flat = linear(normed, kvq + "/" + name.str());
    Value split = SplitHeadsOp::create(builder, loc, flat, model.getHeads());
    if (!unit || !model.getQkNorm())
      return split;
    return UnitNormalizeOp::create(builder, loc, split.getType(), split);
  };
  Projections result;
  result.own.keys = heads("keys_layer", /*unit=*/true);
  result.own.values = heads("values_layer", /*unit=*/false);
  result.queries = heads("queries_layer", /*unit=*/true);
  if (hasParameter(kvq + "/queries2_layer/kernel"))
    result.queries2 = heads("queries2_layer", /*unit=*/true);
  return result;
}

Projections Expander::projectTokens(Value input, int64_t layer) {
  std::string prefix = getTokenPrefix(layer);
  Value normed = norm(input, prefix + "/_kvq/pre_attn_layernorm");
  return project(dropout(normed, layer, DropoutSite::Input), prefix);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

void Expander::buildBiases() {
  biases.assign(layers.size(), Value());
  PositionBias kind = model.getPositionBias();
  static constexpr StringRef kNames[] = {
      "rel_embedding",         "rotation_matrix", "_wrapped_module/scale",
      "_wrapped_module/bound", "dense_1_kernel",  "bias",
      "dense_2_kernel"};
  if (kind == PositionBias::None || kind == PositionBias::Rotary)
    return;
  // Distances of visible keys: 1 to W, or without a mask all of two blocks.
  int64_t window = model.getWindow();
  int64_t first = model.getCausal() ? 1 : 1 - window;
  int64_t count = model.getCausal() ? window : 3 * window - 1;
  IntegerAttr maxKeys;
  if (kind == PositionBias::Fourier)
    maxKeys = builder.getI64IntegerAttr(2 * window);
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    SmallVector<Value> operands;
    for (StringRef name : kNames)
      if (Value value = optionalParameter(getLayerPrefix(layer) +
                                          "/relative_positions/" + name))
        operands.push_back(value);
    auto type = RankedTensorType::get(
        {static_cast<int64_t>(model.getHeads()), count}, statistic);
    biases[layer] = RelativeBiasOp::create(builder, loc, type, kind, operands,
                                           first, maxKeys);
  }
}

Value Expander::attendWindow(Value queries, KeysValues tokens, int64_t layer,
                             Value positions) {
  std::string prefix = getTokenPrefix(layer);
  Value keys = tokens.keys;
  if (model.getPositionBias() == PositionBias::Rotary) {
    // Keys turn where they are read, so that the cache and the state see them
    // as they were (3.3).
    queries =
        RotaryOp::create(builder, loc, queries.getType(), queries, positions);
    keys = RotaryOp::create(builder, loc, keys.getType(), keys,
                            /*positions=*/Value(),
                            builder.getI64IntegerAttr(-getPastLength()));
  }
  // Blocks start behind the past block on the key axis.
  if (positions && getPastLength() != 0)
    positions = arith::AddIOp::create(
        builder, loc, positions,
        splatLanes(getPastLength(), builder.getI32Type()));
  bool drops = dropoutSeed && !model.getAttentionDropout().isZero();
  int64_t site = getDropoutSite(layer, DropoutSite::Attention);
  return WindowAttentionOp::create(
             builder, loc, queries.getType(), /*log_sum_exp=*/Type(), queries,
             keys, tokens.values,
             optionalParameter(prefix + "/_kvq/attention_scale"), biases[layer],
             optionalParameter(prefix + "/attention_sink"), positions,
             drops ? dropoutSeed : Value(), drops ? dropoutStep : Value(),
             builder.getI64IntegerAttr(model.getWindow()),
             model.getCausalAttr(), model.getTemperatureAttr(),
             attentionScale(),
             drops ? model.getAttentionDropoutAttr()
                   : builder.getF64FloatAttr(0),
             builder.getI64IntegerAttr(drops ? site : 0))
      .getResult();
}

Value Expander::attendState(Value queries2, KeysValues state, int64_t layer) {
  return StateAttentionOp::create(
             builder, loc, queries2.getType(), /*log_sum_exp=*/Type(), queries2,
             state.keys, state.values,
             optionalParameter(getTokenPrefix(layer) + "/attention_scale2"),
             model.getTemperatureAttr(), attentionScale())
      .getResult();
}

Value Expander::finishTokens(Value input, Value self, Value cross,
                             int64_t layer) {
  std::string prefix = getTokenPrefix(layer);
  SmallVector<Value> heads = {self};
  if (cross)
    heads.push_back(cross);
  Value merged = MergeHeadsOp::create(builder, loc, heads);
  Value attended = arith::AddFOp::create(
      builder, loc, input,
      linear(merged, prefix + "/post_attn_mlp/output_layer"));
  FFN ffn = feedForward(norm(attended, prefix + "/pre_ffn_layernorm"),
                        prefix + "/ffn");
  return arith::AddFOp::create(builder, loc, attended,
                               dropout(ffn.output, layer, DropoutSite::FFN));
}
