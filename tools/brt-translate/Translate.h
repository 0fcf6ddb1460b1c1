//===- Translate.h - One translation of a file ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TOOLS_BRT_TRANSLATE_TRANSLATE_H
#define BRT_TOOLS_BRT_TRANSLATE_TRANSLATE_H

#include "brt/Translate/Gin.h"
#include "brt/Translate/Object.h"

namespace brt {

enum class Translation {
  None,
  ImportGin,
  ImportJson,
  ExportJson,
  ToDot,
  ToObject,
  ToShared,
  ToExe
};

struct TranslateOptions {
  Translation translation = Translation::None;
  /// Paths; "-" stands for the standard streams.
  std::string input, output;
  /// Of an imported model.
  std::optional<Precision> precision;
  GinImportOptions gin;
  ObjectOptions object;
};

/// Reads the input, translates, and writes the output, which is left alone
/// after an error.
llvm::LogicalResult translate(const TranslateOptions &options);

} // namespace brt

#endif // BRT_TOOLS_BRT_TRANSLATE_TRANSLATE_H
