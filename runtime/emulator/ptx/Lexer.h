//===- Lexer.h - Tokens of PTX text ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_PTX_LEXER_H
#define BRT_EMULATOR_PTX_LEXER_H

#include "ptx/Module.h"

#include <string_view>

namespace brt::emu {

struct Token {
  enum class Kind : uint8_t {
    End,
    Identifier, // add, %r1, $L__BB0_1
    Dotted,     // .f32, .shared::cta; text without the dot
    Integer,    // bits
    Float,      // bits of an f64
    Single,     // 0f3F800000, bits of an f32
    String,     // text without the quotes
    Punctuation // one character, in text
  };
  Kind kind = Kind::End;
  std::string_view text;
  uint64_t bits = 0;
  Location where;
  /// No blank between the token before and this one.
  bool adjacent = false;

  bool is(char c) const {
    return kind == Kind::Punctuation && text.front() == c;
  }
};

/// Splits PTX text (PTX ISA 4) into tokens; comments and blanks vanish. The
/// text must outlive the lexer and its tokens.
class Lexer {
public:
  explicit Lexer(std::string_view text) : text(text) {}

  /// The next token. After an error, `End` for ever.
  Token next();
  const std::optional<Diagnostic> &error() const { return firstError; }

private:
  std::string_view text;
  size_t at = 0;
  Location here{1, 1};
  std::optional<Diagnostic> firstError;

  char peek(size_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }
  void advance(size_t count);
  bool skipBlanks();
  Token fail(Location where, std::string message);
  Token number(Token token);
  Token hexFloat(Token token, size_t digits);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_PTX_LEXER_H
