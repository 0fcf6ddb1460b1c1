//===- GinCursor.h - A place in the text of a gin file ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_GINCURSOR_H
#define BRT_LIB_TRANSLATE_GINCURSOR_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"

namespace brt {

/// The text that is left to read. It ends as if with zero bytes.
class GinCursor {
public:
  GinCursor(llvm::StringRef text, llvm::StringRef fileName,
            mlir::MLIRContext *context);

  char peek(size_t ahead = 0) const {
    return pos + ahead < text.size() ? text[pos + ahead] : '\0';
  }
  bool atEnd() const { return pos >= text.size(); }
  /// What is left.
  llvm::StringRef getRest() const { return text.drop_front(pos); }

  void advance(size_t count = 1) { pos = std::min(pos + count, text.size()); }
  bool consume(char c);
  /// Skips blanks, comments and joined lines, and newlines where they mean
  /// nothing.
  void skipBlanks(bool withNewlines);
  llvm::StringRef takeWhile(bool (*predicate)(char));

  size_t getColumn() const;
  mlir::Location getLocation() const;
  mlir::InFlightDiagnostic emitError() const;
  /// What stands here, for an error.
  std::string describeNext() const;

private:
  llvm::StringRef text, fileName;
  mlir::MLIRContext *context;
  llvm::SmallVector<size_t> lineBegins;
  size_t pos = 0;
};

/// Characters of dotted names under scopes, and of plain names.
bool isGinNameChar(char c);
bool isGinWordChar(char c);

} // namespace brt

#endif // BRT_LIB_TRANSLATE_GINCURSOR_H
