//===- StreamEntries.cpp - Exact incremental reading (brt-spec 11.4) ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `prefill` reads up to a block of tokens and `decode` one, each lane at its
// own position. A layer keeps two blocks of keys and values, the one before and
// the one being read; a recurrent layer also its state and the state's keys and
// values, computed once a block. After the last token of a block the state
// advances and the blocks move up.
//
//===----------------------------------------------------------------------===//

#include "Expander.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

/// What a layer keeps between tokens.
struct Expander::StreamLayer {
  KeysValues tokens;
  /// Null where the layer is not recurrent.
  Value state;
  KeysValues stateRead;
};

/// What a lane keeps between tokens.
struct Expander::Stream {
  SmallVector<StreamLayer> layers;
  /// What all layers read under feedback, held for a chunk (5.5); else null.
  KeysValues feedback;
  /// [B], tokens read in the current segment.
  Value position;
};

//===----------------------------------------------------------------------===//
// Order of the carry
//===----------------------------------------------------------------------===//

SmallVector<Value> Expander::flatten(const Stream &stream) {
  SmallVector<Value> values;
  for (const StreamLayer &layer : stream.layers)
    for (Value value : {layer.tokens.keys, layer.tokens.values, layer.state,
                        layer.stateRead.keys, layer.stateRead.values})
      if (value)
        values.push_back(value);
  if (stream.feedback.keys)
    llvm::append_values(values, stream.feedback.keys, stream.feedback.values);
  values.push_back(stream.position);
  return values;
}

void Expander::unflatten(ValueRange values, Stream &stream) {
  auto take = [&](Value &value) {
    value = values.front();
    values = values.drop_front();
  };
  stream.layers.resize(layers.size());
  for (auto [index, layer] : llvm::enumerate(stream.layers)) {
    take(layer.tokens.keys);
    take(layer.tokens.values);
    if (!getRecurrentLayer(index))
      continue;
    take(layer.state);
    take(layer.stateRead.keys);
    take(layer.stateRead.values);
  }
  if (model.getFeedback()) {
    take(stream.feedback.keys);
    take(stream.feedback.values);
  }
  take(stream.position);
}

SmallVector<Expander::Port> Expander::getStreamPorts() {
  SmallVector<Port> ports;
  auto add = [&](const Twine &name, ArrayRef<int64_t> extents) {
    ports.push_back(
        {BrtDialect::getCarryAttrName(), name.str(), laneType(extents)});
  };
  int64_t heads = model.getHeads(), headWidth = model.getHeadWidth();
  int64_t capacity = getPastLength() + getBlockLength();
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    std::string prefix = std::to_string(layer);
    add(prefix + "/keys", {capacity, heads, headWidth});
    add(prefix + "/values", {capacity, heads, headWidth});
    RecurrentLayerOp op = getRecurrentLayer(layer);
    if (!op)
      continue;
    add(prefix + "/state", {op.getStates(), model.getWidth()});
    add(prefix + "/state_keys", {op.getStates(), heads, headWidth});
    add(prefix + "/state_values", {op.getStates(), heads, headWidth});
  }
  if (model.getFeedback()) {
    int64_t states = getRecurrentLayer(recurrentLayers.back()).getStates();
    add("feedback/keys", {states, heads, headWidth});
    add("feedback/values", {states, heads, headWidth});
  }
  ports.push_back(
      {BrtDialect::getCarryAttrName(), "position",
       RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type())});
  return ports;
}

//===----------------------------------------------------------------------===//
// Starts of documents and ends of blocks
//===----------------------------------------------------------------------===//

void Expander::updateWhere(Value flags, Stream &stream,
                           function_ref<void(Stream &)> body) {
  Value any = AnyLaneOp::create(builder, loc, flags);
  SmallVector<Value> before = flatten(stream);
  auto branch = scf::IfOp::create(
      builder, loc, any,
      [&](OpBuilder &, Location) {
        Stream updated = stream;
        body(updated);
        scf::YieldOp::create(builder, loc, flatten(updated));
      },
      [&](OpBuilder &, Location) {
        scf::YieldOp::create(builder, loc, before);
      });
  unflatten(branch.getResults(), stream);
}

void Expander::refreshState(Stream &stream, Value flags, Value chunkFlags) {
  for (int64_t layer : recurrentLayers) {
    StreamLayer &current = stream.layers[layer];
    KeysValues read = projectState(current.state, layer).own;
    current.stateRead = {select(flags, read.keys, current.stateRead.keys),
                         select(flags, read.values, current.stateRead.values)};
  }
  if (!model.getFeedback())
    return;
  KeysValues source = stream.layers[recurrentLayers.back()].stateRead;
  stream.feedback = {select(chunkFlags, source.keys, stream.feedback.keys),
                     select(chunkFlags, source.values, stream.feedback.values)};
}

void Expander::resetStream(Stream &stream, Value start) {
  updateWhere(start, stream, [&](Stream &reset) {
    reset.position =
        select(start, splatLanes(0, builder.getI32Type()), reset.position);
    for (auto [index, layer] : llvm::enumerate(reset.layers)) {
      auto shape =
          cast<RankedTensorType>(layer.tokens.keys.getType()).getShape();
      Value empty = zeros(shape.drop_front());
      layer.tokens = {select(start, empty, layer.tokens.keys),
                      select(start, empty, layer.tokens.values)};
      if (getRecurrentLayer(index))
        layer.state = select(start, initialState(index), layer.state);
    }
    refreshState(reset, start, start);
  });
}

