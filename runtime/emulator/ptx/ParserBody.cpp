//===- ParserBody.cpp - PTX statements and operands -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ptx/Parser.h"

using namespace brt::emu;

/// Scopes and braces deeper than this are no program's.
static constexpr size_t kMaxNesting = 256;

bool Parser::body() {
  scopes.clear();
  scopes.emplace_back();
  for (auto *list : {&function->results, &function->parameters})
    for (const auto &variable : *list) {
      Meaning meaning{Meaning::Kind::Variable, 0, variable.get()};
      scopes.back().names[variable->name] = meaning;
    }
  sourceFile = sourceLine = 0;
  if (!expect('{'))
    return false;
  while (!scopes.empty())
    if (!statement())
      return false;
  return true;
}

bool Parser::statement() {
  if (accept(';'))
    return true;
  if (token.is('{')) {
    if (scopes.size() >= kMaxNesting)
      return fail("fewer nested scopes");
    consume();
    scopes.emplace_back();
    return true;
  }
  if (token.is('}')) {
    consume();
    return closeScope();
  }
  if (token.kind == Token::Kind::Dotted)
    return directive();
  if (token.kind == Token::Kind::Identifier && ahead.is(':')) {
    std::string name(token.text);
    Location where = token.where;
    consume();
    consume();
    return labelOrNamedDirective(name, where);
  }
  return instruction();
}

bool Parser::directive() {
  if (atDotted("reg"))
    return registerDecl();
  if (atDotted("loc"))
    return locDirective();
  if (acceptDotted("pragma")) {
    if (token.kind != Token::Kind::String)
      return fail("a string");
    consume();
    return expect(';');
  }
  Space space;
  if (acceptDotted("local"))
    space = Space::Local;
  else if (acceptDotted("shared"))
    space = Space::Shared;
  else if (acceptDotted("param"))
    space = Space::Param;
  else
    return fail("a statement");
  do {
    auto variable = std::make_unique<Variable>();
    if (!variableDecl(space, false, *variable))
      return false;
    Meaning meaning{Meaning::Kind::Variable, 0, variable.get()};
    scopes.back().names[variable->name] = meaning;
    function->variables.push_back(std::move(variable));
  } while (accept(','));
  return expect(';');
}

/// .reg .b32 %r<100>, %a;
bool Parser::registerDecl() {
  consume();
  if (token.kind != Token::Kind::Dotted)
    return fail("a register type");
  Type type = typeFromName(std::string(token.text));
  if (type == Type::None)
    return fail("a register type");
  consume();
  do {
    std::string name;
    if (!identifier(name))
      return false;
    int64_t count = 1;
    bool family = accept('<');
    Location where = token.where;
    if (family && (!integer(count) || !expect('>')))
      return false;
    constexpr int64_t kMaxRegisters = 1 << 20;
    if (count < 0 || function->registers.size() + count > kMaxRegisters)
      return fail(where, "expects fewer registers than a million, but got " +
                             std::to_string(count));
    uint32_t first = static_cast<uint32_t>(function->registers.size());
    if (family)
      scopes.back().families.push_back(
          {name, first, static_cast<uint32_t>(count)});
    else
      scopes.back().names[name] = {Meaning::Kind::Register, first, nullptr};
    for (int64_t i = 0; i < count; ++i)
      function->registers.push_back(
          {family ? name + std::to_string(i) : name, type});
  } while (accept(','));
  return expect(';');
}

/// .loc 1 5 3[, function_name $L__info_string0[+4], inlined_at 1 9 2]
bool Parser::locDirective() {
  consume();
  int64_t file = 0, line = 0, column = 0;
  if (!integer(file) || !integer(line) || !integer(column))
    return false;
  sourceFile = static_cast<uint32_t>(file);
  sourceLine = static_cast<uint32_t>(line);
  while (accept(',')) {
    std::string word;
    if (!identifier(word))
      return false;
    int64_t ignored = 0;
    if (word == "function_name") {
      std::string name;
      if (!identifier(name) || (accept('+') && !integer(ignored)))
        return false;
    } else if (word == "inlined_at") {
      if (!integer(ignored) || !integer(ignored) || !integer(ignored))
        return false;
    } else {
      return fail("'function_name' or 'inlined_at'");
    }
  }
  return true;
}

