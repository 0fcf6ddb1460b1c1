//===- GinReader.h - Typed access to a gin configuration --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_GINREADER_H
#define BRT_LIB_TRANSLATE_GINREADER_H

#include "GinConfig.h"

namespace brt {

/// A parameter of a class, asked for under a scope.
struct GinName {
  llvm::StringRef className, parameter;
  llvm::StringRef scope = {};
};

/// Gives the values of parameters their types, or an error where they stand.
class GinReader {
public:
  /// What is not in `config` is an error at `start`.
  GinReader(const GinConfig &config, mlir::Location start)
      : config(config), start(start) {}

  const GinBinding *lookup(GinName name) const {
    return config.lookup(name.className, name.parameter, name.scope);
  }
  /// An error about a value that begins "expects '<name>' ".
  mlir::InFlightDiagnostic emitErrorAt(GinName name) const;

  // The value of a parameter; an integer without a default has to be given.
  mlir::FailureOr<int64_t> getInteger(GinName name,
                                      std::optional<int64_t> otherwise) const;
  mlir::FailureOr<bool> getBool(GinName name, bool otherwise) const;
  mlir::FailureOr<double> getReal(GinName name, double otherwise) const;
  /// The keyword for a string or None, among `words`: pairs of what the
  /// official code calls it, None as "", and the keyword.
  mlir::FailureOr<llvm::StringRef> getWord(
      GinName name, llvm::StringRef otherwise,
      llvm::ArrayRef<std::pair<llvm::StringRef, llvm::StringRef>> words) const;

  // Set an option of an op to the value of a parameter.
  mlir::LogicalResult setInteger(mlir::NamedAttrList &options,
                                 llvm::StringRef option, GinName name,
                                 std::optional<int64_t> otherwise) const;
  mlir::LogicalResult setBool(mlir::NamedAttrList &options,
                              llvm::StringRef option, GinName name,
                              bool otherwise) const;

private:
  const GinConfig &config;
  mlir::Location start;
};

} // namespace brt

#endif // BRT_LIB_TRANSLATE_GINREADER_H
