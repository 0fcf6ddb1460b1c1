//===- ParserDecls.cpp - PTX directives outside function bodies -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ptx/Parser.h"

#include <cstring>

using namespace brt::emu;

/// The largest array a declaration may ask for: what a 40-bit address space
/// could hold. Keeps a hostile size from overflowing.
static constexpr uint64_t kMaxVariableBytes = uint64_t(1) << 40;

std::unique_ptr<Module> brt::emu::parsePtx(std::string_view text,
                                           Diagnostic &diagnostic) {
  return Parser(text).run(diagnostic);
}

Parser::Parser(std::string_view text)
    : lexer(text), module(std::make_unique<Module>()) {
  token = lexer.next();
  ahead = lexer.next();
}

std::unique_ptr<Module> Parser::run(Diagnostic &diagnostic) {
  bool good = header();
  while (good && token.kind != Token::Kind::End)
    good = topLevel();
  if (lexer.error())
    firstError = lexer.error();
  if (firstError) {
    diagnostic = *firstError;
    return nullptr;
  }
  return std::move(module);
}

void Parser::consume() {
  token = ahead;
  ahead = lexer.next();
}

bool Parser::fail(Location where, std::string message) {
  if (!firstError)
    firstError = Diagnostic{where, std::move(message)};
  return false;
}

bool Parser::fail(const std::string &expected) {
  std::string got = token.kind == Token::Kind::End
                        ? "the end of text"
                        : "'" + std::string(token.text) + "'";
  return fail(token.where, "expects " + expected + ", but got " + got);
}

bool Parser::accept(char c) {
  if (!token.is(c))
    return false;
  consume();
  return true;
}

bool Parser::expect(char c) {
  return accept(c) || fail(std::string("'") + c + "'");
}

bool Parser::integer(int64_t &value) {
  bool negative = accept('-');
  if (token.kind != Token::Kind::Integer)
    return fail("an integer");
  value = static_cast<int64_t>(negative ? 0 - token.bits : token.bits);
  consume();
  return true;
}

bool Parser::identifier(std::string &name) {
  if (token.kind != Token::Kind::Identifier)
    return fail("a name");
  name = token.text;
  consume();
  return true;
}

bool Parser::atDotted(const char *name) const {
  return token.kind == Token::Kind::Dotted && token.text == name;
}

bool Parser::acceptDotted(const char *name) {
  if (!atDotted(name))
    return false;
  consume();
  return true;
}

/// .version 9.0, .target sm_80, .address_size 64 (PTX ISA 11.1).
bool Parser::header() {
  if (!acceptDotted("version"))
    return fail("'.version' first");
  // "9.0" is lexed as one floating-point number; its text is what counts.
  if (token.kind != Token::Kind::Float)
    return fail("a version such as 9.0");
  std::string version(token.text);
  module->versionMajor = std::strtoul(version.c_str(), nullptr, 10);
  module->versionMinor =
      std::strtoul(version.c_str() + version.find('.') + 1, nullptr, 10);
  consume();

  if (!acceptDotted("target"))
    return fail("'.target' after '.version'");
  do {
    Location where = token.where;
    std::string name;
    if (!identifier(name))
      return false;
    if (name.rfind("sm_", 0) == 0)
      module->target = std::strtoul(name.c_str() + 3, nullptr, 10);
    else if (name != "debug" && name != "texmode_independent")
      return fail(where,
                  "expects a target such as sm_80, but got '" + name + "'");
  } while (accept(','));

  if (acceptDotted("address_size")) {
    int64_t bits = 0;
    Location where = token.where;
    if (!integer(bits))
      return false;
    if (bits != 64)
      return fail(where, "expects '.address_size' to be 64, but got " +
                             std::to_string(bits));
  }
  return true;
}

bool Parser::topLevel() {
  if (token.kind != Token::Kind::Dotted)
    return fail("a directive");
  if (atDotted("file"))
    return fileDirective();
  if (atDotted("section"))
    return skipSection();
  if (acceptDotted("pragma")) {
    if (token.kind != Token::Kind::String)
      return fail("a string");
    consume();
    return expect(';');
  }
  return functionOrVariable();
}

/// .file 1 "name"[, timestamp, size]
bool Parser::fileDirective() {
  consume();
  int64_t number = 0;
  if (!integer(number))
    return false;
  if (token.kind != Token::Kind::String)
    return fail("a file name");
  constexpr int64_t kMaxFiles = 1 << 16;
  if (number >= 0 && number < kMaxFiles) {
    if (module->files.size() <= static_cast<size_t>(number))
      module->files.resize(number + 1);
    module->files[number] = token.text;
  }
  consume();
  int64_t ignored = 0;
  while (accept(','))
    if (!integer(ignored))
      return false;
  return true;
}

