//===- FloatFormats.cpp - Rounding to the formats of PTX ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/FloatFormats.h"

#include <algorithm>

using namespace brt::emu;

uint32_t brt::emu::encode(double value, const FloatFormat &format,
                          NarrowRounding mode, bool finite) {
  if (value != value)
    return format.nan;
  uint32_t sign = std::signbit(value) ? format.signBit() : 0;
  double magnitude = std::fabs(value);
  uint32_t infinity = format.largest() + 1;
  bool clamps = finite || !format.hasInfinity;
  if (std::isinf(magnitude))
    return sign | (clamps ? format.largest() : infinity);

  if (magnitude == 0)
    return sign;

  int exponent = 0;
  std::frexp(magnitude, &exponent);
  int lowest = 1 - format.bias();
  // The power of two of the leading digit; numbers below the normal range share
  // the lowest one.
  int lead = std::max(exponent - 1, lowest);
  double scaled = std::ldexp(magnitude, format.mantissaBits - lead);
  if (lead > format.bias() + 1)
    return sign | (clamps ? format.largest() : infinity);
  double whole = std::floor(scaled), rest = scaled - whole;
  uint32_t digits = static_cast<uint32_t>(whole);
  bool up = mode == NarrowRounding::NearestAway ? rest >= 0.5
            : mode == NarrowRounding::NearestEven
                ? rest > 0.5 || (rest == 0.5 && (digits & 1))
                : false;
  // A carry out of the digits moves into the exponent by itself.
  uint32_t bits =
      (static_cast<uint32_t>(lead - lowest) << format.mantissaBits) + digits +
      up;
  if (bits > format.largest()) {
    bool toZero = mode == NarrowRounding::Zero;
    bits = clamps || toZero ? format.largest() : infinity;
  }
  return sign | bits;
}

double brt::emu::decode(uint32_t bits, const FloatFormat &format) {
  double sign = bits & format.signBit() ? -1.0 : 1.0;
  bits &= format.signBit() - 1;
  if (bits > format.largest() && format.hasInfinity)
    return bits == format.largest() + 1 ? sign * HUGE_VAL : std::nan("");
  if (bits > format.largest())
    return std::nan("");
  uint32_t mantissa = bits & ((1u << format.mantissaBits) - 1);
  int exponent = static_cast<int>(bits >> format.mantissaBits);
  int lowest = 1 - format.bias();
  if (exponent == 0)
    return sign * std::ldexp(mantissa, lowest - format.mantissaBits);
  return sign * std::ldexp((1u << format.mantissaBits) + mantissa,
                           lowest + exponent - 1 - format.mantissaBits);
}
