//===- GinReader.cpp - Typed access to a gin configuration ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GinReader.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace brt;

InFlightDiagnostic GinReader::emitErrorAt(GinName name) const {
  const GinBinding *binding = lookup(name);
  return emitError(binding ? binding->value.loc : start)
         << "expects '" << name.className << "." << name.parameter << "' ";
}

FailureOr<int64_t>
GinReader::getInteger(GinName name, std::optional<int64_t> otherwise) const {
  const GinBinding *binding = lookup(name);
  if (!binding && otherwise)
    return *otherwise;
  if (!binding)
    return emitErrorAt(name) << "to be given, but got nothing";
  if (binding->value.kind == GinValue::Integer)
    return binding->value.integer;
  return emitErrorAt(name) << "to be an integer, but got "
                           << toString(binding->value);
}

FailureOr<bool> GinReader::getBool(GinName name, bool otherwise) const {
  const GinBinding *binding = lookup(name);
  if (!binding)
    return otherwise;
  if (binding->value.kind == GinValue::Bool)
    return binding->value.boolean;
  return emitErrorAt(name) << "to be True or False, but got "
                           << toString(binding->value);
}

FailureOr<double> GinReader::getReal(GinName name, double otherwise) const {
  const GinBinding *binding = lookup(name);
  if (!binding)
    return otherwise;
  if (binding->value.kind == GinValue::Real)
    return binding->value.real;
  if (binding->value.kind == GinValue::Integer)
    return static_cast<double>(binding->value.integer);
  return emitErrorAt(name) << "to be a number, but got "
                           << toString(binding->value);
}

FailureOr<StringRef>
GinReader::getWord(GinName name, StringRef otherwise,
                   ArrayRef<std::pair<StringRef, StringRef>> words) const {
  const GinBinding *binding = lookup(name);
  if (!binding)
    return otherwise;
  const GinValue &value = binding->value;
  for (auto [official, keyword] : words)
    if (official.empty()
            ? value.kind == GinValue::None
            : value.kind == GinValue::String && value.text == official)
      return keyword;
  InFlightDiagnostic diagnostic = emitErrorAt(name) << "to be ";
  for (auto [index, word] : llvm::enumerate(words)) {
    diagnostic << (index ? ", " : "");
    if (word.first.empty())
      diagnostic << "None";
    else
      diagnostic << '"' << word.first << '"';
  }
  return diagnostic << ", but got " << toString(value);
}

LogicalResult GinReader::setInteger(NamedAttrList &options, StringRef option,
                                    GinName name,
                                    std::optional<int64_t> otherwise) const {
  FailureOr<int64_t> value = getInteger(name, otherwise);
  if (succeeded(value))
    options.set(option, Builder(start.getContext()).getI64IntegerAttr(*value));
  return value;
}

LogicalResult GinReader::setBool(NamedAttrList &options, StringRef option,
                                 GinName name, bool otherwise) const {
  FailureOr<bool> value = getBool(name, otherwise);
  if (succeeded(value))
    options.set(option, Builder(start.getContext()).getBoolAttr(*value));
  return value;
}