bool Parser::labelOrNamedDirective(const std::string &name, Location where) {
  if (acceptDotted("callprototype")) {
    // An indirect call carries the same shape in its own operands.
    while (token.kind != Token::Kind::End && !token.is(';'))
      consume();
    return expect(';');
  }
  if (acceptDotted("branchtargets")) {
    uint32_t owner = static_cast<uint32_t>(function->branchTargets.size());
    function->branchTargets.push_back({name, {}});
    auto &list = function->branchTargets.back().second;
    do {
      Fixup fixup{"", token.where, true, owner,
                  static_cast<uint32_t>(list.size())};
      if (!identifier(fixup.label))
        return false;
      list.push_back(0);
      scopes.back().fixups.push_back(std::move(fixup));
    } while (accept(','));
    return expect(';');
  }
  uint32_t label = static_cast<uint32_t>(function->labels.size());
  function->labels.push_back(static_cast<uint32_t>(function->body.size()));
  Meaning meaning{Meaning::Kind::Label, label, nullptr};
  if (!scopes.back().names.insert({name, meaning}).second)
    return fail(where, "expects '" + name + "' to be defined once");
  return true;
}

bool Parser::resolve(const Fixup &fixup, uint32_t label) {
  if (fixup.inTargetList) {
    function->branchTargets[fixup.owner].second[fixup.position] = label;
    return true;
  }
  Operand &target = function->body[fixup.owner].operands[fixup.position];
  target.index = label;
  return true;
}

bool Parser::closeScope() {
  Scope scope = std::move(scopes.back());
  scopes.pop_back();
  for (Fixup &fixup : scope.fixups) {
    auto found = scope.names.find(fixup.label);
    if (found != scope.names.end() &&
        found->second.kind == Meaning::Kind::Label) {
      resolve(fixup, found->second.index);
    } else if (!scopes.empty()) {
      scopes.back().fixups.push_back(std::move(fixup));
    } else {
      return fail(fixup.where,
                  "expects a label, but got '" + fixup.label + "'");
    }
  }
  return true;
}

const Parser::Meaning *Parser::lookup(const std::string &name,
                                      Meaning &storage) const {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    auto found = scope->names.find(name);
    if (found != scope->names.end())
      return &found->second;
    size_t digits = name.size();
    while (digits && name[digits - 1] >= '0' && name[digits - 1] <= '9')
      --digits;
    constexpr size_t kMaxDigits = 9;
    if (digits == name.size() || name.size() - digits > kMaxDigits)
      continue;
    for (const RegisterFamily &family : scope->families) {
      // The prefix may itself end in digits: %r1<4> holds %r10 … %r13.
      if (name.compare(0, family.prefix.size(), family.prefix) != 0 ||
          family.prefix.size() < digits || family.prefix.size() >= name.size())
        continue;
      uint32_t number = std::stoul(name.substr(family.prefix.size()));
      if (number < family.count) {
        storage = {Meaning::Kind::Register, family.first + number, nullptr};
        return &storage;
      }
    }
  }
  return nullptr;
}

bool Parser::instruction() {
  Instruction inst;
  inst.where = token.where;
  inst.sourceFile = sourceFile;
  inst.sourceLine = sourceLine;
  if (accept('@')) {
    Operand guard;
    if (!operand(guard))
      return false;
    if (guard.kind != Operand::Kind::Register)
      return fail(guard.where, "expects the guard to be a predicate register");
    inst.guard = std::move(guard);
    inst.where = token.where;
  }
  if (!identifier(inst.opcode))
    return false;
  while (token.kind == Token::Kind::Dotted) {
    inst.modifiers.emplace_back(token.text);
    consume();
  }
  if (inst.opcode == "call") {
    if (!callOperands(inst))
      return false;
  } else if (!operandList(inst.operands, ';')) {
    return false;
  }
  if (inst.opcode == "bra") {
    if (inst.operands.size() != 1 ||
        inst.operands[0].kind != Operand::Kind::Symbol)
      return fail(inst.where, "expects 'bra' to name one label");
    scopes.back().fixups.push_back(
        {inst.operands[0].text, inst.operands[0].where, false,
         static_cast<uint32_t>(function->body.size()), 0});
  }
  function->body.push_back(std::move(inst));
  return true;
}