void Expander::closeBlocks(Stream &stream, Value counts) {
  Type i32 = builder.getI32Type();
  stream.position =
      arith::AddIOp::create(builder, loc, stream.position, counts);
  auto isMultiple = [&](Value position, int64_t length) -> Value {
    Value rest =
        arith::RemSIOp::create(builder, loc, position, splatLanes(length, i32));
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, rest,
                                 splatLanes(0, i32));
  };
  // A lane that reads nothing now closed its block before.
  Value reads = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt,
                                      counts, splatLanes(0, i32));
  Value closes = arith::AndIOp::create(
      builder, loc, reads, isMultiple(stream.position, getBlockLength()));

  updateWhere(closes, stream, [&](Stream &next) {
    Value ends = arith::AndIOp::create(
        builder, loc, closes, isMultiple(next.position, model.getSegment()));
    for (int64_t index : recurrentLayers) {
      StreamLayer &layer = next.layers[index];
      Projections state = projectState(layer.state, index);
      Value advanced = advanceState(layer.state, state, layer.tokens, index);
      layer.state = select(closes, advanced, layer.state);
      if (getRecurrentLayer(index).getAlwaysClear())
        layer.state = select(ends, initialState(index), layer.state);
    }
    Value chunk = closes;
    if (model.getFeedback())
      chunk = arith::AndIOp::create(
          builder, loc, closes,
          isMultiple(next.position, model.getStackWindow()));
    refreshState(next, closes, chunk);

    // What the second block still holds is never read before it is written.
    if (model.getCache()) {
      int32_t length = getBlockLength();
      Value first = splatLanes(0, i32);
      Value moved = select(closes, splatLanes(length, i32), first);
      auto moveUp = [&](Value &cache) {
        cache =
            CacheWriteOp::create(builder, loc, cache.getType(), cache,
                                 slice(cache, length, length), first, moved);
      };
      for (StreamLayer &layer : next.layers) {
        moveUp(layer.tokens.keys);
        moveUp(layer.tokens.values);
      }
    }
    next.position = select(ends, splatLanes(0, i32), next.position);
  });
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

Value Expander::streamLayer(Value input, Stream &stream, Value blockPositions,
                            Value counts, int64_t index) {
  StreamLayer &layer = stream.layers[index];
  Projections tokens = projectTokens(input, index);
  Value slots = blockPositions;
  if (getPastLength() != 0)
    slots = arith::AddIOp::create(
        builder, loc, slots, splatLanes(getPastLength(), builder.getI32Type()));
  auto write = [&](Value cache, Value rows) -> Value {
    return CacheWriteOp::create(builder, loc, cache.getType(), cache, rows,
                                slots, counts);
  };
  layer.tokens = {write(layer.tokens.keys, tokens.own.keys),
                  write(layer.tokens.values, tokens.own.values)};
  Value self =
      attendWindow(tokens.queries, layer.tokens, index, blockPositions);
  Value cross;
  if (getRecurrentLayer(index))
    cross = attendState(tokens.queries2, layer.stateRead, index);
  else if (model.getFeedback())
    cross = attendState(tokens.queries2, stream.feedback, index);
  return finishTokens(input, self, cross, index);
}

void Expander::buildStream(StringRef name, int64_t length) {
  StringRef inputAttr = BrtDialect::getInputAttrName();
  auto laneIntegers =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type());
  SmallVector<Port> carryPorts = getStreamPorts();
  SmallVector<Port> arguments = getParameterPorts();
  llvm::append_range(arguments, carryPorts);
  arguments.push_back({inputAttr, "tokens",
                       RankedTensorType::get({ShapedType::kDynamic, length},
                                             builder.getI32Type())});
  arguments.push_back({inputAttr, "counts", laneIntegers});
  arguments.push_back({inputAttr, "start_of_sequence",
                       laneIntegers.clone(builder.getI1Type())});
  beginEntry(name, arguments);

  unsigned firstInput = getNumParameters() + carryPorts.size();
  Value tokens = getArgument(firstInput), counts = getArgument(firstInput + 1);
  lanes = tensor::DimOp::create(builder, loc, tokens, 0);
  buildBiases();

  Stream stream;
  unflatten(ValueRange(entry.getArguments())
                .slice(getNumParameters(), carryPorts.size()),
            stream);
  resetStream(stream, getArgument(firstInput + 2));
  Value blockPositions = arith::RemSIOp::create(
      builder, loc, stream.position,
      splatLanes(getBlockLength(), builder.getI32Type()));
  Value hidden = embed(tokens, stream.position);
  for (size_t layer = 0; layer < layers.size(); ++layer)
    hidden = streamLayer(hidden, stream, blockPositions, counts, layer);
  closeBlocks(stream, counts);

  SmallVector<Value> results = {logits(hidden)};
  SmallVector<Port> ports = {
      {BrtDialect::getOutputAttrName(), "logits", Type()}};
  llvm::append_range(results, flatten(stream));
  llvm::append_range(ports, carryPorts);
  endEntry(ports, results);
}
