//===- FloatFormats.h - Rounding to the formats of PTX --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Directed rounding and the small formats go through one device: the exact
// result is first rounded *to odd* in double precision, which keeps enough of
// it that one more rounding to any narrower format, in any mode, is right.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_FLOATFORMATS_H
#define BRT_EMULATOR_EXEC_FLOATFORMATS_H

#include "exec/Arithmetic.h"

#include <cmath>
#include <cstring>
#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace brt::emu {

template <class To, class From>
inline To bitsAs(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

/// What arithmetic on f32 returns for NaN (PTX ISA 9.7.3).
constexpr uint32_t kNaN32 = 0x7fffffff;
inline float canonicalNaN() { return bitsAs<float>(kNaN32); }
inline float canonical(float value) {
  return value != value ? canonicalNaN() : value;
}

/// Subnormal f32 to zero of the same sign.
inline float flushSubnormal(float value) {
  uint32_t bits = bitsAs<uint32_t>(value);
  return (bits & 0x7f800000) == 0 ? bitsAs<float>(bits & 0x80000000) : value;
}

/// .sat: into [0, 1], NaN to +0.
inline float saturate(float value) {
  return value > 0 ? (value < 1 ? value : 1.0f) : 0.0f;
}

/// The rounded `value` and what it lacks of the exact result: to odd.
inline double toOdd(double value, double error) {
  if (error == 0 || !std::isfinite(value) || (bitsAs<uint64_t>(value) & 1))
    return value;
  return std::nextafter(value, error > 0 ? HUGE_VAL : -HUGE_VAL);
}

inline double addToOdd(double a, double b) {
  double sum = a + b, part = sum - a;
  return toOdd(sum, (a - (sum - part)) + (b - part));
}

/// a * b must be exact in double.
inline double fmaToOdd(double a, double b, double c) {
  return addToOdd(a * b, c);
}

inline double divToOdd(double a, double b) {
  double quotient = a / b;
  if (!std::isfinite(quotient) || !std::isfinite(b))
    return quotient;
  double rest = std::fma(-quotient, b, a);
  return toOdd(quotient, b < 0 ? -rest : rest);
}

inline double sqrtToOdd(double a) {
  double root = std::sqrt(a);
  return std::isfinite(root) ? toOdd(root, std::fma(-root, root, a)) : root;
}

/// Double to f32 in any mode.
inline float roundToFloat(double value, Rounding mode) {
  float nearest = static_cast<float>(value);
  bool up = nearest<value, down = nearest> value;
  switch (mode) {
  case Rounding::Zero:
    if (value > 0 ? down : up)
      return std::nextafterf(nearest, 0.0f);
    break;
  case Rounding::Down:
    if (down)
      return std::nextafterf(nearest, -HUGE_VALF);
    break;
  case Rounding::Up:
    if (up)
      return std::nextafterf(nearest, HUGE_VALF);
    break;
  case Rounding::Nearest:
    break;
  }
  return nearest;
}

/// A narrow binary format: sign, exponent, mantissa. (PTX ISA 5.2.3.)
struct FloatFormat {
  int exponentBits, mantissaBits;
  bool hasInfinity; // e4m3 has none: its top exponent holds numbers
  uint32_t nan;

  int bias() const { return (1 << (exponentBits - 1)) - 1; }
  uint32_t signBit() const { return 1u << (exponentBits + mantissaBits); }
  /// The largest finite value, without sign.
  uint32_t largest() const {
    return hasInfinity ? (((1u << exponentBits) - 1) << mantissaBits) - 1
                       : signBit() - 2;
  }
};
constexpr FloatFormat kF16 = {5, 10, true, 0x7fff};
constexpr FloatFormat kBF16 = {8, 7, true, 0x7fff};
constexpr FloatFormat kTF32 = {8, 10, true, 0x3ffff};
constexpr FloatFormat kE4M3 = {4, 3, false, 0x7f};
constexpr FloatFormat kE5M2 = {5, 2, true, 0x7f};

/// Rounding of conversions: the modes above, and ties away from zero.
enum class NarrowRounding : uint8_t { NearestEven, NearestAway, Zero };

/// `value` (exact, or rounded to odd) in `format`. Overflow gives infinity, or
/// the largest number where `finite` is set or the format has no infinity.
uint32_t encode(double value, const FloatFormat &format,
                NarrowRounding mode = NarrowRounding::NearestEven,
                bool finite = false);
double decode(uint32_t bits, const FloatFormat &format);

inline float floatFromBF16(uint16_t bits) {
  return bitsAs<float>(uint32_t(bits) << 16);
}
inline float floatFromF16(uint16_t bits) {
#if defined(__F16C__)
  return _cvtsh_ss(bits);
#else
  return static_cast<float>(decode(bits, kF16));
#endif
}
/// `count` is a multiple of 8.
inline void floatsFromF16(const uint16_t *from, unsigned count, float *to) {
#if defined(__F16C__)
  for (unsigned i = 0; i < count; i += 8)
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(
                                 reinterpret_cast<const __m128i *>(from + i))));
#else
  for (unsigned i = 0; i < count; ++i)
    to[i] = floatFromF16(from[i]);
#endif
}
inline uint16_t f16FromFloat(float value) {
#if defined(__F16C__)
  return value != value ? static_cast<uint16_t>(kF16.nan)
                        : _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
#else
  return static_cast<uint16_t>(encode(value, kF16));
#endif
}

// How each format is read from a register and written to one.
struct Float32 {
  using Bits = float;
  static double load(float value) { return value; }
  static float store(double value, Rounding mode = Rounding::Nearest) {
    return canonical(roundToFloat(value, mode));
  }
};
struct Float64 {
  using Bits = double;
  static double load(double value) { return value; }
  static double store(double value, Rounding = Rounding::Nearest) {
    return value;
  }
};
inline NarrowRounding narrowMode(Rounding mode) {
  return mode == Rounding::Zero ? NarrowRounding::Zero
                                : NarrowRounding::NearestEven;
}
struct Float16 {
  using Bits = uint16_t;
  static double load(uint16_t bits) { return floatFromF16(bits); }
  static uint16_t store(double value, Rounding mode = Rounding::Nearest) {
    return static_cast<uint16_t>(encode(value, kF16, narrowMode(mode)));
  }
};
struct BFloat16 {
  using Bits = uint16_t;
  static double load(uint16_t bits) { return floatFromBF16(bits); }
  static uint16_t store(double value, Rounding mode = Rounding::Nearest) {
    return static_cast<uint16_t>(encode(value, kBF16, narrowMode(mode)));
  }
};

/// Calls `pick` with the format of a floating-point type.
template <class Pick>
Handler forFloat(Type type, Pick pick) {
  switch (type) {
  case Type::F32:
    return pick(Float32());
  case Type::F64:
    return pick(Float64());
  case Type::F16:
    return pick(Float16());
  case Type::BF16:
    return pick(BFloat16());
  default:
    return nullptr;
  }
}

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_FLOATFORMATS_H
