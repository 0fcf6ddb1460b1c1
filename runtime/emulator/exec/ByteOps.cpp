//===- ByteOps.cpp - prmt, dp4a, vadd4 ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Arithmetic.h"

using namespace brt::emu;

namespace {
struct Dp4aUU {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    for (int i = 0; i < 32; i += 8)
      c += (a >> i & 255) * (b >> i & 255);
    return c;
  }
};
struct Dp4aSS {
  static int32_t apply(int32_t a, int32_t b, int32_t c) {
    uint32_t sum = c;
    for (int i = 0; i < 32; i += 8)
      sum += static_cast<uint32_t>(static_cast<int8_t>(a >> i) *
                                   static_cast<int8_t>(b >> i));
    return static_cast<int32_t>(sum);
  }
};
/// Generic byte permute: the top bit of a selector spreads the byte's sign.
struct Prmt {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t selector) {
    uint64_t bytes = uint64_t(b) << 32 | a;
    uint32_t result = 0;
    for (unsigned i = 0; i < 4; ++i) {
      uint32_t pick = selector >> (4 * i) & 15;
      uint32_t byte = bytes >> (8 * (pick & 7)) & 255;
      if (pick & 8)
        byte = byte & 128 ? 255 : 0;
      result |= byte << (8 * i);
    }
    return result;
  }
};
/// Four sums of bytes, without carries between them (PTX ISA 9.7.17.3).
struct Vadd4 {
  static uint32_t apply(uint32_t a, uint32_t b) {
    constexpr uint32_t low = 0x7f7f7f7f;
    return ((a & low) + (b & low)) ^ ((a ^ b) & ~low);
  }
};
} // namespace

void brt::emu::addByteOps(OpcodeTable &table) {
  table["prmt"] = [](Translator &t) {
    using U = uint32_t;
    return emitTernary(
        t, t.takeType() == Type::B32 ? mapTernary<Prmt, U, U, U, U> : nullptr,
        Type::B32, Type::B32, Type::B32, Type::U32);
  };
  table["dp4a"] = [](Translator &t) {
    Type a = t.takeType(), b = t.takeType();
    Handler handler = nullptr;
    if (a == Type::S32 && b == Type::S32)
      handler = mapTernary<Dp4aSS, int32_t, int32_t, int32_t, int32_t>;
    else if (a == Type::U32 && b == Type::U32)
      handler = mapTernary<Dp4aUU, uint32_t, uint32_t, uint32_t, uint32_t>;
    return emitTernary(t, handler, Type::B32, Type::B32, Type::B32, Type::B32);
  };
  table["vadd4"] = [](Translator &t) {
    for (int i = 0; i < 3; ++i)
      if (Type type = t.takeType(); type != Type::U32 && type != Type::S32)
        return t.unsupported();
    // Bytes outside the destination's mask come from c; there is no mask.
    if (!t.expectOperands(4))
      return false;
    uint32_t a = t.source(t.operand(1), Type::U32),
             b = t.source(t.operand(2), Type::U32);
    t.source(t.operand(3), Type::U32);
    t.emit(mapBinary<Vadd4, uint32_t, uint32_t, uint32_t>,
           t.target(t.operand(0), Type::U32), a, b);
    return true;
  };
}
