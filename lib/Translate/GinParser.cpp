//===- GinParser.cpp - The syntax of gin configuration files --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   file      := (include | import | block | binding)*
//   include   := `include` string
//   import    := (`import` | `from`) rest-of-line
//   block     := name `:` newline (indent parameter `=` value newline)+
//   binding   := name `=` value
//   name      := (scope `/`)* (module `.`)* identifier
//   value     := Python literal | `@` name (`(` `)`)? | `%` name
//
//===----------------------------------------------------------------------===//

#include "GinParser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace brt;

namespace {
class GinParser {
public:
  GinParser(StringRef text, StringRef fileName, MLIRContext *context)
      : text(text), fileName(fileName), context(context), lineBegins(1, 0) {
    for (size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n')
        lineBegins.push_back(i + 1);
  }

  FailureOr<std::vector<GinStatement>> parse();

private:
  static constexpr unsigned kMaxDepth = 64;

  // Characters. The text ends as if with zero bytes.
  char peek(size_t ahead = 0) const {
    return pos + ahead < text.size() ? text[pos + ahead] : '\0';
  }
  bool atEnd() const { return pos >= text.size(); }
  bool consume(char c);
  /// Skips blanks, comments and joined lines, and newlines where they mean
  /// nothing.
  void skipBlanks(bool withNewlines);
  StringRef takeWhile(bool (*predicate)(char));
  size_t getColumn() const;
  Location getLocation() const;
  InFlightDiagnostic emitError() const;
  /// What stands here, for an error.
  std::string describeNext() const;

  LogicalResult parseStatement();
  LogicalResult parseInclude();
  LogicalResult parseBlock(StringRef name, Location loc);
  LogicalResult parseBinding(StringRef name, Location loc);
  LogicalResult addBinding(StringRef selector, StringRef parameter,
                           Location loc);
  LogicalResult parseEndOfLine();

  LogicalResult parseValue(GinValue &value, unsigned depth);
  LogicalResult parseString(GinValue &value);
  LogicalResult parseStringPart(std::string &result);
  LogicalResult parseNumber(GinValue &value);
  LogicalResult parseName(GinValue &value);
  LogicalResult parseSequence(GinValue &value, char close, unsigned depth);
  LogicalResult parseWord(GinValue &value);

  StringRef text, fileName;
  MLIRContext *context;
  SmallVector<size_t> lineBegins;
  size_t pos = 0;
  std::vector<GinStatement> statements;
};
} // namespace

static bool isNameChar(char c) {
  return llvm::isAlnum(c) || c == '_' || c == '.' || c == '/';
}
static bool isWordChar(char c) { return llvm::isAlnum(c) || c == '_'; }

//===----------------------------------------------------------------------===//
// Characters
//===----------------------------------------------------------------------===//

bool GinParser::consume(char c) {
  if (atEnd() || peek() != c)
    return false;
  ++pos;
  return true;
}

void GinParser::skipBlanks(bool withNewlines) {
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

StringRef GinParser::takeWhile(bool (*predicate)(char)) {
  StringRef taken = text.substr(pos).take_while(predicate);
  pos += taken.size();
  return taken;
}

size_t GinParser::getColumn() const {
  return pos - *std::prev(llvm::upper_bound(lineBegins, pos)) + 1;
}

Location GinParser::getLocation() const {
  unsigned line = llvm::upper_bound(lineBegins, pos) - lineBegins.begin();
  return FileLineColLoc::get(context, fileName, line, getColumn());
}

InFlightDiagnostic GinParser::emitError() const {
  return mlir::emitError(getLocation());
}

std::string GinParser::describeNext() const {
  if (atEnd())
    return "the end of the file";
  if (peek() == '\n')
    return "the end of the line";
  StringRef word = text.substr(pos).take_while(isNameChar).take_front(40);
  if (word.empty())
    word = text.substr(pos, 1);
  std::string printable;
  llvm::raw_string_ostream os(printable);
  os << '\'';
  llvm::printEscapedString(word, os);
  os << '\'';
  return printable;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

FailureOr<std::vector<GinStatement>> GinParser::parse() {
  for (skipBlanks(true); !atEnd(); skipBlanks(true))
    if (failed(parseStatement()))
      return failure();
  return std::move(statements);
}

LogicalResult GinParser::parseStatement() {
  if (getColumn() != 1)
    return emitError() << "expects a statement to begin in the first column, "
                          "but got "
                       << describeNext();
  Location loc = getLocation();
  StringRef name = takeWhile(isNameChar);
  if (name.empty())
    return emitError() << "expects a statement, but got " << describeNext();
  if (name == "import" || name == "from") {
    takeWhile([](char c) { return c != '\n'; });
    return success();
  }
  skipBlanks(false);
  if (name == "include")
    return parseInclude();
  if (consume(':'))
    return parseBlock(name, loc);
  return parseBinding(name, loc);
}

LogicalResult GinParser::parseEndOfLine() {
  skipBlanks(false);
  if (atEnd() || consume('\n'))
    return success();
  return emitError() << "expects the end of the line, but got "
                     << describeNext();
}

LogicalResult GinParser::parseInclude() {
  Location loc = getLocation();
  GinStatement statement{GinStatement::Include, loc, "", "", "", GinValue(loc)};
  if (peek() != '"' && peek() != '\'')
    return emitError() << "expects the path of an include to be a string, but "
                          "got "
                       << describeNext();
  if (failed(parseString(statement.value)))
    return failure();
  statements.push_back(std::move(statement));
  return parseEndOfLine();
}

LogicalResult GinParser::parseBlock(StringRef name, Location loc) {
  if (failed(parseEndOfLine()))
    return failure();
  bool isEmpty = true;
  for (skipBlanks(true); !atEnd() && getColumn() > 1; skipBlanks(true)) {
    Location parameterLoc = getLocation();
    StringRef parameter = takeWhile(isWordChar);
    if (parameter.empty())
      return emitError() << "expects the name of a parameter, but got "
                         << describeNext();
    if (failed(addBinding(name, parameter, parameterLoc)))
      return failure();
    isEmpty = false;
  }
  if (isEmpty)
    return mlir::emitError(loc)
           << "expects parameters on indented lines below '" << name
           << ":', but got none";
  return success();
}

LogicalResult GinParser::parseBinding(StringRef name, Location loc) {
  size_t dot = name.rfind('.');
  size_t slash = name.rfind('/');
  if (dot != StringRef::npos && (slash == StringRef::npos || dot > slash))
    return addBinding(name.take_front(dot), name.drop_front(dot + 1), loc);
  if (slash != StringRef::npos)
    return mlir::emitError(loc)
           << "expects a macro to have no scope, but got '" << name << "'";
  return addBinding("", name, loc);
}

LogicalResult GinParser::addBinding(StringRef selector, StringRef parameter,
                                    Location loc) {
  auto [scope, name] = selector.rsplit('/');
  if (!selector.contains('/'))
    std::swap(scope, name);
  skipBlanks(false);
  if (!consume('='))
    return emitError() << "expects '=' after '" << parameter << "', but got "
                       << describeNext();
  skipBlanks(false);
  GinStatement statement{selector.empty() ? GinStatement::Macro
                                          : GinStatement::Binding,
                         loc,
                         scope.str(),
                         name.str(),
                         parameter.str(),
                         GinValue(getLocation())};
  if (failed(parseValue(statement.value, 0)))
    return failure();
  statements.push_back(std::move(statement));
  return parseEndOfLine();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

LogicalResult GinParser::parseValue(GinValue &value, unsigned depth) {
  value.loc = getLocation();
  if (depth > kMaxDepth)
    return emitError() << "expects values to be nested at most " << kMaxDepth
                       << " deep, but got more";
  char c = peek();
  if (c == '"' || c == '\'')
    return parseString(value);
  if (c == '@' || c == '%')
    return parseName(value);
  if (llvm::isDigit(c) || c == '-' || c == '+' || c == '.')
    return parseNumber(value);
  if (consume('(')) {
    value.kind = GinValue::Tuple;
    return parseSequence(value, ')', depth);
  }
  if (consume('[')) {
    value.kind = GinValue::List;
    return parseSequence(value, ']', depth);
  }
  if (consume('{')) {
    value.kind = GinValue::Dict;
    return parseSequence(value, '}', depth);
  }
  return parseWord(value);
}

LogicalResult GinParser::parseWord(GinValue &value) {
  StringRef word = text.substr(pos).take_while(isNameChar);
  if (word != "None" && word != "True" && word != "False")
    return emitError() << "expects a value, but got " << describeNext();
  pos += word.size();
  value.kind = word == "None" ? GinValue::None : GinValue::Bool;
  value.boolean = word == "True";
  return success();
}

LogicalResult GinParser::parseName(GinValue &value) {
  value.kind = consume('%') ? GinValue::Macro : GinValue::Reference;
  if (value.kind == GinValue::Reference)
    consume('@');
  StringRef name = takeWhile(isNameChar);
  if (name.empty())
    return emitError() << "expects a name, but got " << describeNext();
  value.text = name.str();
  if (value.kind == GinValue::Reference && consume('(')) {
    skipBlanks(true);
    if (!consume(')'))
      return emitError() << "expects ')' after '@" << name << "(', but got "
                         << describeNext();
  }
  return success();
}

LogicalResult GinParser::parseNumber(GinValue &value) {
  size_t begin = pos;
  if (peek() == '-' || peek() == '+')
    ++pos;
  std::string digits = text[begin] == '-' ? "-" : "";
  bool isHex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
  bool isReal = false;
  while (true) {
    char c = peek();
    bool isExponent = !isHex && (c == 'e' || c == 'E');
    bool isSign = isReal && (c == '+' || c == '-') &&
                  (text[pos - 1] == 'e' || text[pos - 1] == 'E');
    if (!isWordChar(c) && c != '.' && !isSign)
      break;
    isReal |= isExponent || c == '.';
    if (c != '_')
      digits += c;
    ++pos;
  }
  value.kind = isReal ? GinValue::Real : GinValue::Integer;
  StringRef number(digits);
  // Radix 0 would read a leading zero as octal, which Python forbids.
  bool isBad = isReal ? number.getAsDouble(value.real)
                      : number.getAsInteger(isHex ? 0 : 10, value.integer);
  value.text = text.slice(begin, pos).str();
  if (!isBad)
    return success();
  std::string got = value.text.substr(0, 40);
  pos = begin;
  return emitError() << "expects a number of 64 bits, but got '" << got << "'";
}

LogicalResult GinParser::parseString(GinValue &value) {
  value.kind = GinValue::String;
  // Adjacent strings are one.
  do {
    if (failed(parseStringPart(value.text)))
      return failure();
    skipBlanks(false);
  } while (peek() == '"' || peek() == '\'');
  return success();
}

LogicalResult GinParser::parseStringPart(std::string &result) {
  size_t begin = pos;
  char quote = peek();
  bool isTriple = peek(1) == quote && peek(2) == quote;
  pos += isTriple ? 3 : 1;
  while (!atEnd()) {
    char c = peek();
    if (c == quote && (!isTriple || (peek(1) == quote && peek(2) == quote))) {
      pos += isTriple ? 3 : 1;
      return success();
    }
    if (c == '\n' && !isTriple)
      break;
    if (c == '\\' && pos + 1 < text.size()) {
      c = peek(1);
      ++pos;
      if (c == 'n' || c == 't')
        c = c == 'n' ? '\n' : '\t';
      else if (c != '\\' && c != '"' && c != '\'')
        result += '\\'; // As Python does.
    }
    result += c;
    ++pos;
  }
  std::string got = describeNext();
  pos = begin;
  return emitError() << "expects a closing quote, but got " << got;
}

LogicalResult GinParser::parseSequence(GinValue &value, char close,
                                       unsigned depth) {
  bool endsInComma = false;
  for (skipBlanks(true); !consume(close); skipBlanks(true)) {
    if (!value.elements.empty() && !endsInComma)
      return emitError() << "expects ',' or '" << close << "', but got "
                         << describeNext();
    GinValue &element = value.elements.emplace_back(getLocation());
    if (failed(parseValue(element, depth + 1)))
      return failure();
    skipBlanks(true);
    if (value.kind == GinValue::Dict) {
      if (!consume(':'))
        return emitError() << "expects ':' after a key, but got "
                           << describeNext();
      skipBlanks(true);
      GinValue &mapped = value.elements.emplace_back(getLocation());
      if (failed(parseValue(mapped, depth + 1)))
        return failure();
      skipBlanks(true);
    }
    endsInComma = consume(',');
  }
  // Parentheses around one value are no tuple.
  if (value.kind == GinValue::Tuple && value.elements.size() == 1 &&
      !endsInComma) {
    GinValue inner = std::move(value.elements.front());
    value = std::move(inner);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

FailureOr<std::vector<GinStatement>>
brt::parseGin(StringRef text, StringRef fileName, MLIRContext *context) {
  return GinParser(text, fileName, context).parse();
}

StringRef brt::getLastName(StringRef dotted) {
  return dotted.substr(dotted.find_last_of("./") + 1);
}

static std::string joinElements(const GinValue &value) {
  std::string result;
  for (auto [index, element] : llvm::enumerate(value.elements)) {
    bool isMapped = value.kind == GinValue::Dict && index % 2 == 1;
    if (index > 0)
      result += isMapped ? ": " : ", ";
    result += toString(element);
  }
  return result;
}

std::string brt::toString(const GinValue &value) {
  switch (value.kind) {
  case GinValue::None:
    return "None";
  case GinValue::Bool:
    return value.boolean ? "True" : "False";
  case GinValue::Integer:
  case GinValue::Real:
    return value.text;
  case GinValue::String:
    return '"' + value.text + '"';
  case GinValue::Tuple:
    return '(' + joinElements(value) +
           (value.elements.size() == 1 ? ",)" : ")");
  case GinValue::List:
    return '[' + joinElements(value) + ']';
  case GinValue::Dict:
    return '{' + joinElements(value) + '}';
  case GinValue::Reference:
    return '@' + getLastName(value.text).str();
  case GinValue::Macro:
    return '%' + value.text;
  }
  llvm_unreachable("all kinds are listed");
}
