//===- Parser.h - PTX text to syntax tree ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_PTX_PARSER_H
#define BRT_EMULATOR_PTX_PARSER_H

#include "ptx/Lexer.h"
#include "ptx/Module.h"

#include <string_view>
#include <unordered_map>

namespace brt::emu {

/// Parses one PTX module. On failure returns null and fills `diagnostic`. Any
/// instruction of the general shape is taken; whether the emulator can run it
/// is the translator's business.
std::unique_ptr<Module> parsePtx(std::string_view text, Diagnostic &diagnostic);

/// The recursive-descent parser behind `parsePtx`. Every method returns false
/// after the first error.
class Parser {
public:
  explicit Parser(std::string_view text);
  std::unique_ptr<Module> run(Diagnostic &diagnostic);

private:
  /// What a name means in a nested scope of a function body.
  struct Meaning {
    enum class Kind : uint8_t { Register, Variable, Label } kind;
    uint32_t index = 0;
    const Variable *variable = nullptr;
  };
  /// %r<100>: %r0 … %r99.
  struct RegisterFamily {
    std::string prefix;
    uint32_t first = 0, count = 0;
  };
  /// A branch to a label that may only be defined further down.
  struct Fixup {
    std::string label;
    Location where;
    bool inTargetList = false;
    uint32_t owner = 0;    // instruction, or target list
    uint32_t position = 0; // operand, or place in the list
  };
  struct Scope {
    std::unordered_map<std::string, Meaning> names;
    std::vector<RegisterFamily> families;
    std::vector<Fixup> fixups;
  };

  Lexer lexer;
  Token token, ahead;
  std::unique_ptr<Module> module;
  Function *function = nullptr;
  std::vector<Scope> scopes;
  uint32_t sourceFile = 0, sourceLine = 0;
  std::optional<Diagnostic> firstError;

  // Tokens.
  void consume();
  bool fail(Location where, std::string message);
  bool fail(const std::string &expected);
  bool expect(char c);
  bool accept(char c);
  bool integer(int64_t &value);
  bool identifier(std::string &name);
  bool atDotted(const char *name) const;
  bool acceptDotted(const char *name);

  // Module level (ParserDecls.cpp).
  bool header();
  bool topLevel();
  bool skipSection();
  bool fileDirective();
  bool functionOrVariable();
  bool functionDecl(bool isEntry, bool isExtern);
  bool parameterList(std::vector<std::unique_ptr<Variable>> &list);
  bool performanceDirectives();
  bool threadCounts(uint32_t counts[3]);
  bool variableDecl(Space space, bool isExtern, Variable &variable);
  bool variableType(Variable &variable, unsigned &lanes);
  bool variableExtent(Variable &variable, unsigned lanes);
  bool initialiser(Variable &variable);
  bool initialiserValue(Variable &variable, uint64_t &at);

  // Function bodies (ParserBody.cpp).
  bool body();
  bool statement();
  bool directive();
  bool registerDecl();
  bool locDirective();
  bool labelOrNamedDirective(const std::string &name, Location where);
  bool instruction();
  bool callOperands(Instruction &inst);
  bool operandList(std::vector<Operand> &list, char end);
  bool operand(Operand &result);
  bool simpleOperand(Operand &result);
  bool addressOperand(Operand &result);
  bool namedOperand(Operand &result);
  bool closeScope();
  bool resolve(const Fixup &fixup, uint32_t label);
  const Meaning *lookup(const std::string &name, Meaning &storage) const;
};

} // namespace brt::emu

#endif // BRT_EMULATOR_PTX_PARSER_H
