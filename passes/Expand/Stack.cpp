//===- Stack.cpp - Layers over the tokens of a segment --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expander.h"

using namespace mlir;
using namespace brt;

SmallVector<Value> Expander::flatten(ArrayRef<LayerCarry> carries) {
  SmallVector<Value> values;
  for (const LayerCarry &carry : carries)
    for (Value value : {carry.past.keys, carry.past.values, carry.state})
      if (value)
        values.push_back(value);
  return values;
}

void Expander::unflatten(ValueRange values,
                         MutableArrayRef<LayerCarry> carries) {
  for (LayerCarry &carry : carries)
    for (Value *value : {&carry.past.keys, &carry.past.values, &carry.state})
      if (*value) {
        *value = values.front();
        values = values.drop_front();
      }
}

Value Expander::transformerLayer(Value input, LayerCarry &carry,
                                 KeysValues *feedback, int64_t layer) {
  Projections tokens = projectTokens(input, layer);
  KeysValues read = {concat(carry.past.keys, tokens.own.keys),
                     concat(carry.past.values, tokens.own.values)};
  Value self = attendWindow(tokens.queries, read, layer, /*positions=*/Value());
  Value cross;
  if (feedback)
    cross = attendState(tokens.queries2, *feedback, layer);
  if (model.getCache()) {
    int64_t window = model.getWindow();
    int64_t length =
        cast<RankedTensorType>(tokens.own.keys.getType()).getDimSize(1);
    carry.past = {slice(tokens.own.keys, length - window, window),
                  slice(tokens.own.values, length - window, window)};
  }
  return finishTokens(input, self, cross, layer);
}

Value Expander::recurrentLayer(Value input, LayerCarry &carry, int64_t layer) {
  int64_t length = cast<RankedTensorType>(input.getType()).getDimSize(1);
  auto cell = [&](OpBuilder &, Location, ValueRange pieces,
                  ValueRange carried) {
    LayerCarry current = carry;
    unflatten(carried, current);
    Value block = pieces.front();
    Projections tokens = projectTokens(block, layer);
    Projections state = projectState(current.state, layer);
    KeysValues read = {concat(current.past.keys, tokens.own.keys),
                       concat(current.past.values, tokens.own.values)};
    // Tokens read the incoming state, never the one this block makes (5.2).
    Value self =
        attendWindow(tokens.queries, read, layer, /*positions=*/Value());
    Value cross = attendState(tokens.queries2, state.own, layer);
    Value output = finishTokens(block, self, cross, layer);
    current.state = advanceState(current.state, state, read, layer);
    if (model.getCache())
      current.past = tokens.own;
    YieldOp::create(builder, loc, ValueRange{output}, flatten(current));
  };
  auto loop = RecurrenceOp::create(builder, loc, length / getBlockLength(),
                                   ValueRange{input}, flatten(carry), cell);
  unflatten(loop.getFinalCarry(), carry);
  return loop.getResult(0);
}

Value Expander::layerByLayer(Value input, MutableArrayRef<LayerCarry> carries) {
  // All layers read the state that the last recurrent one left (5.5).
  KeysValues feedback;
  if (model.getFeedback()) {
    int64_t source = recurrentLayers.back();
    feedback = projectState(carries[source].state, source).own;
  }
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    if (getRecurrentLayer(layer))
      input = recurrentLayer(input, carries[layer], layer);
    else
      input =
          transformerLayer(input, carries[layer],
                           model.getFeedback() ? &feedback : nullptr, layer);
  }
  return input;
}

Value Expander::stack(Value input, MutableArrayRef<LayerCarry> carries) {
  int64_t chunk = model.getStackWindow();
  if (chunk == 0 || chunk == model.getSegment())
    return layerByLayer(input, carries);
  auto loop = RecurrenceOp::create(
      builder, loc, model.getSegment() / chunk, ValueRange{input},
      flatten(carries),
      [&](OpBuilder &, Location, ValueRange pieces, ValueRange carried) {
        SmallVector<LayerCarry> current(carries);
        unflatten(carried, current);
        Value output = layerByLayer(pieces.front(), current);
        YieldOp::create(builder, loc, ValueRange{output}, flatten(current));
      });
  unflatten(loop.getFinalCarry(), carries);
  return loop.getResult(0);
}
