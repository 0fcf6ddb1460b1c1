//===- SmallNumbers.h - Matrices of small integers ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of matrices whose elements are -3 to 3 are exact in every format.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_TEST_EMULATOR_SMALLNUMBERS_H
#define BRT_TEST_EMULATOR_SMALLNUMBERS_H

#include <cstdint>
#include <string>

namespace brt::emu::test {

// The bits of -3 to 3 in each format.
inline uint32_t asF16(int v) {
  static const uint32_t table[] = {0, 0x3c00, 0x4000, 0x4200};
  return table[v < 0 ? -v : v] | (v < 0 ? 0x8000 : 0);
}
inline uint32_t asBF16(int v) {
  static const uint32_t table[] = {0, 0x3f80, 0x4000, 0x4040};
  return table[v < 0 ? -v : v] | (v < 0 ? 0x8000 : 0);
}
/// The low 13 bits are to be ignored.
inline uint32_t asTF32(int v) { return asBF16(v) << 16 | 0x1fff; }
inline uint32_t asE4M3(int v) {
  static const uint32_t table[] = {0, 0x38, 0x40, 0x44};
  return table[v < 0 ? -v : v] | (v < 0 ? 0x80 : 0);
}
inline uint32_t asE5M2(int v) {
  static const uint32_t table[] = {0, 0x3c, 0x40, 0x42};
  return table[v < 0 ? -v : v] | (v < 0 ? 0x80 : 0);
}
inline uint32_t asS8(int v) { return static_cast<uint8_t>(v); }

/// The integer of an f16, up to 2047 either way.
inline int integerOfF16(uint16_t bits) {
  int exponent = (bits >> 10 & 31) - 15;
  int size =
      bits & 0x7fff ? ((1024 | (bits & 1023)) << 5) >> (15 - exponent) : 0;
  return bits & 0x8000 ? -size : size;
}

// Elements of the factors.
inline int valueA(unsigned row, unsigned k) {
  return static_cast<int>((row * 5 + k * 3) % 7) - 3;
}
inline int valueB(unsigned k, unsigned column) {
  return static_cast<int>((k * 2 + column * 11) % 7) - 3;
}

/// "{%d0, %d1, …}".
inline std::string registerList(const char *stem, unsigned count) {
  std::string text = "{";
  for (unsigned i = 0; i < count; ++i)
    text += (i ? ", %" : "%") + std::string(stem) + std::to_string(i);
  return text + "}";
}

} // namespace brt::emu::test

#endif // BRT_TEST_EMULATOR_SMALLNUMBERS_H
