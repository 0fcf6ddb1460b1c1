//===- ExactRing.h - Integers in place of floats --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In exact mode a float of w bits stands for an integer modulo 2^w, its
// *payload*, as in Triton's FpSan. Registers and memory keep the float's bits;
// an operation embeds them, computes, and goes back. The map is one to one and
//
// - takes 0, 1 and -1 to themselves, and a flipped sign to the negative;
// - of bf16, followed by 16 zero bits, to the sign-extended payload of an f32:
//   the shifts and masks with which compilers widen bf16 are right as they are,
//   and the upper half of an f32 is its payload cut to 16 bits.
//
// Casts extend the sign or cut, and cutting keeps sums and products.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_EXACTRING_H
#define BRT_EMULATOR_EXEC_EXACTRING_H

#include "exec/Lanes.h"

#include <type_traits>

namespace brt::emu {

/// The inverse of an odd number modulo 2^w, by Newton's iteration: 3 bits are
/// right at first, and each step doubles them.
template <class T>
constexpr T oddInverse(T odd) {
  T inverse = odd;
  for (unsigned bits = 3; bits < 8 * sizeof(T); bits *= 2)
    inverse = static_cast<T>(inverse * (2 - odd * inverse));
  return inverse;
}

/// What division multiplies with: of an odd number the inverse; of 2^k o, with
/// o odd, 2^k times that of o. Multiplicative, and its own inverse.
template <class T>
T ringInverse(T value) {
  if (value == 0)
    return 0;
  unsigned zeros = static_cast<unsigned>(
      __builtin_ctzll(static_cast<unsigned long long>(value)));
  return static_cast<T>(oddInverse(static_cast<T>(value >> zeros)) << zeros);
}

/// exp2 takes sums to products: powers of a number of the highest order.
template <class T>
T ringExp2(T exponent) {
  T power = static_cast<T>(0x9e3779b97f4a7c15u), result = 1;
  for (unsigned bit = 0; bit < 8 * sizeof(T); ++bit) {
    T factor = exponent >> bit & 1 ? power : T(1);
    result = static_cast<T>(result * factor);
    power = static_cast<T>(power * power);
  }
  return result;
}

/// Any other function: equal to itself and to nothing else.
template <class T>
T ringTag(T value, uint64_t function) {
  constexpr uint64_t kFirst = 0xbf58476d1ce4e5b9u,
                     kSecond = 0x94d049bb133111ebu;
  T mixed = static_cast<T>(value * static_cast<T>(kFirst));
  mixed ^= static_cast<T>((function + 1) * kSecond);
  return static_cast<T>(mixed * static_cast<T>(kSecond));
}

/// A format with a sign, an exponent and a mantissa. The magnitude is turned by
/// the length of the mantissa, which makes 1.0 odd, and scaled to make it 1.
template <class T, unsigned mantissa>
struct TurnedRing {
  using Bits = T;
  using Payload = std::conditional_t<sizeof(T) < 4, uint32_t, T>;
  static constexpr unsigned kWidth = 8 * sizeof(T) - 1; // of the magnitude
  static constexpr T kSign = static_cast<T>(T(1) << kWidth), kMask = kSign - 1;
  static constexpr T kExponentOfOne =
      static_cast<T>((T(1) << (kWidth - mantissa - 1)) - 1);
  static constexpr Payload kScale = oddInverse<Payload>(kExponentOfOne) & kMask;
  static constexpr T kOne = static_cast<T>(kExponentOfOne << mantissa);
  static constexpr T kInfinity = static_cast<T>(2 * kExponentOfOne + 1)
                                 << mantissa;

  /// Sign-extended.
  static Payload embed(T bits) {
    Payload magnitude = bits & kMask;
    Payload turned =
        (magnitude >> mantissa | magnitude << (kWidth - mantissa)) & kMask;
    Payload scaled = turned * kScale & kMask;
    Payload negative = scaled ? 0 - scaled : 0 - static_cast<Payload>(kSign);
    return bits & kSign ? negative : scaled;
  }
  static T unembed(Payload payload) {
    bool isNegative = payload & kSign;
    Payload scaled = (isNegative ? 0 - payload : payload) & kMask;
    Payload turned = scaled * kExponentOfOne & kMask;
    Payload magnitude =
        (turned << mantissa | turned >> (kWidth - mantissa)) & kMask;
    return static_cast<T>(magnitude | (isNegative ? kSign : 0));
  }
};

using RingF16 = TurnedRing<uint16_t, 10>;
using RingBF16 = TurnedRing<uint16_t, 7>;
using RingE4M3 = TurnedRing<uint8_t, 3>;
using RingE5M2 = TurnedRing<uint8_t, 2>;
using RingF64 = TurnedRing<uint64_t, 52>;

/// The upper half as bf16 gives the low half of the payload; the lower half,
/// flipped under a negative one, the upper.
struct RingF32 {
  using Bits = uint32_t;
  using Payload = uint32_t;
  static constexpr uint32_t kSign = 0x80000000, kOne = 0x3f800000,
                            kInfinity = 0x7f800000, kHalf = 0xffff;

  static uint32_t embed(uint32_t bits) {
    uint32_t low = RingBF16::embed(static_cast<uint16_t>(bits >> 16));
    return low ^ bits << 16;
  }
  static uint32_t unembed(uint32_t payload) {
    uint32_t low = payload & kHalf;
    uint32_t extended = (low ^ 0x8000) - 0x8000;
    uint32_t high = RingBF16::unembed(low);
    return high << 16 | (payload ^ extended) >> 16;
  }
};

/// The order of max and of comparisons: that of the floats for numbers as
/// programs write them, with the infinities at its ends, and total.
template <class Ring>
auto ringRank(typename Ring::Bits bits) {
  __extension__ typedef __int128 Wide;
  using Rank = std::conditional_t<sizeof(bits) == 8, Wide, int64_t>;
  constexpr typename Ring::Bits kMask = Ring::kSign - 1;
  Rank magnitude = bits & kMask;
  if (magnitude == Ring::kInfinity)
    magnitude = Rank(Ring::kSign) + 1;
  return bits & Ring::kSign ? -1 - magnitude : magnitude;
}

/// Calls `pick` with the ring of a floating-point type.
template <class Pick>
Handler forRing(Type type, Pick pick) {
  switch (type) {
  case Type::F32:
  case Type::TF32:
    return pick(RingF32());
  case Type::F64:
    return pick(RingF64());
  case Type::F16:
  case Type::F16x2:
    return pick(RingF16());
  case Type::BF16:
  case Type::BF16x2:
    return pick(RingBF16());
  default:
    return nullptr;
  }
}

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_EXACTRING_H
