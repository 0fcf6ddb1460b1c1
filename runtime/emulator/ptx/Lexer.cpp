//===- Lexer.cpp - Tokens of PTX text -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ptx/Lexer.h"

#include <cctype>
#include <cstdlib>
#include <cstring>

using namespace brt::emu;

static bool isWordStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' ||
         c == '%';
}

static bool isWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

void Lexer::advance(size_t count) {
  for (; count && at < text.size(); --count, ++at) {
    if (text[at] == '\n') {
      ++here.line;
      here.column = 1;
    } else {
      ++here.column;
    }
  }
}

/// True if anything was skipped. A comment that never ends is an error.
bool Lexer::skipBlanks() {
  size_t start = at;
  while (at < text.size()) {
    if (std::isspace(static_cast<unsigned char>(peek()))) {
      advance(1);
    } else if (peek() == '/' && peek(1) == '/') {
      size_t end = text.find('\n', at);
      advance((end == std::string_view::npos ? text.size() : end) - at);
    } else if (peek() == '/' && peek(1) == '*') {
      size_t end = text.find("*/", at + 2);
      if (end == std::string_view::npos) {
        fail(here, "expects '*/' to end the comment, but got the end of text");
        return true;
      }
      advance(end + 2 - at);
    } else {
      break;
    }
  }
  return at != start;
}

Token Lexer::fail(Location where, std::string message) {
  if (!firstError)
    firstError = Diagnostic{where, std::move(message)};
  at = text.size();
  Token token;
  token.where = where;
  return token;
}

/// 0fXXXXXXXX and 0dXXXXXXXXXXXXXXXX: the bits themselves (PTX ISA 4.5.2).
Token Lexer::hexFloat(Token token, size_t digits) {
  size_t count = 0;
  uint64_t bits = 0;
  while (std::isxdigit(static_cast<unsigned char>(peek(2 + count)))) {
    char c = peek(2 + count++);
    unsigned digit = std::isdigit(static_cast<unsigned char>(c))
                         ? c - '0'
                         : (c | 0x20) - 'a' + 10;
    bits = bits << 4 | digit;
  }
  if (count != digits)
    return fail(token.where, "expects a floating-point literal to have " +
                                 std::to_string(digits) +
                                 " hexadecimal digits, but got " +
                                 std::to_string(count));
  token.kind = digits == 8 ? Token::Kind::Single : Token::Kind::Float;
  token.bits = bits;
  token.text = text.substr(at, 2 + count);
  advance(2 + count);
  return token;
}

Token Lexer::number(Token token) {
  char second = static_cast<char>(peek(1) | 0x20);
  if (peek() == '0' && second == 'f')
    return hexFloat(token, 8);
  if (peek() == '0' && second == 'd')
    return hexFloat(token, 16);

  size_t end = at;
  bool isFloat = false;
  bool hex = peek() == '0' && second == 'x';
  if (hex)
    end += 2;
  while (end < text.size()) {
    char c = text[end];
    bool exponentSign = !hex && (c == '+' || c == '-') &&
                        (text[end - 1] | 0x20) == 'e' && isFloat;
    if (!hex && (c == '.' || ((c | 0x20) == 'e')))
      isFloat = true;
    else if (!std::isalnum(static_cast<unsigned char>(c)) && !exponentSign)
      break;
    ++end;
  }
  std::string word(text.substr(at, end - at));
  token.text = text.substr(at, end - at);
  char *rest = nullptr;
  if (isFloat) {
    double value = std::strtod(word.c_str(), &rest);
    std::memcpy(&token.bits, &value, sizeof value);
    token.kind = Token::Kind::Float;
  } else {
    bool binary = word.size() > 2 && word[0] == '0' && second == 'b';
    token.bits = binary ? std::strtoull(word.c_str() + 2, &rest, 2)
                        : std::strtoull(word.c_str(), &rest, 0);
    if (*rest == 'U' || *rest == 'u')
      ++rest;
    token.kind = Token::Kind::Integer;
  }
  if (*rest)
    return fail(token.where, "expects a number, but got '" + word + "'");
  advance(end - at);
  return token;
}

Token Lexer::next() {
  bool blank = skipBlanks();
  Token token;
  token.where = here;
  token.adjacent = !blank;
  if (at >= text.size() || peek() == '\0')
    return token;

  char c = peek();
  if (isWordStart(c) || (c == '.' && isWordStart(peek(1))) ||
      (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))))) {
    size_t end = at + 1;
    while (end < text.size() &&
           (isWord(text[end]) ||
            (c == '.' && text[end] == ':' && end + 1 < text.size() &&
             text[end + 1] == ':' && ++end)))
      ++end;
    token.kind = c == '.' ? Token::Kind::Dotted : Token::Kind::Identifier;
    size_t start = c == '.' ? at + 1 : at;
    token.text = text.substr(start, end - start);
    advance(end - at);
    return token;
  }
  if (std::isdigit(static_cast<unsigned char>(c)))
    return number(token);
  if (c == '"') {
    size_t end = at + 1;
    while (end < text.size() && text[end] != '"' && text[end] != '\n')
      end += text[end] == '\\' && end + 1 < text.size() ? 2 : 1;
    if (end >= text.size() || text[end] != '"')
      return fail(here, "expects '\"' to end the string");
    token.kind = Token::Kind::String;
    token.text = text.substr(at + 1, end - at - 1);
    advance(end + 1 - at);
    return token;
  }
  if (!std::strchr("{}()[]<>,;:+-@!|=*/~&^?", c))
    return fail(here, std::string("expects PTX text, but got the character '") +
                          c + "'");
  token.kind = Token::Kind::Punctuation;
  token.text = text.substr(at, 1);
  advance(1);
  return token;
}
