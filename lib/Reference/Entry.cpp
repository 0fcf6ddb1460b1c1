//===- Entry.cpp - Evaluate entry points by names of tensors --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Reference/Entry.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

StringRef reference::stringifyRole(Role role) {
  switch (role) {
  case Role::Parameter:
    return "parameter";
  case Role::Carry:
    return "carry";
  case Role::Input:
    return "input";
  case Role::Output:
    return "output";
  case Role::Gradient:
    return "gradient";
  case Role::Optimizer:
    return "optimizer";
  }
  llvm_unreachable("all roles are handled");
}

//===----------------------------------------------------------------------===//
// Ports
//===----------------------------------------------------------------------===//

/// The port that `attributes` of an argument or result describe.
static FailureOr<Port> getPort(func::FuncOp function, StringRef what,
                               unsigned index, Type type,
                               DictionaryAttr attributes) {
  const std::pair<StringRef, Role> roles[] = {
      {BrtDialect::getParameterAttrName(), Role::Parameter},
      {BrtDialect::getCarryAttrName(), Role::Carry},
      {BrtDialect::getInputAttrName(), Role::Input},
      {BrtDialect::getOutputAttrName(), Role::Output},
      {BrtDialect::getGradientAttrName(), Role::Gradient},
      {BrtDialect::getOptimizerAttrName(), Role::Optimizer}};
  auto tensorType = dyn_cast<RankedTensorType>(type);
  for (auto [attribute, role] : roles)
    if (auto name =
            attributes ? attributes.getAs<StringAttr>(attribute) : StringAttr())
      if (tensorType)
        return Port{role, name.str(), tensorType};
  return function.emitError("expects ")
         << what << " " << index << " of entry point '" << function.getSymName()
         << "' to be a tensor that an attribute 'brt.parameter', 'brt.carry', "
            "'brt.input', 'brt.output', 'brt.gradient' or 'brt.optimizer' "
            "names, but got "
         << type;
}

StringRef EntryPoint::getName() const {
  // The accessors of an op are not const.
  return func::FuncOp(function).getSymName();
}

FailureOr<EntryPoint> EntryPoint::find(ModuleOp module, StringRef name) {
  SmallVector<StringRef> known;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function->hasAttr(BrtDialect::getEntryAttrName()))
      continue;
    known.push_back(function.getSymName());
    if (known.back() != name)
      continue;
    EntryPoint entry;
    entry.function = function;
    for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
      FailureOr<Port> port = getPort(function, "argument", index, type,
                                     function.getArgAttrDict(index));
      if (failed(port))
        return failure();
      entry.arguments.push_back(std::move(*port));
    }
    for (auto [index, type] : llvm::enumerate(function.getResultTypes())) {
      FailureOr<Port> port = getPort(function, "result", index, type,
                                     function.getResultAttrDict(index));
      if (failed(port))
        return failure();
      entry.results.push_back(std::move(*port));
    }
    return entry;
  }
  return module.emitError("expects the entry point to be one of '")
         << llvm::join(known, "', '") << "', but got '" << name << "'";
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

LogicalResult EntryPoint::verifyArguments(const NamedTensors &tensors) const {
  int64_t lanes = -1;
  for (const Port &port : arguments) {
    auto it = tensors.find({port.role, port.name});
    auto error = [&] {
      return function->emitError("expects ")
             << stringifyRole(port.role) << " '" << port.name << "' of "
             << port.type;
    };
    if (it == tensors.end())
      return error() << ", but got no tensor of that name";
    const Tensor<double> &tensor = it->second;
    bool real = isa<FloatType>(port.type.getElementType());
    if (tensor.isReal() != real)
      return error() << ", but got one of "
                     << (real ? "integers" : "real numbers");
    if (failed(verifyCompatibleShape(port.type.getShape(), tensor.getShape())))
      return error() << ", but got shape [" << tensor.getShape() << "]";
    for (auto [axis, extent] : llvm::enumerate(tensor.getShape())) {
      if (!port.type.isDynamicDim(axis))
        continue;
      if (lanes >= 0 && extent != lanes)
        return error() << " to have " << lanes << " lanes as the arguments "
                       << "before, but got " << extent;
      lanes = extent;
    }
  }
  return success();
}

FailureOr<NamedTensors> EntryPoint::evaluate(const NamedTensors &tensors,
                                             Arithmetic arithmetic) const {
  if (failed(verifyArguments(tensors)))
    return failure();
  SmallVector<Tensor<double>> values;
  for (const Port &port : arguments)
    values.push_back(tensors.at({port.role, port.name}));
  FailureOr<SmallVector<Tensor<double>>> computed =
      evaluateFunction(function, values, arithmetic);
  if (failed(computed))
    return failure();
  NamedTensors named;
  for (auto [port, tensor] : llvm::zip_equal(results, *computed))
    named[{port.role, port.name}] = std::move(tensor);
  return named;
}
