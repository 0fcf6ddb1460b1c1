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