/// Debug sections hold nothing that runs.
bool Parser::skipSection() {
  consume();
  while (token.kind != Token::Kind::End && !token.is('{'))
    consume();
  if (!expect('{'))
    return false;
  while (token.kind != Token::Kind::End && !token.is('}'))
    consume();
  return expect('}');
}

bool Parser::functionOrVariable() {
  bool isExtern = false;
  for (;;) {
    if (acceptDotted("extern"))
      isExtern = true;
    else if (!acceptDotted("visible") && !acceptDotted("weak") &&
             !acceptDotted("common"))
      break;
  }
  if (acceptDotted("entry"))
    return functionDecl(true, isExtern);
  if (acceptDotted("func"))
    return functionDecl(false, isExtern);

  Space space;
  if (acceptDotted("global"))
    space = Space::Global;
  else if (acceptDotted("const"))
    space = Space::Const;
  else if (acceptDotted("shared"))
    space = Space::Shared;
  else
    return fail("a function or a variable");
  do {
    auto variable = std::make_unique<Variable>();
    if (!variableDecl(space, isExtern, *variable))
      return false;
    module->variables.push_back(std::move(variable));
  } while (accept(','));
  return expect(';');
}

bool Parser::functionDecl(bool isEntry, bool isExtern) {
  auto owned = std::make_unique<Function>();
  function = owned.get();
  function->isEntry = isEntry;
  function->where = token.where;
  if (token.is('(') && !parameterList(function->results))
    return false;
  if (!identifier(function->name))
    return false;
  if (token.is('(') && !parameterList(function->parameters))
    return false;
  if (!performanceDirectives())
    return false;
  if (token.is('{') && !isExtern) {
    function->hasBody = true;
    if (!body())
      return false;
  } else if (!expect(';')) {
    return false;
  }
  module->functions.push_back(std::move(owned));
  function = nullptr;
  return true;
}

/// (.param .u64 .ptr .global .align 1 a, .param .align 8 .b8 b[24])
bool Parser::parameterList(std::vector<std::unique_ptr<Variable>> &list) {
  if (!expect('('))
    return false;
  if (accept(')'))
    return true;
  do {
    if (!acceptDotted("param"))
      return fail("'.param'");
    auto variable = std::make_unique<Variable>();
    if (!variableDecl(Space::Param, false, *variable))
      return false;
    list.push_back(std::move(variable));
  } while (accept(','));
  return expect(')');
}

bool Parser::threadCounts(uint32_t counts[3]) {
  counts[0] = counts[1] = counts[2] = 1;
  for (int i = 0; i < 3; ++i) {
    int64_t value = 0;
    if (!integer(value))
      return false;
    counts[i] = static_cast<uint32_t>(value);
    if (!accept(','))
      break;
  }
  return true;
}

/// Performance-tuning directives (PTX ISA 11.4) between head and body.
bool Parser::performanceDirectives() {
  uint32_t ignored[3];
  while (token.kind == Token::Kind::Dotted) {
    bool good = true;
    if (acceptDotted("maxntid"))
      good = threadCounts(function->maxThreads);
    else if (acceptDotted("reqntid"))
      good = threadCounts(function->requiredThreads);
    else if (acceptDotted("reqnctapercluster"))
      good = threadCounts(function->requiredCluster);
    else if (acceptDotted("minnctapersm") || acceptDotted("maxnreg") ||
             acceptDotted("maxnctapersm"))
      good = threadCounts(ignored);
    else if (acceptDotted("maxclusterrank")) {
      good = threadCounts(ignored);
      function->maxClusterRank = ignored[0];
    } else if (acceptDotted("blocksareclusters"))
      function->blocksAreClusters = true;
    else if (acceptDotted("explicitcluster"))
      function->explicitCluster = true;
    else if (acceptDotted("pragma")) {
      good = token.kind == Token::Kind::String || fail("a string");
      consume();
      good = good && expect(';');
    } else if (!acceptDotted("noreturn"))
      good = fail("a performance directive or '{'");
    if (!good)
      return false;
  }
  return true;
}

bool Parser::variableType(Variable &variable, unsigned &lanes) {
  lanes = 1;
  while (token.kind == Token::Kind::Dotted) {
    std::string word(token.text);
    if (word == "align") {
      consume();
      int64_t align = 0;
      Location where = token.where;
      if (!integer(align))
        return false;
      constexpr int64_t kMaxAlign = 1 << 16;
      if (align <= 0 || align > kMaxAlign || (align & (align - 1)))
        return fail(where, "expects the alignment to be a power of two, but "
                           "got " +
                               std::to_string(align));
      // On a pointer parameter, `.ptr .align` speaks of what it points to.
      if (variable.type == Type::None)
        variable.align = static_cast<uint32_t>(align);
      continue;
    }
    if (word == "v2" || word == "v4") {
      lanes = word[1] - '0';
    } else if (Type type = typeFromName(word); type != Type::None) {
      variable.type = type;
    } else if (word != "ptr" && word != "global" && word != "const" &&
               word != "shared" && word != "local") {
      return fail("a type");
    }
    consume();
  }
  if (sizeOf(variable.type) == 0)
    return fail("a type of a variable");
  return true;
}

