//===- GinParser.h - The syntax of gin configuration files ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_GINPARSER_H
#define BRT_LIB_TRANSLATE_GINPARSER_H

#include "GinValue.h"

namespace brt {

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
