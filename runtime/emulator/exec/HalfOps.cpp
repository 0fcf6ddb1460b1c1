//===- HalfOps.cpp - f16 and bf16 arithmetic, single and packed -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.4. Sums and products of two halves are exact enough in double
// precision that one rounding to the format is right; fma rounds to odd first.
//
//===----------------------------------------------------------------------===//

#include "exec/FloatFormats.h"
#include "exec/Packed.h"

using namespace brt::emu;

namespace {
struct Add {
  static double apply(double a, double b) { return addToOdd(a, b); }
};
struct Sub {
  static double apply(double a, double b) { return addToOdd(a, -b); }
};
struct Mul {
  static double apply(double a, double b) { return a * b; }
};
struct Fma {
  static double apply(double a, double b, double c) {
    return fmaToOdd(a, b, c);
  }
};
template <bool max, bool keepNaN>
struct Extremum {
  static double apply(double a, double b) {
    if (a != a || b != b) {
      if (keepNaN || (a != a && b != b))
        return std::nan("");
      return a != a ? b : a;
    }
    if (a == b)
      return std::signbit(a) == max ? b : a;
    return (a < b) == max ? b : a;
  }
};

/// What follows the operation: nothing, into [0, 1], or negative to zero.
enum class Then { Nothing, Saturate, Relu };

template <class Format, class Core, Then then>
struct Half {
  template <class... T>
  static uint16_t apply(T... operands) {
    double result = Core::apply(Format::load(operands)...);
    if (then == Then::Saturate)
      result = result > 0 ? (result < 1 ? result : 1.0) : 0.0;
    if (then == Then::Relu && result == result)
      result = result > 0 ? result : 0.0;
    return Format::store(result);
  }
};
} // namespace

template <class Op, unsigned arity>
static Handler shaped(bool packed) {
  using U = uint32_t;
  using H = uint16_t;
  if constexpr (arity == 2)
    return packed ? mapBinary<Packed<Op>, U, U, U> : mapBinary<Op, H, H, H>;
  else
    return packed ? mapTernary<Packed<Op>, U, U, U, U>
                  : mapTernary<Op, H, H, H, H>;
}

template <class Core, unsigned arity>
static bool emitHalf(Translator &t, Type type) {
  bool packed = sizeOf(type) == 4;
  bool brain = type == Type::BF16 || type == Type::BF16x2;
  t.take("rn");
  Handler handler = nullptr;
  if (t.take("sat"))
    handler = brain
                  ? nullptr
                  : shaped<Half<Float16, Core, Then::Saturate>, arity>(packed);
  else if (t.take("relu"))
    handler = brain ? shaped<Half<BFloat16, Core, Then::Relu>, arity>(packed)
                    : shaped<Half<Float16, Core, Then::Relu>, arity>(packed);
  else
    handler = brain ? shaped<Half<BFloat16, Core, Then::Nothing>, arity>(packed)
                    : shaped<Half<Float16, Core, Then::Nothing>, arity>(packed);
  return arity == 2 ? emitBinary(t, handler, type, type, type)
                    : emitTernary(t, handler, type, type, type, type);
}

namespace {
template <bool clear, class Bits>
struct Sign {
  static Bits apply(Bits bits) {
    constexpr Bits signs = static_cast<Bits>(0x80008000u);
    return clear ? bits & static_cast<Bits>(~signs) : bits ^ signs;
  }
};
} // namespace

template <bool clear>
static bool changeSign(Translator &t, Type type) {
  Handler handler = sizeOf(type) == 4
                        ? mapUnary<Sign<clear, uint32_t>, uint32_t, uint32_t>
                        : mapUnary<Sign<clear, uint16_t>, uint16_t, uint16_t>;
  return emitUnary(t, handler, type, type);
}

bool brt::emu::halfArithmetic(Translator &t, Type type) {
  const std::string &op = t.inst().opcode;
  if (op == "add")
    return emitHalf<Add, 2>(t, type);
  if (op == "sub")
    return emitHalf<Sub, 2>(t, type);
  if (op == "mul")
    return emitHalf<Mul, 2>(t, type);
  if (op == "fma")
    return emitHalf<Fma, 3>(t, type);
  if (op == "neg")
    return changeSign<false>(t, type);
  if (op == "abs")
    return changeSign<true>(t, type);
  if (op == "min")
    return t.take("NaN") ? emitHalf<Extremum<false, true>, 2>(t, type)
                         : emitHalf<Extremum<false, false>, 2>(t, type);
  if (op == "max")
    return t.take("NaN") ? emitHalf<Extremum<true, true>, 2>(t, type)
                         : emitHalf<Extremum<true, false>, 2>(t, type);
  return t.unsupported();
}
