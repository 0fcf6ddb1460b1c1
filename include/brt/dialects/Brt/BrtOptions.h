//===- BrtOptions.h - `name = value` options of model ops -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_DIALECTS_BRT_BRTOPTIONS_H
#define BRT_DIALECTS_BRT_BRTOPTIONS_H

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace brt {

/// How the value of an option is written.
struct OptionKind {
  /// The attribute that `text` stands for, or null.
  mlir::Attribute (*parse)(mlir::MLIRContext *context, llvm::StringRef text);
  /// The text of a value.
  std::string (*print)(mlir::Attribute value);
  /// What is accepted, for an error: "true or false".
  std::string (*describe)();
};

/// An option of an op of the level `model`, which is also the name of one of
/// its inherent attributes. Importers and exporters read the same tables.
struct Option {
  llvm::StringRef name;
  const OptionKind *kind;
  /// Whether it is printed where it has its default value too.
  bool isSize = false;
};

/// Parses `name = value (, name = value)*`, possibly nothing.
mlir::ParseResult parseOptions(mlir::OpAsmParser &parser,
                               llvm::ArrayRef<Option> options,
                               mlir::NamedAttrList &result);

/// Prints the options of `op` that are sizes or differ from their default.
void printOptions(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                  llvm::ArrayRef<Option> options);

} // namespace brt

#endif // BRT_DIALECTS_BRT_BRTOPTIONS_H
