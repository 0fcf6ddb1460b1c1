//===- CheckGin.h - Bindings that a model can have --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_CHECKGIN_H
#define BRT_LIB_TRANSLATE_CHECKGIN_H

#include "GinConfig.h"

namespace brt {

/// The scope that a reference names, possibly none.
llvm::StringRef getGinScope(const GinValue &reference);

/// Fails where a binding is of an unknown class or parameter, under a scope
/// that no reference names, or asks for what a `brt.model` cannot say.
/// `baseClass` is what the stack calls the base of layers.
llvm::LogicalResult checkGinBindings(const GinConfig &config,
                                     llvm::StringRef baseClass);

} // namespace brt

#endif // BRT_LIB_TRANSLATE_CHECKGIN_H
