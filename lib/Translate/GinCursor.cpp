//===- GinCursor.cpp - A place in the text of a gin file ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GinCursor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace brt;

bool brt::isGinNameChar(char c) {
  return isGinWordChar(c) || c == '.' || c == '/';
}

bool brt::isGinWordChar(char c) { return llvm::isAlnum(c) || c == '_'; }

GinCursor::GinCursor(StringRef text, StringRef fileName, MLIRContext *context)
    : text(text), fileName(fileName), context(context), lineBegins(1, 0) {
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n')
      lineBegins.push_back(i + 1);
}

bool GinCursor::consume(char c) {
  if (atEnd() || peek() != c)
    return false;
  ++pos;
  return true;
}

void GinCursor::skipBlanks(bool withNewlines) {
  while (!atEnd()) {
    char c = peek();
    if (c == '#') {
      while (!atEnd() && peek() != '\n')
        ++pos;
    } else if (c == '\\' && peek(1) == '\n') {
      pos += 2;
    } else if (c == ' ' || c == '\t' || c == '\r' ||
               (withNewlines && c == '\n')) {
      ++pos;
    } else {
      return;
    }
  }
}

StringRef GinCursor::takeWhile(bool (*predicate)(char)) {
  StringRef taken = text.substr(pos).take_while(predicate);
  pos += taken.size();
  return taken;
}

size_t GinCursor::getColumn() const {
  return pos - *std::prev(llvm::upper_bound(lineBegins, pos)) + 1;
}

Location GinCursor::getLocation() const {
  unsigned line = llvm::upper_bound(lineBegins, pos) - lineBegins.begin();
  return FileLineColLoc::get(context, fileName, line, getColumn());
}

InFlightDiagnostic GinCursor::emitError() const {
  return mlir::emitError(getLocation());
}

std::string GinCursor::describeNext() const {
  if (atEnd())
    return "the end of the file";
  if (peek() == '\n')
    return "the end of the line";
  StringRef word = text.substr(pos).take_while(isGinNameChar).take_front(40);
  if (word.empty())
    word = text.substr(pos, 1);
  std::string printable;
  llvm::raw_string_ostream os(printable);
  os << '\'';
  llvm::printEscapedString(word, os);
  os << '\'';
  return printable;
}
