//===- Arithmetic.h - Picking handlers by type ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_ARITHMETIC_H
#define BRT_EMULATOR_EXEC_ARITHMETIC_H

#include "exec/Lanes.h"
#include "exec/Translator.h"

namespace brt::emu {

// d = op(a…) where each operand has its own type; a null handler refuses.
inline bool emitUnary(Translator &t, Handler handler, Type d, Type a) {
  if (!handler)
    return t.unsupported();
  if (!t.expectOperands(2))
    return false;
  uint32_t ra = t.source(t.operand(1), a);
  t.emit(handler, t.target(t.operand(0), d), ra);
  return true;
}

inline bool emitBinary(Translator &t, Handler handler, Type d, Type a, Type b) {
  if (!handler)
    return t.unsupported();
  if (!t.expectOperands(3))
    return false;
  uint32_t ra = t.source(t.operand(1), a), rb = t.source(t.operand(2), b);
  t.emit(handler, t.target(t.operand(0), d), ra, rb);
  return true;
}

inline bool emitTernary(Translator &t, Handler handler, Type d, Type a, Type b,
                        Type c) {
  if (!handler)
    return t.unsupported();
  if (!t.expectOperands(4))
    return false;
  uint32_t ra = t.source(t.operand(1), a), rb = t.source(t.operand(2), b),
           rc = t.source(t.operand(3), c);
  t.emit(handler, t.target(t.operand(0), d), ra, rb, rc);
  return true;
}

/// Calls `pick` with a value of the C++ type of an integer type.
template <class Pick>
Handler forInteger(Type type, Pick pick) {
  switch (type) {
  case Type::U16:
    return pick(uint16_t());
  case Type::S16:
    return pick(int16_t());
  case Type::U32:
    return pick(uint32_t());
  case Type::S32:
    return pick(int32_t());
  case Type::U64:
    return pick(uint64_t());
  case Type::S64:
    return pick(int64_t());
  default:
    return nullptr;
  }
}

/// The same for untyped bits.
template <class Pick>
Handler forBits(Type type, Pick pick) {
  switch (type) {
  case Type::B16:
    return pick(uint16_t());
  case Type::B32:
    return pick(uint32_t());
  case Type::B64:
    return pick(uint64_t());
  default:
    return nullptr;
  }
}

/// Integers and bits of every width. Values of 8 bits live in 16-bit registers.
template <class Pick>
Handler forAnyInteger(Type type, Pick pick) {
  if (type == Type::U8 || type == Type::B8)
    return pick(uint8_t());
  if (type == Type::S8)
    return pick(int8_t());
  Handler handler = forInteger(type, pick);
  return handler ? handler : forBits(type, pick);
}

/// Any floating-point type, packed or not.
inline bool isFloatType(Type type) { return type >= Type::F16; }

/// Rounding of a result (PTX ISA 9.7.3).
enum class Rounding : uint8_t { Nearest, Zero, Down, Up };

// The opcodes shared by several kinds of type, each kind in its own file.
bool integerArithmetic(Translator &t, Type type);
bool carryArithmetic(Translator &t);
bool floatArithmetic(Translator &t, Type type);
bool halfArithmetic(Translator &t, Type type);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_ARITHMETIC_H