/// The name and the array extents.
bool Parser::variableExtent(Variable &variable, unsigned lanes) {
  variable.where = token.where;
  if (!identifier(variable.name))
    return false;
  uint64_t element = uint64_t(sizeOf(variable.type)) * lanes;
  if (variable.align < element)
    variable.align = static_cast<uint32_t>(element);
  variable.size = element;
  while (accept('[')) {
    if (accept(']')) {
      variable.size = 0;
      continue;
    }
    int64_t extent = 0;
    Location where = token.where;
    if (!integer(extent))
      return false;
    if (extent < 0 || (variable.size && static_cast<uint64_t>(extent) >
                                            kMaxVariableBytes / variable.size))
      return fail(where, "expects the array to be of a sane size, but got " +
                             std::to_string(extent));
    variable.size *= extent;
    if (!expect(']'))
      return false;
  }
  return true;
}

bool Parser::variableDecl(Space space, bool isExtern, Variable &variable) {
  variable.space = space;
  variable.isExtern = isExtern;
  if (acceptDotted("attribute")) {
    // .attribute(.managed), .attribute(.unified(..)): host memory is ours.
    while (token.kind != Token::Kind::End && !token.is(')'))
      consume();
    if (!expect(')'))
      return false;
  }
  unsigned lanes = 1;
  if (!variableType(variable, lanes) || !variableExtent(variable, lanes))
    return false;
  return accept('=') ? initialiser(variable) : true;
}

bool Parser::initialiser(Variable &variable) {
  uint64_t at = 0;
  bool unsized = variable.size == 0;
  if (!token.is('{')) {
    if (!initialiserValue(variable, at))
      return false;
  } else {
    unsigned depth = 0;
    do {
      if (accept('{')) {
        ++depth;
      } else if (accept('}')) {
        --depth;
        accept(',');
      } else {
        if (!initialiserValue(variable, at))
          return false;
        if (!token.is('}') && !expect(','))
          return false;
      }
    } while (depth && token.kind != Token::Kind::End);
    if (depth)
      return fail("'}'");
  }
  if (unsized)
    variable.size = at;
  if (at > variable.size)
    return fail(variable.where,
                "expects at most " + std::to_string(variable.size) +
                    " bytes of initialiser, but got " + std::to_string(at));
  return true;
}

bool Parser::initialiserValue(Variable &variable, uint64_t &at) {
  unsigned size = sizeOf(variable.type);
  uint64_t bits = 0;
  if (token.kind == Token::Kind::Identifier) {
    Variable::Relocation relocation;
    relocation.at = at;
    relocation.where = token.where;
    std::string name(token.text);
    consume();
    relocation.generic = name == "generic" && accept('(');
    if (relocation.generic && !identifier(name))
      return false;
    if (relocation.generic && !expect(')'))
      return false;
    relocation.symbol = name;
    if (accept('+') && !integer(relocation.addend))
      return false;
    if (size != 8)
      return fail(relocation.where,
                  "expects the address of a symbol to fill 64 bits, but got a "
                  "smaller element");
    variable.relocations.push_back(relocation);
  } else if (token.kind == Token::Kind::Float ||
             token.kind == Token::Kind::Single || token.is('-')) {
    bool negative = accept('-');
    if (token.kind == Token::Kind::Integer) {
      bits = negative ? 0 - token.bits : token.bits;
    } else if (token.kind == Token::Kind::Single) {
      bits = token.bits ^ (negative ? 0x80000000u : 0u);
    } else if (token.kind == Token::Kind::Float) {
      double value;
      std::memcpy(&value, &token.bits, sizeof value);
      value = negative ? -value : value;
      float narrow = static_cast<float>(value);
      if (size == sizeof narrow)
        std::memcpy(&bits, &narrow, sizeof narrow);
      else
        std::memcpy(&bits, &value, sizeof value);
    } else {
      return fail("a number");
    }
    consume();
  } else if (token.kind == Token::Kind::Integer) {
    bits = token.bits;
    consume();
  } else {
    return fail("an initial value");
  }
  variable.init.resize(at + size);
  std::memcpy(variable.init.data() + at, &bits, size < 8 ? size : 8);
  at += size;
  return true;
}
