//===- GinConfig.h - What gin configuration files bind ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_GINCONFIG_H
#define BRT_LIB_TRANSLATE_GINCONFIG_H

#include "GinParser.h"
#include "brt/Translate/Gin.h"

namespace brt {

/// The value that a parameter of a class got last. What counts of the class is
/// its own name: the same class is reached through several modules.
struct GinBinding {
  mlir::Location loc;
  std::string scope, module, className, parameter;
  GinValue value;
};

/// All files and overrides read, later bindings in the place of earlier ones.
class GinConfig {
public:
  GinConfig(mlir::MLIRContext *context, const GinImportOptions &options);

  /// Reads a file that is at hand, with what it includes.
  mlir::LogicalResult readText(llvm::StringRef text, llvm::StringRef fileName);
  /// Finds a file by the search paths and reads it.
  mlir::LogicalResult readFile(llvm::StringRef path, mlir::Location loc);
  /// Reads one `X = Y` of the command line.
  mlir::LogicalResult readOverride(llvm::StringRef text, unsigned index);

  /// Replaces all macros by what they stand for in the end, as gin does.
  mlir::LogicalResult resolveMacros();

  llvm::ArrayRef<GinBinding> getBindings() const { return bindings; }
  /// The binding under that scope, otherwise that without a scope, or null.
  const GinBinding *lookup(llvm::StringRef className, llvm::StringRef parameter,
                           llvm::StringRef scope = "") const;

private:
  struct Macro {
    GinValue value;
    bool isBeingResolved = false;
  };

  mlir::LogicalResult add(std::vector<GinStatement> statements);
  void addBinding(GinStatement &statement);
  std::string findFile(llvm::StringRef path, llvm::StringRef from) const;
  mlir::LogicalResult resolve(GinValue &value, size_t &budget, unsigned depth);

  mlir::MLIRContext *context;
  const GinImportOptions &options;
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files;
  std::vector<GinBinding> bindings;
  /// From `scope/Class.parameter` to its place in `bindings`.
  llvm::StringMap<size_t> places;
  llvm::StringMap<Macro> macros;
  /// The files being read, each included by the one before.
  std::vector<std::string> openFiles;
  size_t numFiles = 0;
};

} // namespace brt

#endif // BRT_LIB_TRANSLATE_GINCONFIG_H
