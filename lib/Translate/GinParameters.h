//===- GinParameters.h - Parameters of the official classes -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_GINPARAMETERS_H
#define BRT_LIB_TRANSLATE_GINPARAMETERS_H

#include "llvm/ADT/StringRef.h"

namespace brt {

/// What becomes of a parameter of a class of the official code.
enum class GinRole {
  /// Read into an option of the model.
  Option,
  /// Concerns data, training or logging: ignored.
  Training,
  /// The official code passes a value of its own: ignored.
  Overridden,
  /// Has to have a value under which a `brt.model` is the same model.
  Fixed
};

struct GinParameter {
  llvm::StringRef className;
  /// `*` stands for all that have no row of their own.
  llvm::StringRef name;
  GinRole role;
  /// For `Fixed`, the values as toString writes them, separated by bars.
  llvm::StringRef accepted = {};
};

/// The row of a parameter, or null.
const GinParameter *findGinParameter(llvm::StringRef className,
                                     llvm::StringRef name);
/// Whether any row is about that class.
bool isGinClass(llvm::StringRef className);

} // namespace brt

#endif // BRT_LIB_TRANSLATE_GINPARAMETERS_H
