//===- Expander.cpp - Small parts of every entry point --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expander.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>

using namespace mlir;
using namespace brt;

Expander::Expander(ModelOp model, OpBuilder &builder)
    : model(model), builder(builder), loc(model.getLoc()),
      parameters(getParameters(model)), layers(model.getLayers()),
      recurrentLayers(model.getRecurrentLayers()) {
  switch (model.getPrecision()) {
  case Precision::F32:
    activation = parameterType = statistic = builder.getF32Type();
    break;
  case Precision::BF16:
    activation = builder.getBF16Type();
    parameterType = statistic = builder.getF32Type();
    break;
  case Precision::F64:
    activation = parameterType = statistic = builder.getF64Type();
    break;
  }
}

int64_t Expander::getBlockLength() {
  return std::min(model.getWindow(), model.getSegment());
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

static DictionaryAttr getPortAttr(OpBuilder &builder,
                                  const Expander::Port &port) {
  return builder.getDictionaryAttr(
      builder.getNamedAttr(port.attribute, builder.getStringAttr(port.name)));
}

void Expander::beginEntry(StringRef name, ArrayRef<Port> arguments) {
  SmallVector<Type> types;
  for (const Port &port : arguments)
    types.push_back(port.type);
  entry = func::FuncOp::create(builder, loc, name,
                               builder.getFunctionType(types, {}));
  entry->setAttr(BrtDialect::getEntryAttrName(), builder.getUnitAttr());
  for (auto [index, port] : llvm::enumerate(arguments))
    entry.setArgAttrs(index, getPortAttr(builder, port));
  builder.setInsertionPointToStart(entry.addEntryBlock());

  parameterValues.clear();
  biases.clear();
  for (auto [index, port] : llvm::enumerate(arguments))
    if (port.attribute == BrtDialect::getParameterAttrName())
      parameterValues[port.name] = entry.getArgument(index);
}

void Expander::endEntry(ArrayRef<Port> ports, ValueRange values) {
  func::ReturnOp::create(builder, loc, values);
  entry.setFunctionType(
      builder.getFunctionType(entry.getArgumentTypes(), values.getTypes()));
  for (auto [index, port] : llvm::enumerate(ports))
    entry.setResultAttrs(index, getPortAttr(builder, port));
  builder.setInsertionPointAfter(entry);
}

SmallVector<Expander::Port> Expander::getParameterPorts() {
  SmallVector<Port> ports;
  for (const Parameter &parameter : parameters)
    ports.push_back({BrtDialect::getParameterAttrName(), parameter.name,
                     RankedTensorType::get(parameter.shape, parameterType)});
  return ports;
}

//===----------------------------------------------------------------------===//
// Small parts
//===----------------------------------------------------------------------===//

bool Expander::hasParameter(const Twine &name) {
  return parameterValues.contains(name.str());
}

Value Expander::parameter(const Twine &name) {
  Value value = parameterValues.lookup(name.str());
  assert(value && "a parameter that getParameters does not list");
  return value;
}

Value Expander::optionalParameter(const Twine &name) {
  return parameterValues.lookup(name.str());
}

RankedTensorType Expander::laneType(ArrayRef<int64_t> extents) {
  SmallVector<int64_t> shape = {ShapedType::kDynamic};
  llvm::append_range(shape, extents);
  return RankedTensorType::get(shape, activation);
}

Value Expander::zeros(ArrayRef<int64_t> extents) {
  auto type = RankedTensorType::get(extents, activation);
  return arith::ConstantOp::create(builder, loc, type,
                                   cast<TypedAttr>(builder.getZeroAttr(type)));
}

Value Expander::splatLanes(int64_t number, Type elementType) {
  Value scalar = arith::ConstantOp::create(
      builder, loc, builder.getIntegerAttr(elementType, number));
  return tensor::SplatOp::create(builder, loc, scalar,
                                 ArrayRef<int64_t>{ShapedType::kDynamic},
                                 ValueRange{lanes});
}

Value Expander::select(Value flags, Value onTrue, Value onFalse) {
  return SelectLanesOp::create(builder, loc, onFalse.getType(), flags, onTrue,
                               onFalse);
}

Value Expander::norm(Value input, const std::string &prefix) {
  return NormOp::create(builder, loc, input.getType(), model.getNormAttr(),
                        input, parameter(prefix + "/scale"),
                        optionalParameter(prefix + "/bias"),
                        model.getNormEpsilonAttr());
}

Value Expander::linear(Value input, const std::string &prefix) {
  return LinearOp::create(builder, loc, input, parameter(prefix + "/kernel"),
                          optionalParameter(prefix + "/bias"));
}

Expander::FFN Expander::feedForward(Value input, const std::string &prefix) {
  ActivationKind kind = model.getActivation();
  auto activate = [&](ActivationKind kind, Value value) -> Value {
    return ActivationOp::create(builder, loc, value.getType(), kind, value);
  };

  Value hidden = input;
  // With one product the activation is applied to the input (2.2).
  if (model.getFfnLayers() == 1)
    hidden = activate(kind, hidden);
  for (int64_t i = 0; i + 1 < model.getFfnLayers(); ++i) {
    std::string index = std::to_string(i);
    Value product = linear(hidden, prefix + "/hidden" + index);
    if (kind == ActivationKind::SwiGLU) {
      Value gate = activate(ActivationKind::Swish,
                            linear(hidden, prefix + "/gate" + index));
      hidden = arith::MulFOp::create(builder, loc, gate, product);
    } else {
      hidden = activate(kind, product);
    }
  }
  return {linear(hidden, prefix + "/output_layer"), hidden};
}

FloatAttr Expander::attentionScale() {
  double scale = model.getQkNorm()
                     ? 1
                     : 1 / std::sqrt(static_cast<double>(model.getHeadWidth()));
  return builder.getF64FloatAttr(scale);
}

Value Expander::concat(Value first, Value second) {
  if (!first)
    return second;
  return tensor::ConcatOp::create(builder, loc, /*dim=*/1,
                                  ValueRange{first, second});
}

Value Expander::slice(Value input, int64_t offset, int64_t count) {
  auto type = cast<RankedTensorType>(input.getType());
  if (type.getDimSize(1) == count)
    return input;
  SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes;
  for (int64_t extent : type.getShape())
    sizes.push_back(builder.getIndexAttr(extent));
  offsets[1] = builder.getIndexAttr(offset);
  sizes[0] = lanes;
  sizes[1] = builder.getIndexAttr(count);
  return tensor::ExtractSliceOp::create(builder, loc, input, offsets, sizes,
                                        strides);
}
