//===- BrtEntryAttrs.cpp - Attributes of entry points ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace brt;

static ArrayRef<StringRef> getArgumentAttrNames() {
  static const StringRef names[] = {
      BrtDialect::getParameterAttrName(), BrtDialect::getCarryAttrName(),
      BrtDialect::getInputAttrName(), BrtDialect::getOptimizerAttrName()};
  return names;
}

static ArrayRef<StringRef> getResultAttrNames() {
  static const StringRef names[] = {
      BrtDialect::getOutputAttrName(), BrtDialect::getCarryAttrName(),
      BrtDialect::getParameterAttrName(), BrtDialect::getGradientAttrName(),
      BrtDialect::getOptimizerAttrName()};
  return names;
}

static std::string quote(ArrayRef<StringRef> names) {
  return "'" + llvm::join(names, "', '") + "'";
}

/// One attribute of an argument or a result: a name that the dialect knows.
static LogicalResult verifyPortAttr(Operation *op, StringRef what,
                                    ArrayRef<StringRef> names,
                                    NamedAttribute attr) {
  if (!llvm::is_contained(names, attr.getName()))
    return op->emitOpError("expects an attribute of ")
           << what << " to be one of " << quote(names) << ", but got '"
           << attr.getName().getValue() << "'";
  auto name = dyn_cast<StringAttr>(attr.getValue());
  if (name && !name.empty())
    return success();
  return op->emitOpError("expects '")
         << attr.getName().getValue() << "' to be a name, but got "
         << attr.getValue();
}

LogicalResult BrtDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                   unsigned index,
                                                   NamedAttribute attr) {
  return verifyPortAttr(op, "argument " + std::to_string(index),
                        getArgumentAttrNames(), attr);
}

LogicalResult BrtDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                      unsigned index,
                                                      NamedAttribute attr) {
  return verifyPortAttr(op, "result " + std::to_string(index),
                        getResultAttrNames(), attr);
}

/// The arguments, or results, of an entry point: each is described once.
static LogicalResult verifyPorts(Operation *op, StringRef what,
                                 ArrayRef<DictionaryAttr> ports,
                                 ArrayRef<StringRef> names) {
  llvm::StringSet<> seen;
  for (auto [index, port] : llvm::enumerate(ports)) {
    unsigned found = 0;
    for (StringRef attrName : names) {
      auto name = port.getAs<StringAttr>(attrName);
      if (!name)
        continue;
      ++found;
      if (!seen.insert((attrName + "=" + name.getValue()).str()).second)
        return op->emitOpError("expects each ")
               << what << " to have a name of its own, but got '"
               << name.getValue() << "' twice";
    }
    if (found != 1)
      return op->emitOpError("expects ")
             << what << " " << index << " of an entry point to have one of "
             << quote(names) << ", but got " << found;
  }
  return success();
}

/// The dictionaries of a function's attribute `arg_attrs` or `res_attrs`. This
/// runs before the function's own verifier, which refuses any other attribute:
/// none are returned then.
static std::optional<SmallVector<DictionaryAttr>>
getPorts(Operation *op, StringRef attrName, unsigned count) {
  Attribute attr = op->getAttr(attrName);
  if (!attr)
    return SmallVector<DictionaryAttr>(count,
                                       DictionaryAttr::get(op->getContext()));
  auto array = dyn_cast<ArrayAttr>(attr);
  if (!array || array.size() != count ||
      !llvm::all_of(array, llvm::IsaPred<DictionaryAttr>))
    return std::nullopt;
  return llvm::map_to_vector(array.getAsRange<DictionaryAttr>(),
                             [](DictionaryAttr port) { return port; });
}

static LogicalResult verifyEntry(Operation *op, Attribute value) {
  if (!isa<FunctionOpInterface>(op) || !isa<UnitAttr>(value))
    return op->emitOpError("expects '")
           << BrtDialect::getEntryAttrName()
           << "' to be a unit attribute of a function, but got " << value;
  auto typeAttr = op->getAttrOfType<TypeAttr>("function_type");
  auto type =
      typeAttr ? dyn_cast<FunctionType>(typeAttr.getValue()) : FunctionType();
  // Below tensors, arguments are those of the binary interface.
  if (!type || !llvm::all_of(type.getInputs(), llvm::IsaPred<RankedTensorType>))
    return success();
  auto arguments = getPorts(op, "arg_attrs", type.getNumInputs());
  auto results = getPorts(op, "res_attrs", type.getNumResults());
  if (!arguments || !results)
    return success();
  return failure(
      failed(verifyPorts(op, "argument", *arguments, getArgumentAttrNames())) ||
      failed(verifyPorts(op, "result", *results, getResultAttrNames())));
}

LogicalResult BrtDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attr) {
  if (attr.getName() == getEntryAttrName())
    return verifyEntry(op, attr.getValue());
  if (attr.getName() == getConfigAttrName() &&
      !isa<DictionaryAttr>(attr.getValue()))
    return op->emitOpError("expects '")
           << getConfigAttrName() << "' to be a dictionary, but got "
           << attr.getValue();
  return success();
}
