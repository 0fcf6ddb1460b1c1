//===- Module.cpp - The syntax tree of one PTX module ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ptx/Module.h"

#include <algorithm>

using namespace brt::emu;

namespace {
struct TypeRow {
  const char *name;
  Type type;
  unsigned size;
};
} // namespace

static constexpr TypeRow kTypes[] = {
    {"pred", Type::Pred, 0},     {"b8", Type::B8, 1},
    {"b16", Type::B16, 2},       {"b32", Type::B32, 4},
    {"b64", Type::B64, 8},       {"b128", Type::B128, 16},
    {"u8", Type::U8, 1},         {"u16", Type::U16, 2},
    {"u32", Type::U32, 4},       {"u64", Type::U64, 8},
    {"s8", Type::S8, 1},         {"s16", Type::S16, 2},
    {"s32", Type::S32, 4},       {"s64", Type::S64, 8},
    {"f16", Type::F16, 2},       {"bf16", Type::BF16, 2},
    {"f16x2", Type::F16x2, 4},   {"bf16x2", Type::BF16x2, 4},
    {"tf32", Type::TF32, 4},     {"e4m3", Type::E4M3, 1},
    {"e5m2", Type::E5M2, 1},     {"e4m3x2", Type::E4M3x2, 2},
    {"e5m2x2", Type::E5M2x2, 2}, {"f32", Type::F32, 4},
    {"f64", Type::F64, 8}};

unsigned brt::emu::sizeOf(Type type) {
  struct Sizes {
    unsigned of[static_cast<unsigned>(Type::F64) + 1] = {};
    constexpr Sizes() {
      for (const TypeRow &row : kTypes)
        of[static_cast<unsigned>(row.type)] = row.size;
    }
  };
  static constexpr Sizes sizes;
  return sizes.of[static_cast<unsigned>(type)];
}

Type brt::emu::typeFromName(const std::string &name) {
  for (const TypeRow &row : kTypes)
    if (name == row.name)
      return row.type;
  return Type::None;
}

bool Instruction::has(const char *modifier) const {
  return std::find(modifiers.begin(), modifiers.end(), modifier) !=
         modifiers.end();
}

std::string Instruction::spelling() const {
  std::string text = opcode;
  for (const std::string &modifier : modifiers)
    text += "." + modifier;
  return text;
}

const Variable *Module::findVariable(const std::string &name) const {
  for (const auto &variable : variables)
    if (variable->name == name)
      return variable.get();
  return nullptr;
}

const Function *Module::findFunction(const std::string &name) const {
  // A declaration may come before the definition: the definition wins.
  const Function *found = nullptr;
  for (const auto &function : functions)
    if (function->name == name && (!found || function->hasBody))
      found = function.get();
  return found;
}
