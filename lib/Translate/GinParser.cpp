//===- GinParser.cpp - The statements of gin configuration files ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   file    := (include | import | block | binding)*
//   include := `include` string
//   import  := (`import` | `from`) rest-of-line
//   block   := name `:` newline (indent parameter `=` value newline)+
//   binding := name `=` value
//   name    := (scope `/`)* (module `.`)* identifier
//
//===----------------------------------------------------------------------===//

#include "GinParser.h"

using namespace mlir;
using namespace brt;

namespace {
class GinParser {
public:
  GinParser(StringRef text, StringRef fileName, MLIRContext *context)
      : cursor(text, fileName, context) {}

  FailureOr<std::vector<GinStatement>> parse();

private:
  LogicalResult parseStatement();
  LogicalResult parseInclude();
  LogicalResult parseBlock(StringRef name, Location loc);
  LogicalResult parseBinding(StringRef name, Location loc);
  LogicalResult addBinding(StringRef selector, StringRef parameter,
                           Location loc);
  LogicalResult parseEndOfLine();

  GinCursor cursor;
  std::vector<GinStatement> statements;
};
} // namespace

FailureOr<std::vector<GinStatement>> GinParser::parse() {
  for (cursor.skipBlanks(true); !cursor.atEnd(); cursor.skipBlanks(true))
    if (failed(parseStatement()))
      return failure();
  return std::move(statements);
}

LogicalResult GinParser::parseStatement() {
  if (cursor.getColumn() != 1)
    return cursor.emitError()
           << "expects a statement to begin in the first column, "
              "but got "
           << cursor.describeNext();
  Location loc = cursor.getLocation();
  StringRef name = cursor.takeWhile(isGinNameChar);
  if (name.empty())
    return cursor.emitError()
           << "expects a statement, but got " << cursor.describeNext();
  if (name == "import" || name == "from") {
    cursor.takeWhile([](char c) { return c != '\n'; });
    return success();
  }
  cursor.skipBlanks(false);
  if (name == "include")
    return parseInclude();
  if (cursor.consume(':'))
    return parseBlock(name, loc);
  return parseBinding(name, loc);
}

LogicalResult GinParser::parseEndOfLine() {
  cursor.skipBlanks(false);
  if (cursor.atEnd() || cursor.consume('\n'))
    return success();
  return cursor.emitError()
         << "expects the end of the line, but got " << cursor.describeNext();
}

LogicalResult GinParser::parseInclude() {
  Location loc = cursor.getLocation();
  GinStatement statement{GinStatement::Include, loc, "", "", "", GinValue(loc)};
  if (cursor.peek() != '"' && cursor.peek() != '\'')
    return cursor.emitError()
           << "expects the path of an include to be a string, but "
              "got "
           << cursor.describeNext();
  if (failed(parseGinString(cursor, statement.value)))
    return failure();
  statements.push_back(std::move(statement));
  return parseEndOfLine();
}

LogicalResult GinParser::parseBlock(StringRef name, Location loc) {
  if (failed(parseEndOfLine()))
    return failure();
  bool isEmpty = true;
  for (cursor.skipBlanks(true); !cursor.atEnd() && cursor.getColumn() > 1;
       cursor.skipBlanks(true)) {
    Location parameterLoc = cursor.getLocation();
    StringRef parameter = cursor.takeWhile(isGinWordChar);
    if (parameter.empty())
      return cursor.emitError() << "expects the name of a parameter, but got "
                                << cursor.describeNext();
    if (failed(addBinding(name, parameter, parameterLoc)))
      return failure();
    isEmpty = false;
  }
  if (isEmpty)
    return emitError(loc) << "expects parameters on indented lines below '"
                          << name << ":', but got none";
  return success();
}

LogicalResult GinParser::parseBinding(StringRef name, Location loc) {
  size_t dot = name.rfind('.');
  size_t slash = name.rfind('/');
  if (dot != StringRef::npos && (slash == StringRef::npos || dot > slash))
    return addBinding(name.take_front(dot), name.drop_front(dot + 1), loc);
  if (slash != StringRef::npos)
    return emitError(loc) << "expects a macro to have no scope, but got '"
                          << name << "'";
  return addBinding("", name, loc);
}

LogicalResult GinParser::addBinding(StringRef selector, StringRef parameter,
                                    Location loc) {
  auto [scope, name] = selector.rsplit('/');
  if (!selector.contains('/'))
    std::swap(scope, name);
  cursor.skipBlanks(false);
  if (!cursor.consume('='))
    return cursor.emitError() << "expects '=' after '" << parameter
                              << "', but got " << cursor.describeNext();
  cursor.skipBlanks(false);
  GinStatement statement{selector.empty() ? GinStatement::Macro
                                          : GinStatement::Binding,
                         loc,
                         scope.str(),
                         name.str(),
                         parameter.str(),
                         GinValue(cursor.getLocation())};
  if (failed(parseGinValue(cursor, statement.value)))
    return failure();
  statements.push_back(std::move(statement));
  return parseEndOfLine();
}

FailureOr<std::vector<GinStatement>>
brt::parseGin(StringRef text, StringRef fileName, MLIRContext *context) {
  return GinParser(text, fileName, context).parse();
}
