//===- Manifest.cpp - What entry points take and return, as JSON ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Target/Manifest.h"
#include "brt-c/Program.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"

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

namespace {

/// Describes the arguments or results of one entry point.
struct PortList {
  func::FuncOp func;
  StringRef what;
  ArrayRef<StringRef> kinds;
  TypeRange types;
  llvm::function_ref<DictionaryAttr(unsigned)> attrsOf;

  FailureOr<json::Array> build() {
    json::Array ports;
    llvm::StringSet<> names;
    for (auto [i, type] : llvm::enumerate(types)) {
      FailureOr<json::Object> port = describe(i, type);
      if (failed(port))
        return failure();
      std::string key =
          (*port->getString("kind") + ":" + *port->getString("name")).str();
      if (!names.insert(key).second)
        return func.emitOpError("expects ")
               << what << " to have names of their own, but got '"
               << *port->getString("name") << "' twice";
      ports.push_back(std::move(*port));
    }
    return ports;
  }

  FailureOr<json::Object> describe(unsigned index, Type type) {
    json::Object port;
    for (StringRef kind : kinds)
      if (auto name = attrsOf(index).getAs<StringAttr>(("brt." + kind).str())) {
        if (port.get("kind"))
          return func.emitOpError("expects ")
                 << what << " " << index << " to be of one kind, but got '"
                 << *port.getString("kind") << "' and '" << kind << "'";
        port["kind"] = kind;
        port["name"] = name.getValue();
      }
    if (!port.get("kind"))
      return func.emitOpError("expects ")
             << what << " " << index << " to be named by one of 'brt."
             << llvm::join(kinds, "', 'brt.") << "', but got none";
    auto tensor = dyn_cast<RankedTensorType>(type);
    StringRef typeName = tensor ? getTypeName(tensor.getElementType()) : "";
    if (typeName.empty())
      return func.emitOpError("expects ")
             << what << " " << index
             << " to be a tensor of f64, f32, bf16, i64, i32 or i1, but got "
             << type;
    port["dtype"] = typeName;
    json::Array shape;
    for (int64_t extent : tensor.getShape())
      shape.push_back(ShapedType::isDynamic(extent) ? -1 : extent);
    port["shape"] = std::move(shape);
    return port;
  }
};

} // namespace

static FailureOr<json::Object> describeEntry(func::FuncOp func) {
  auto attrsOrEmpty = [&](DictionaryAttr attrs) {
    return attrs ? attrs : DictionaryAttr::get(func.getContext());
  };
  StringRef argumentKinds[] = {"parameter", "carry", "input"};
  StringRef resultKinds[] = {"output", "carry", "parameter"};
  auto arguments = PortList{
      func, "argument", argumentKinds, func.getArgumentTypes(),
      [&](unsigned i) {
        return attrsOrEmpty(func.getArgAttrDict(i));
      }}.build();
  auto results = PortList{
      func, "result", resultKinds, func.getResultTypes(), [&](unsigned i) {
        return attrsOrEmpty(func.getResultAttrDict(i));
      }}.build();
  if (failed(arguments) || failed(results))
    return failure();
  return json::Object{{"name", func.getName()},
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
  json::Value root = json::Object{{"abi", BRT_PROGRAM_ABI},
                                  {"name", name},
                                  {"config", std::move(config)},
                                  {"entries", std::move(entries)}};
  llvm::raw_string_ostream(manifest.json) << root;
  return manifest;
}
