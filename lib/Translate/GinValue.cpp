//===- GinValue.cpp - Values of gin configuration files -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GinValue.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace brt;

static constexpr unsigned kMaxDepth = 64;

static LogicalResult parseValue(GinCursor &cursor, GinValue &value,
                                unsigned depth);

//===----------------------------------------------------------------------===//
// Words, names and numbers
//===----------------------------------------------------------------------===//

static LogicalResult parseWord(GinCursor &cursor, GinValue &value) {
  StringRef word = cursor.getRest().take_while(isGinNameChar);
  if (word != "None" && word != "True" && word != "False")
    return cursor.emitError()
           << "expects a value, but got " << cursor.describeNext();
  cursor.advance(word.size());
  value.kind = word == "None" ? GinValue::None : GinValue::Bool;
  value.boolean = word == "True";
  return success();
}

static LogicalResult parseName(GinCursor &cursor, GinValue &value) {
  value.kind = cursor.consume('%') ? GinValue::Macro : GinValue::Reference;
  if (value.kind == GinValue::Reference)
    cursor.consume('@');
  StringRef name = cursor.takeWhile(isGinNameChar);
  if (name.empty())
    return cursor.emitError()
           << "expects a name, but got " << cursor.describeNext();
  value.text = name.str();
  if (value.kind == GinValue::Reference && cursor.consume('(')) {
    cursor.skipBlanks(/*withNewlines=*/true);
    if (!cursor.consume(')'))
      return cursor.emitError() << "expects ')' after '@" << name
                                << "(', but got " << cursor.describeNext();
  }
  return success();
}

/// The length of the number that `text` begins with, as far as its characters
/// tell.
static size_t getNumberLength(StringRef text, bool &isHex, bool &isReal) {
  size_t length = text.starts_with("-") || text.starts_with("+");
  isHex = text.substr(length).starts_with_insensitive("0x");
  isReal = false;
  for (char last = 0; length < text.size(); last = text[length++]) {
    char c = text[length];
    bool isSign =
        isReal && (c == '+' || c == '-') && (last == 'e' || last == 'E');
    if (!isGinWordChar(c) && c != '.' && !isSign)
      break;
    isReal |= c == '.' || (!isHex && (c == 'e' || c == 'E'));
  }
  return length;
}

static LogicalResult parseNumber(GinCursor &cursor, GinValue &value) {
  bool isHex, isReal;
  StringRef text = cursor.getRest();
  text = text.take_front(getNumberLength(text, isHex, isReal));
  std::string digits;
  llvm::copy_if(text.drop_while([](char c) { return c == '+'; }),
                std::back_inserter(digits), [](char c) { return c != '_'; });
  value.kind = isReal ? GinValue::Real : GinValue::Integer;
  value.text = text.str();
  // Radix 0 would read a leading zero as octal, which Python forbids.
  bool isBad =
      isReal ? StringRef(digits).getAsDouble(value.real)
             : StringRef(digits).getAsInteger(isHex ? 0 : 10, value.integer);
  if (isBad)
    return cursor.emitError() << "expects a number of 64 bits, but got '"
                              << text.take_front(40) << "'";
  cursor.advance(text.size());
  return success();
}

//===----------------------------------------------------------------------===//
// Strings
//===----------------------------------------------------------------------===//

static LogicalResult parseStringPart(GinCursor &cursor, std::string &result) {
  Location begin = cursor.getLocation();
  char quote = cursor.peek();
  bool isTriple = cursor.peek(1) == quote && cursor.peek(2) == quote;
  StringRef end = cursor.getRest().take_front(isTriple ? 3 : 1);
  cursor.advance(end.size());
  while (!cursor.atEnd() && (isTriple || cursor.peek() != '\n')) {
    if (cursor.getRest().starts_with(end)) {
      cursor.advance(end.size());
      return success();
    }
    char c = cursor.peek(), next = cursor.peek(1);
    bool isEscape = c == '\\' && StringRef("nt\\\"'").contains(next);
    if (!isEscape)
      result += c; // A backslash too, as Python does.
    else
      result += next == 'n' ? '\n' : next == 't' ? '\t' : next;
    cursor.advance(isEscape ? 2 : 1);
  }
  return emitError(begin) << "expects a closing quote, but got "
                          << cursor.describeNext();
}

LogicalResult brt::parseGinString(GinCursor &cursor, GinValue &value) {
  value.kind = GinValue::String;
  do {
    if (failed(parseStringPart(cursor, value.text)))
      return failure();
    cursor.skipBlanks(/*withNewlines=*/false);
  } while (cursor.peek() == '"' || cursor.peek() == '\'');
  return success();
}

//===----------------------------------------------------------------------===//
// Containers
//===----------------------------------------------------------------------===//

/// Appends one element to a container, or a key and its value.
static LogicalResult parseElement(GinCursor &cursor, GinValue &value,
                                  unsigned depth) {
  auto parseOne = [&] {
    GinValue &element = value.elements.emplace_back(cursor.getLocation());
    LogicalResult result = parseValue(cursor, element, depth + 1);
    cursor.skipBlanks(/*withNewlines=*/true);
    return result;
  };
  if (failed(parseOne()))
    return failure();
  if (value.kind != GinValue::Dict)
    return success();
  if (!cursor.consume(':'))
    return cursor.emitError()
           << "expects ':' after a key, but got " << cursor.describeNext();
  cursor.skipBlanks(/*withNewlines=*/true);
  return parseOne();
}

static LogicalResult parseContainer(GinCursor &cursor, GinValue &value,
                                    char close, unsigned depth) {
  bool endsInComma = false;
  for (cursor.skipBlanks(true); !cursor.consume(close);
       cursor.skipBlanks(true)) {
    if (!value.elements.empty() && !endsInComma)
      return cursor.emitError() << "expects ',' or '" << close << "', but got "
                                << cursor.describeNext();
    if (failed(parseElement(cursor, value, depth)))
      return failure();
    endsInComma = cursor.consume(',');
  }
  // Parentheses around one value are no tuple.
  if (value.kind == GinValue::Tuple && value.elements.size() == 1 &&
      !endsInComma) {
    GinValue inner = std::move(value.elements.front());
    value = std::move(inner);
  }
  return success();
}

static LogicalResult parseValue(GinCursor &cursor, GinValue &value,
                                unsigned depth) {
  value.loc = cursor.getLocation();
  if (depth > kMaxDepth)
    return cursor.emitError() << "expects values to be nested at most "
                              << kMaxDepth << " deep, but got more";
  char c = cursor.peek();
  if (c == '"' || c == '\'')
    return parseGinString(cursor, value);
  if (c == '@' || c == '%')
    return parseName(cursor, value);
  if (llvm::isDigit(c) || c == '-' || c == '+' || c == '.')
    return parseNumber(cursor, value);
  if (cursor.consume('(')) {
    value.kind = GinValue::Tuple;
    return parseContainer(cursor, value, ')', depth);
  }
  if (cursor.consume('[')) {
    value.kind = GinValue::List;
    return parseContainer(cursor, value, ']', depth);
  }
  if (cursor.consume('{')) {
    value.kind = GinValue::Dict;
    return parseContainer(cursor, value, '}', depth);
  }
  return parseWord(cursor, value);
}

LogicalResult brt::parseGinValue(GinCursor &cursor, GinValue &value) {
  return parseValue(cursor, value, 0);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

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
