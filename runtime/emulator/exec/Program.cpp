//===- Program.cpp - A module ready to run --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Program.h"

#include "exec/Translator.h"
#include "ptx/Parser.h"

#include <algorithm>
#include <cstring>
#include <set>

using namespace brt::emu;

/// Stack of a thread where recursion or calls through pointers leave its depth
/// open: the driver's own default.
static constexpr uint32_t kOpenStackBytes = 1024 * 4;

Program::~Program() {
  for (const auto &[variable, address] : addressOf)
    memory.release(address);
}

const Code *Program::findEntry(const std::string &name) const {
  const Function *function = module->findFunction(name);
  if (!function || !function->isEntry || !function->hasBody)
    return nullptr;
  return codeOf.at(function);
}

std::string Program::sourceOf(const Instruction &inst) const {
  if (!inst.sourceLine || inst.sourceFile >= module->files.size())
    return "";
  return module->files[inst.sourceFile] + ":" + std::to_string(inst.sourceLine);
}

namespace {
class Loader {
public:
  Loader(Program &program, Diagnostic &diagnostic)
      : program(program), diagnostic(diagnostic) {}
  bool run();

private:
  Program &program;
  Diagnostic &diagnostic;

  bool placeVariables();
  bool fillVariables();
  void makeCodes();
  uint32_t stackOf(const Function &function,
                   std::set<const Function *> &callers, bool &open) const;
  bool fail(Location where, std::string message) {
    diagnostic = {where, std::move(message)};
    return false;
  }
};
} // namespace

bool Loader::placeVariables() {
  for (const auto &variable : program.module->variables) {
    bool onDevice =
        variable->space == Space::Global || variable->space == Space::Const;
    if (!onDevice || variable->isExtern)
      continue;
    bool constant = variable->space == Space::Const;
    uint64_t address = program.memory.allocate(variable->size, constant);
    if (!address)
      return fail(variable->where,
                  "expects room for '" + variable->name + "', but got none");
    program.addressOf[variable.get()] = address;
  }
  return true;
}

bool Loader::fillVariables() {
  for (const auto &[variable, address] : program.addressOf) {
    uint8_t *host = reinterpret_cast<uint8_t *>(address);
    std::copy(variable->init.begin(), variable->init.end(), host);
    // What has no initialiser is zero (PTX ISA 5.4.4).
    program.memory.markInitialised(address, variable->size);
    for (const Variable::Relocation &relocation : variable->relocations) {
      uint64_t value = 0;
      const Variable *target = program.module->findVariable(relocation.symbol);
      const Function *function =
          program.module->findFunction(relocation.symbol);
      if (target && program.addressOf.count(target))
        value = program.addressOf.at(target);
      for (const auto &[at, code] : program.functionAt)
        if (function && code->function == function)
          value = at;
      if (!value)
        return fail(relocation.where, "expects a variable or a function, but "
                                      "got '" +
                                          relocation.symbol + "'");
      value += static_cast<uint64_t>(relocation.addend);
      std::memcpy(host + relocation.at, &value, sizeof value);
    }
  }
  return true;
}

void Loader::makeCodes() {
  constexpr uint64_t kFunctionStep = 64;
  for (const auto &function : program.module->functions) {
    if (!function->hasBody)
      continue;
    program.codes.emplace_back();
    Code *code = &program.codes.back();
    code->function = function.get();
    program.codeOf[function.get()] = code;
    uint64_t address = kFunctionWindow + kFunctionStep * program.codes.size();
    program.functionAt[address] = code;
  }
}

/// Local memory that `function` and what it calls may need at once.
uint32_t Loader::stackOf(const Function &function,
                         std::set<const Function *> &callers,
                         bool &open) const {
  if (!callers.insert(&function).second) {
    open = true;
    return 0;
  }
  uint32_t deepest = 0;
  for (const Instruction &inst : function.body) {
    if (inst.opcode != "call")
      continue;
    if (inst.operands[0].kind == Operand::Kind::Register) {
      open = true;
      continue;
    }
    const Function *callee =
        program.module->findFunction(inst.operands[0].text);
    if (callee && callee->hasBody)
      deepest = std::max(deepest, stackOf(*callee, callers, open));
  }
  callers.erase(&function);
  return program.codeOf.at(&function)->localBytes + deepest;
}

bool Loader::run() {
  makeCodes();
  if (!placeVariables() || !fillVariables())
    return false;
  for (Code &code : program.codes) {
    Translator translator(program, *code.function, code, diagnostic);
    if (!translator.run())
      return false;
  }
  for (Code &code : program.codes) {
    if (!code.function->isEntry)
      continue;
    std::set<const Function *> callers;
    bool open = false;
    code.localReserve = stackOf(*code.function, callers, open);
    if (open)
      code.localReserve += kOpenStackBytes;
  }
  return true;
}

std::unique_ptr<Program> brt::emu::loadProgram(std::string_view text,
                                               DeviceMemory &memory,
                                               Diagnostic &diagnostic,
                                               bool exact) {
  std::unique_ptr<Module> module = parsePtx(text, diagnostic);
  if (!module)
    return nullptr;
  auto program = std::make_unique<Program>(memory, exact);
  program->module = std::move(module);
  if (!Loader(*program, diagnostic).run())
    return nullptr;
  return program;
}
