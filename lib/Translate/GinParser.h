//===- GinParser.h - The syntax of gin configuration files ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_GINPARSER_H
#define BRT_LIB_TRANSLATE_GINPARSER_H

#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
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

struct GinStatement {
  enum Kind {
    /// `include 'path'`, the path as the text of `value`.
    Include,
    /// `scope/module.Class.parameter = value`.
    Binding,
    /// `NAME = value`, the name as `parameter`.
    Macro
  };
  Kind kind;
  mlir::Location loc;
  std::string scope, selector, parameter;
  GinValue value;
};

/// Reads the statements of a file, imports left out. Fails after an error that
/// says line and column.
mlir::FailureOr<std::vector<GinStatement>> parseGin(llvm::StringRef text,
                                                    llvm::StringRef fileName,
                                                    mlir::MLIRContext *context);

} // namespace brt

#endif // BRT_LIB_TRANSLATE_GINPARSER_H
