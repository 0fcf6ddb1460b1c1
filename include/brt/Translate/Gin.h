//===- Gin.h - The official implementation's configuration files -*- C++
//-*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TRANSLATE_GIN_H
#define BRT_TRANSLATE_GIN_H

#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/VirtualFileSystem.h"

namespace brt {

struct GinImportOptions {
  /// The name of the text in locations. Its last part without the suffix is
  /// the name of the model.
  std::string fileName = "-";
  /// Further files, read after the text.
  std::vector<std::string> files;
  /// Bindings `X = Y` in the place of those in files.
  std::vector<std::string> overrides;
  /// Folders in which files are looked for, before that of the file that
  /// includes them.
  std::vector<std::string> searchPaths;
  /// Takes the place of `dtype`.
  std::optional<Precision> precision;
  /// Where files are; the real file system if null.
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> fileSystem = nullptr;
};

/// Reads configuration files of the official implementation
/// (google-research/meliad) in the syntax of gin, for both of its eras: files
/// that configure `decoder_stack.TransformerTaskConfig` mean the code of 2022,
/// whose temperatures are signed and whose logits are divided by the root of
/// the vocabulary.
///
/// What the configuration leaves open has the default of the official class.
/// Parameters that concern training are ignored; one that is unknown, or that
/// asks for what a `brt.model` cannot say, is an error at its line.
///
/// Returns a verified module with one `brt.model`, or null after an error.
mlir::OwningOpRef<mlir::ModuleOp>
importGin(llvm::StringRef text, mlir::MLIRContext *context,
          const GinImportOptions &options = {});

} // namespace brt

#endif // BRT_TRANSLATE_GIN_H
