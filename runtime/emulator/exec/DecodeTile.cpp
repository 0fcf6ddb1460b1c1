//===- DecodeTile.cpp - Elements of matrices to numbers -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/ExactRing.h"
#include "exec/FloatFormats.h"
#include "exec/Fragment.h"

using namespace brt::emu;

/// All values of a format of 8 bits.
static const float *tableOf(const FloatFormat &format) {
  struct Table {
    float values[256];
    explicit Table(const FloatFormat &format) {
      for (uint32_t bits = 0; bits < 256; ++bits)
        values[bits] = static_cast<float>(decode(bits, format));
    }
  };
  static const Table e4m3(kE4M3), e5m2(kE5M2);
  return format.hasInfinity ? e5m2.values : e4m3.values;
}

void brt::emu::decodeTile(const uint8_t *from, Type type, unsigned count,
                          float *to) {
  const auto *halves = reinterpret_cast<const uint16_t *>(from);
  const auto *words = reinterpret_cast<const uint32_t *>(from);
  switch (type) {
  case Type::F16:
    floatsFromF16(halves, count, to);
    return;
  case Type::BF16:
    for (unsigned i = 0; i < count; ++i)
      to[i] = floatFromBF16(halves[i]);
    return;
  case Type::TF32: // the low 13 bits do not count
    for (unsigned i = 0; i < count; ++i)
      to[i] = bitsAs<float>(words[i] & 0xffffe000);
    return;
  case Type::E4M3:
  case Type::E5M2: {
    const float *table = tableOf(type == Type::E4M3 ? kE4M3 : kE5M2);
    for (unsigned i = 0; i < count; ++i)
      to[i] = table[from[i]];
    return;
  }
  default: // F32
    std::memcpy(to, from, count * sizeof(float));
  }
}
void brt::emu::decodeTile(const uint8_t *from, Type type, unsigned count,
                          int32_t *to) {
  if (type == Type::S32)
    std::memcpy(to, from, count * sizeof(int32_t));
  else
    for (unsigned i = 0; i < count; ++i)
      to[i] = type == Type::S8 ? static_cast<int8_t>(from[i]) : from[i];
}
void brt::emu::decodeTile(const uint8_t *from, Type, unsigned count,
                          double *to) {
  std::memcpy(to, from, count * sizeof(double));
}

template <class Ring, class T>
static void embedTile(const uint8_t *from, unsigned count, T *to) {
  const auto *bits = reinterpret_cast<const typename Ring::Bits *>(from);
  for (unsigned i = 0; i < count; ++i)
    to[i] = Ring::embed(bits[i]);
}
void brt::emu::decodeTile(const uint8_t *from, Type type, unsigned count,
                          uint32_t *to) {
  switch (type) {
  case Type::F16:
    return embedTile<RingF16>(from, count, to);
  case Type::BF16:
    return embedTile<RingBF16>(from, count, to);
  case Type::E4M3:
    return embedTile<RingE4M3>(from, count, to);
  case Type::E5M2:
    return embedTile<RingE5M2>(from, count, to);
  default: // F32, TF32
    return embedTile<RingF32>(from, count, to);
  }
}
void brt::emu::decodeTile(const uint8_t *from, Type, unsigned count,
                          uint64_t *to) {
  embedTile<RingF64>(from, count, to);
}
