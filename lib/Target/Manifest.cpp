//===- Manifest.cpp - What entry points take and return, as JSON ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Target/Manifest.h"
#include "brt-c/Program.h"
#include "brt/Analysis/Flops.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Memory/ArenaPlan.h"
#include "brt/passes/Profile/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using brt::BrtDialect;
namespace json = llvm::json;

/// Names of element types as in safetensors, empty for others.
static StringRef getTypeName(Type type) {
  if (type.isF64())
    return "F64";
  if (type.isF32())
    return "F32";
  if (type.isBF16())
    return "BF16";
  if (type.isInteger(64))
    return "I64";
  if (type.isInteger(32))
    return "I32";
  return type.isInteger(1) ? "BOOL" : "";
}

/// An option of the model; null where JSON has no such value.
static json::Value toJson(Attribute attr) {
  if (auto flag = dyn_cast<BoolAttr>(attr))
    return flag.getValue();
  if (auto integer = dyn_cast<IntegerAttr>(attr))
    return integer.getInt();
  if (auto number = dyn_cast<FloatAttr>(attr))
    return number.getValueAsDouble();
  if (auto text = dyn_cast<StringAttr>(attr))
    return text.getValue();
  if (auto integers = dyn_cast<DenseI64ArrayAttr>(attr))
    return json::Array(integers.asArrayRef());
  return nullptr;
}

/// The kind of an argument or result, which the dialect has verified to have
/// one, and its name.
static std::pair<StringRef, std::string> getKindAndName(DictionaryAttr attrs) {
  // To who calls, a gradient is an output like another.
  if (auto name = attrs.getAs<StringAttr>(BrtDialect::getGradientAttrName()))
    return {"output", ("gradient/" + name.getValue()).str()};
  std::pair<StringRef, StringRef> kinds[] = {
      {BrtDialect::getParameterAttrName(), "parameter"},
      {BrtDialect::getOptimizerAttrName(), "optimizer"},
      {BrtDialect::getCarryAttrName(), "carry"},
      {BrtDialect::getInputAttrName(), "input"},
      {BrtDialect::getOutputAttrName(), "output"}};
  for (auto [attrName, kind] : kinds)
    if (auto name = attrs.getAs<StringAttr>(attrName))
      return {kind, name.str()};
  llvm_unreachable("arguments and results have one of these attributes");
}

/// Describes the arguments or results, as `what` says, of an entry point.
static FailureOr<json::Array>
describePorts(func::FuncOp func, StringRef what, TypeRange types,
              llvm::function_ref<DictionaryAttr(unsigned)> attrsOf) {
  json::Array ports;
  for (auto [index, type] : llvm::enumerate(types)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    StringRef typeName = tensor ? getTypeName(tensor.getElementType()) : "";
    if (typeName.empty())
      return func.emitOpError("expects ")
             << what << " " << index
             << " to be a tensor of f64, f32, bf16, i64, i32 or i1, but got "
             << type;
    json::Array shape;
    for (int64_t extent : tensor.getShape())
      shape.push_back(ShapedType::isDynamic(extent) ? -1 : extent);
    auto [kind, name] = getKindAndName(attrsOf(index));
    ports.push_back(json::Object{{"kind", kind},
                                 {"name", name},
                                 {"dtype", typeName},
                                 {"shape", std::move(shape)}});
  }
  return ports;
}

static FailureOr<json::Object> describeEntry(func::FuncOp func) {
  auto arguments =
      describePorts(func, "argument", func.getArgumentTypes(),
                    [&](unsigned i) { return func.getArgAttrDict(i); });
  auto results =
      describePorts(func, "result", func.getResultTypes(),
                    [&](unsigned i) { return func.getResultAttrDict(i); });
  if (failed(arguments) || failed(results))
    return failure();
  return json::Object{{"name", func.getName()},
                      {"flops", brt::countFlops(func)},
                      {"arguments", std::move(*arguments)},
                      {"results", std::move(*results)}};
}

FailureOr<brt::Manifest> brt::Manifest::build(ModuleOp module) {
  Manifest manifest;
  json::Array entries;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (!func->hasAttr(BrtDialect::getEntryAttrName()))
      continue;
    FailureOr<json::Object> entry = describeEntry(func);
    if (failed(entry))
      return failure();
    entries.push_back(std::move(*entry));
    manifest.entries.push_back(func.getName().str());
  }

  json::Object config;
  std::string name = module.getName().value_or("program").str();
  if (auto attrs = module->getAttrOfType<DictionaryAttr>(
          BrtDialect::getConfigAttrName()))
    for (NamedAttribute attr : attrs) {
      if (auto text = dyn_cast<StringAttr>(attr.getValue());
          text && attr.getName() == "name")
        name = text.getValue().str();
      config[attr.getName().getValue()] = toJson(attr.getValue());
    }
  manifest.root = json::Object{{"abi", BRT_PROGRAM_ABI},
                               {"name", name},
                               {"config", std::move(config)},
                               {"entries", std::move(entries)}};
  return manifest;
}

void brt::Manifest::addKernels(ModuleOp module) {
  json::Array kernels;
  if (auto list = module->getAttrOfType<ArrayAttr>(kKernelsAttr))
    for (auto kernel : list.getAsRange<DictionaryAttr>()) {
      auto type = cast<FunctionType>(kernel.getAs<TypeAttr>("type").getValue());
      std::string arguments;
      llvm::raw_string_ostream os(arguments);
      llvm::interleaveComma(type.getInputs(), os);
      kernels.push_back(
          json::Object{{"name", kernel.getAs<StringAttr>("name").getValue()},
                       {"arguments", std::move(arguments)}});
    }
  root["kernels"] = std::move(kernels);
}

void brt::Manifest::addArenas(ModuleOp module) {
  for (auto [name, entry] :
       llvm::zip_equal(entries, *root.getArray("entries"))) {
    auto arena = module.lookupSymbol<func::FuncOp>(name)
                     ->getAttrOfType<DenseI64ArrayAttr>(kArenaAttr);
    (*entry.getAsObject())["arena"] =
        json::Object{{"bytes_per_lane", arena[0]}, {"bytes", arena[1]}};
  }
}
