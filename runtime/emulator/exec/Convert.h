//===- Convert.h - Float formats as conversion operands -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_CONVERT_H
#define BRT_EMULATOR_EXEC_CONVERT_H

#include "exec/FloatFormats.h"

#include <cfloat>

namespace brt::emu {

/// Below this an f32 is subnormal.
constexpr double kSmallestNormal32 = FLT_MIN;

/// Flags of conversions, in Inst::aux2; the rounding mode is `aux`.
enum : uint32_t {
  kFlushInput = 1, // .ftz
  kIntegral = 2,   // .rni and its like, to a float
  kSaturate = 4,   // .sat
  kRelu = 8,       // .relu
  kFinite = 16     // .satfinite
};

// How each format is read from a register and written to one.
struct Float32 {
  using Bits = float;
  static double load(float value) { return value; }
  static float store(double value, Rounding mode) {
    return canonical(roundToFloat(value, mode));
  }
};
struct Float64 {
  using Bits = double;
  static double load(double value) { return value; }
  static double store(double value, Rounding) { return value; }
};
inline NarrowRounding narrowMode(Rounding mode) {
  return mode == Rounding::Zero ? NarrowRounding::Zero
                                : NarrowRounding::NearestEven;
}
struct Float16 {
  using Bits = uint16_t;
  static double load(uint16_t bits) { return floatFromF16(bits); }
  static uint16_t store(double value, Rounding mode) {
    return static_cast<uint16_t>(encode(value, kF16, narrowMode(mode)));
  }
};
struct BFloat16 {
  using Bits = uint16_t;
  static double load(uint16_t bits) { return floatFromBF16(bits); }
  static uint16_t store(double value, Rounding mode) {
    return static_cast<uint16_t>(encode(value, kBF16, narrowMode(mode)));
  }
};
/// tf32 sits in the high bits of a 32-bit register; .rna rounds ties away.
struct TFloat32 {
  using Bits = uint32_t;
  static uint32_t store(double value, Rounding) {
    constexpr unsigned unused = 13;
    return encode(value, kTF32, NarrowRounding::NearestAway) << unused;
  }
};

struct ConversionModifiers {
  Rounding rounding = Rounding::Nearest;
  bool away = false; // .rna
  uint32_t flags = 0;
};
ConversionModifiers takeConversionModifiers(Translator &t);

/// cvt with two f32 sources or with packed types.
bool isPackedConversion(const Translator &t);
bool packedConversion(Translator &t);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_CONVERT_H