/// call (results), callee, (arguments)[, prototype];  call callee[, (…)];
bool Parser::callOperands(Instruction &inst) {
  if (accept('(')) {
    if (!operandList(inst.results, ')') || !expect(','))
      return false;
  }
  Operand callee;
  if (!operand(callee))
    return false;
  inst.operands.push_back(std::move(callee));
  if (accept(',')) {
    if (!expect('(') || !operandList(inst.arguments, ')'))
      return false;
    if (accept(',')) {
      Operand prototype;
      if (!operand(prototype))
        return false;
      inst.operands.push_back(std::move(prototype));
    }
  }
  return expect(';');
}

bool Parser::operandList(std::vector<Operand> &list, char end) {
  if (accept(end))
    return true;
  do {
    Operand item;
    if (!operand(item))
      return false;
    list.push_back(std::move(item));
  } while (accept(','));
  return expect(end);
}

bool Parser::operand(Operand &result) {
  if (!simpleOperand(result))
    return false;
  if (accept('|')) {
    result.second = std::make_shared<Operand>();
    return simpleOperand(*result.second);
  }
  return true;
}

bool Parser::simpleOperand(Operand &result) {
  result.where = token.where;
  if (accept('!')) {
    if (!namedOperand(result))
      return false;
    result.negated = true;
    return true;
  }
  if (accept('[')) {
    result.kind = Operand::Kind::Address;
    return addressOperand(result);
  }
  if (accept('{')) {
    result.kind = Operand::Kind::Vector;
    do {
      Operand item;
      // One level only: keeps the recursion of hostile text bounded.
      if (token.is('{') || token.is('['))
        return fail("an element of a vector");
      if (!simpleOperand(item))
        return false;
      result.elements.push_back(std::move(item));
    } while (accept(','));
    return expect('}');
  }
  if (token.kind == Token::Kind::Identifier)
    return namedOperand(result);

  bool negative = accept('-');
  result.bits = token.bits;
  if (token.kind == Token::Kind::Integer) {
    result.kind = Operand::Kind::Integer;
    result.bits = negative ? 0 - token.bits : token.bits;
  } else if (token.kind == Token::Kind::Float) {
    result.kind = Operand::Kind::Float;
    result.bits ^= uint64_t(negative) << 63;
  } else if (token.kind == Token::Kind::Single) {
    result.kind = Operand::Kind::Float;
    result.single = true;
    result.bits ^= uint64_t(negative) << 31;
  } else {
    return fail("an operand");
  }
  consume();
  return true;
}

/// After '[': base, base+offset, base+-8, base, {coordinates} … ']'.
bool Parser::addressOperand(Operand &result) {
  Operand base;
  if (token.is('['))
    return fail("an address");
  if (!simpleOperand(base))
    return false;
  if (base.kind == Operand::Kind::Symbol) {
    result.bits = base.bits;
    base.bits = 0;
  }
  if (token.is('+') || token.is('-')) {
    bool minus = token.is('-');
    consume();
    int64_t offset = 0;
    if (!integer(offset))
      return false;
    result.bits += static_cast<uint64_t>(minus ? 0 - offset : offset);
  }
  result.elements.push_back(std::move(base));
  while (accept(',')) {
    Operand extra;
    if (token.is('['))
      return fail("a register or a vector");
    if (!simpleOperand(extra))
      return false;
    result.elements.push_back(std::move(extra));
  }
  return expect(']');
}

bool Parser::namedOperand(Operand &result) {
  std::string name;
  if (!identifier(name))
    return false;
  if (name == "_") {
    result.kind = Operand::Kind::Sink;
    return true;
  }
  Meaning storage;
  const Meaning *meaning = lookup(name, storage);
  if (meaning && meaning->kind == Meaning::Kind::Register) {
    result.kind = Operand::Kind::Register;
    result.index = meaning->index;
    return true;
  }
  result.text = name;
  if (meaning && meaning->kind == Meaning::Kind::Variable) {
    result.kind = Operand::Kind::Symbol;
    result.variable = meaning->variable;
  } else if (name[0] == '%') {
    result.kind = Operand::Kind::Special;
    if (token.kind == Token::Kind::Dotted && token.adjacent) {
      result.text += "." + std::string(token.text);
      consume();
    }
    return true;
  } else {
    result.kind = Operand::Kind::Symbol;
    result.variable = module->findVariable(name);
  }
  // symbol+4 outside brackets; inside, the address takes the offset.
  if (token.is('+') && ahead.kind == Token::Kind::Integer) {
    consume();
    result.bits = token.bits;
    consume();
  }
  return true;
}
