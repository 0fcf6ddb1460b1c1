//===- GinValue.h - Values of gin configuration files -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_GINVALUE_H
#define BRT_LIB_TRANSLATE_GINVALUE_H

#include "GinCursor.h"
#include <string>
#include <vector>

namespace brt {

/// A value: a Python literal, a reference or a macro.
struct GinValue {
  enum Kind {
    None,
    Bool,
    Integer,
    Real,
    String,
    Tuple,
    List,
    Dict,
    /// `@scope/module.Class` or `@scope/module.Class()`.
    Reference,
    /// `%NAME`.
    Macro
  };
  Kind kind = None;
  mlir::Location loc;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;
  /// Of a string its characters, of a reference or macro its name, of a number
  /// how it is written.
  std::string text;
  /// Of a dictionary keys and values in turn.
  std::vector<GinValue> elements;

  explicit GinValue(mlir::Location loc) : loc(loc) {}
};

/// The text of a value as Python writes it, of a reference the class only.
std::string toString(const GinValue &value);

/// The last part of a dotted name.
llvm::StringRef getLastName(llvm::StringRef dotted);

/// Parses the value that `cursor` is at.
///
///   value := Python literal | `@` name (`(` `)`)? | `%` name
llvm::LogicalResult parseGinValue(GinCursor &cursor, GinValue &value);

/// Parses a string; adjacent ones are one.
llvm::LogicalResult parseGinString(GinCursor &cursor, GinValue &value);

} // namespace brt

#endif // BRT_LIB_TRANSLATE_GINVALUE_H
