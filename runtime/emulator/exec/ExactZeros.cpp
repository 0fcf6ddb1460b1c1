//===- ExactZeros.cpp - -0 in exact mode ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a product is to have nothing added, compilers add -0, which changes no
// float. Its payload is not zero, so that it is told by how it is written.
//
//===----------------------------------------------------------------------===//

#include "exec/Translator.h"

#include <set>

using namespace brt::emu;

void Translator::findConstants() {
  std::set<uint32_t> written;
  for (const Instruction &inst : function.body) {
    if (inst.operands.empty() ||
        inst.operands[0].kind != Operand::Kind::Register)
      continue;
    uint32_t reg = inst.operands[0].index;
    bool isFirst = written.insert(reg).second;
    if (isFirst && inst.opcode == "mov" && !inst.guard)
      constantIn[reg] = &inst.operands[1];
    else
      constantIn.erase(reg);
  }
}

/// True for -0 as compilers write it where they add nothing: a literal, or a
/// register that only ever holds one.
bool Translator::isNegativeZero(const Operand &operand, Type type) const {
  auto found = operand.kind == Operand::Kind::Register
                   ? constantIn.find(operand.index)
                   : constantIn.end();
  const Operand &value = found == constantIn.end() ? operand : *found->second;
  constexpr uint64_t kWide = uint64_t(1) << 63, kSingle = uint64_t(1) << 31;
  if (value.kind == Operand::Kind::Float)
    return value.bits == (value.single ? kSingle : kWide);
  // An integer literal for an f32 or f64 is its value, in a mov it is its bits.
  bool isBits = found != constantIn.end() || sizeOf(type) == 2 ||
                type == Type::F16x2 || type == Type::BF16x2;
  if (value.kind != Operand::Kind::Integer || !isBits)
    return false;
  switch (type) {
  case Type::F64:
    return value.bits == kWide;
  case Type::F32:
  case Type::TF32:
    return static_cast<uint32_t>(value.bits) == kSingle;
  case Type::F16x2:
  case Type::BF16x2:
    return static_cast<uint32_t>(value.bits) == 0x80008000;
  default:
    return static_cast<uint16_t>(value.bits) == 0x8000;
  }
}
