//===- ForwardEntry.cpp - A segment to logits, loss and carry -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expander.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

void Expander::buildForward() { buildSegment("forward", /*training=*/false); }

void Expander::buildTraining() { buildSegment("training", /*training=*/true); }

void Expander::buildSegment(StringRef name, bool training) {
  StringRef carryAttr = BrtDialect::getCarryAttrName();
  StringRef inputAttr = BrtDialect::getInputAttrName();
  StringRef outputAttr = BrtDialect::getOutputAttrName();
  int64_t window = model.getWindow();
  auto cacheType = laneType({window, model.getHeads(), model.getHeadWidth()});

  SmallVector<Port> carryPorts;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    std::string prefix = std::to_string(layer);
    if (model.getCache()) {
      carryPorts.push_back({carryAttr, prefix + "/keys", cacheType});
      carryPorts.push_back({carryAttr, prefix + "/values", cacheType});
    }
    if (RecurrentLayerOp op = getRecurrentLayer(layer))
      carryPorts.push_back({carryAttr, prefix + "/state",
                            laneType({op.getStates(), model.getWidth()})});
  }

  SmallVector<Port> arguments = getParameterPorts();
  llvm::append_range(arguments, carryPorts);
  auto tokensType = cast<RankedTensorType>(
      laneType(model.getSegment()).clone(builder.getI32Type()));
  arguments.push_back({inputAttr, "tokens", tokensType});
  arguments.push_back(
      {inputAttr, "start_of_sequence",
       RankedTensorType::get({ShapedType::kDynamic}, builder.getI1Type())});
  LossMask lossMask = model.getHead().getLossMask();
  if (lossMask != LossMask::None)
    arguments.push_back(
        {inputAttr, "loss_mask_input", tokensType.clone(builder.getI1Type())});
  bool drops = training && !(model.getDropout().isZero() &&
                             model.getAttentionDropout().isZero());
  if (drops)
    for (StringRef input : {"step", "seed"})
      arguments.push_back({inputAttr, input.str(),
                           RankedTensorType::get({}, builder.getI64Type())});
  beginEntry(name, arguments);

  unsigned firstInput = getNumParameters() + carryPorts.size();
  Value tokens = getArgument(firstInput), start = getArgument(firstInput + 1);
  lanes = tensor::DimOp::create(builder, loc, tokens, 0);
  buildBiases();
  if (drops) {
    auto extract = [&](unsigned index) {
      return tensor::ExtractOp::create(builder, loc, getArgument(index),
                                       ValueRange());
    };
    dropoutStep = extract(arguments.size() - 2);
    dropoutSeed = extract(arguments.size() - 1);
  }

  // Lanes that start a document begin with zeros, unmasked, and the initial
  // state (4.2, 5.3).
  SmallVector<LayerCarry> given(layers.size());
  unsigned argument = getNumParameters();
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    if (model.getCache())
      given[layer].past = {getArgument(argument), getArgument(argument + 1)};
    argument += model.getCache() ? 2 : 0;
    if (getRecurrentLayer(layer))
      given[layer].state = getArgument(argument++);
  }
  SmallVector<LayerCarry> carries(given);
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    LayerCarry &carry = carries[layer];
    if (model.getCache()) {
      Value empty = zeros(cacheType.getShape().drop_front());
      carry.past = {select(start, empty, carry.past.keys),
                    select(start, empty, carry.past.values)};
    }
    if (RecurrentLayerOp op = getRecurrentLayer(layer)) {
      Value flags =
          op.getAlwaysClear() ? splatLanes(1, builder.getI1Type()) : start;
      carry.state = select(flags, initialState(layer), carry.state);
    }
  }

  Value hidden = stack(embed(tokens, /*positions=*/Value()), carries);
  // A state cleared in every segment is neither read nor written (5.3).
  for (size_t layer = 0; layer < layers.size(); ++layer)
    if (RecurrentLayerOp op = getRecurrentLayer(layer))
      if (op.getAlwaysClear())
        carries[layer].state = given[layer].state;

  Value scores = logits(hidden);
  Value inputMask;
  if (lossMask != LossMask::None)
    inputMask = getArgument(firstInput + 2);
  auto targets = ShiftTargetsOp::create(builder, loc, tokens, inputMask,
                                        lossMask == LossMask::Shifted);
  auto loss = CrossEntropyOp::create(builder, loc, scores, targets.getTargets(),
                                     targets.getMask());

  SmallVector<Value> results = {scores, loss.getTokenLoss(), loss.getLossSum(),
                                loss.getTokenCount()};
  SmallVector<Port> ports;
  for (StringRef name : {"logits", "token_loss", "loss_sum", "token_count"})
    ports.push_back({outputAttr, name.str(), Type()});
  llvm::append_range(results, flatten(carries));
  llvm::append_range(ports, carryPorts);
  endEntry(ports, results);
  dropoutSeed = dropoutStep = Value();
}
