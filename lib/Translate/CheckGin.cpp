//===- CheckGin.cpp - Bindings that a model can have ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CheckGin.h"
#include "GinParameters.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace brt;

StringRef brt::getGinScope(const GinValue &reference) {
  StringRef name = reference.text;
  return name.contains('/') ? name.rsplit('/').first : "";
}

static void collectScopes(const GinValue &value, llvm::StringSet<> &scopes) {
  if (value.kind == GinValue::Reference)
    scopes.insert(getGinScope(value));
  for (const GinValue &element : value.elements)
    collectScopes(element, scopes);
}

static LogicalResult checkBinding(const GinBinding &binding,
                                  const llvm::StringSet<> &scopes,
                                  StringRef baseClass) {
  if (!isGinClass(binding.className))
    return emitError(binding.loc)
           << "expects a class of the official code whose models are "
              "supported, but got '"
           << binding.className << "'";
  const GinParameter *parameter =
      findGinParameter(binding.className, binding.parameter);
  if (!parameter)
    return emitError(binding.loc)
           << "expects a parameter of '" << binding.className << "', but got '"
           << binding.parameter << "'";
  if (StringRef(binding.className).ends_with("TransformerBase") &&
      binding.className != baseClass)
    return emitError(binding.loc)
           << "expects the base of layers to be '" << baseClass
           << "' in this stack, but got '" << binding.className << "'";
  if (!binding.scope.empty() && !scopes.contains(binding.scope))
    return emitError(binding.loc)
           << "expects a scope that a reference names, but got '"
           << binding.scope << "'";
  if (parameter->role != GinRole::Fixed)
    return success();

  SmallVector<StringRef> accepted;
  parameter->accepted.split(accepted, '|');
  std::string got = toString(binding.value);
  if (llvm::is_contained(accepted, got))
    return success();
  return emitError(binding.value.loc)
         << "expects '" << binding.className << "." << binding.parameter
         << "' to be " << llvm::join(accepted, " or ")
         << ", the only value that is supported, but got " << got;
}

LogicalResult brt::checkGinBindings(const GinConfig &config,
                                    StringRef baseClass) {
  llvm::StringSet<> scopes;
  for (const GinBinding &binding : config.getBindings())
    collectScopes(binding.value, scopes);
  for (const GinBinding &binding : config.getBindings())
    if (failed(checkBinding(binding, scopes, baseClass)))
      return failure();
  return success();
}
