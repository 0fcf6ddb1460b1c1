//===- Defaults.h - Attributes that have a default value --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_DIALECTS_BRT_DEFAULTS_H
#define BRT_DIALECTS_BRT_DEFAULTS_H

#include "mlir/IR/OpDefinition.h"

namespace brt {

/// Trait of ops whose attributes with a default value are verified to have one.
/// They do but for ops from bytecode, whose reader does not fill in what is
/// left out; getters would read a null attribute.
template <typename ConcreteType>
class HasDefaults : public mlir::OpTrait::TraitBase<ConcreteType, HasDefaults> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    if constexpr (ConcreteType::hasProperties()) {
      mlir::MLIRContext *context = op->getContext();
      typename ConcreteType::Properties defaults;
      ConcreteType::populateDefaultProperties(op->getName(), defaults);
      for (mlir::StringAttr name : op->getName().getAttributeNames())
        if (ConcreteType::getInherentAttr(context, defaults, name)
                .value_or(nullptr) &&
            !op->getInherentAttr(name).value_or(nullptr))
          return op->emitOpError("expects attribute '")
                 << name.getValue() << "' to have a value, but got none";
    }
    return llvm::success();
  }
};

} // namespace brt

#endif // BRT_DIALECTS_BRT_DEFAULTS_H
