//===- FloatOps.cpp - f32 and f64 arithmetic ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.3. Rounding to nearest runs on the host's own arithmetic; the
// directed modes, rare in real code, go through double precision.
//
//===----------------------------------------------------------------------===//

#include "exec/FloatFormats.h"

using namespace brt::emu;

namespace {
struct Add {
  template <class T>
  static T apply(T a, T b) {
    return a + b;
  }
  static double odd(double a, double b, double) { return addToOdd(a, b); }
};
struct Sub {
  template <class T>
  static T apply(T a, T b) {
    return a - b;
  }
  static double odd(double a, double b, double) { return addToOdd(a, -b); }
};
struct Mul {
  template <class T>
  static T apply(T a, T b) {
    return a * b;
  }
  static double odd(double a, double b, double) { return a * b; }
};
struct Div {
  template <class T>
  static T apply(T a, T b) {
    return a / b;
  }
  static double odd(double a, double b, double) { return divToOdd(a, b); }
};
struct Fma {
  template <class T>
  static T apply(T a, T b, T c) {
    return std::fma(a, b, c);
  }
  static double odd(double a, double b, double c) { return fmaToOdd(a, b, c); }
};
struct Sqrt {
  template <class T>
  static T apply(T a) {
    return std::sqrt(a);
  }
  static double odd(double a, double, double) { return sqrtToOdd(a); }
};
struct Rcp {
  template <class T>
  static T apply(T a) {
    return T(1) / a;
  }
  static double odd(double a, double, double) { return divToOdd(1, a); }
};

/// An f32 operation with its modifiers around it.
template <class Core, bool ftz, bool sat>
struct Single {
  template <class... T>
  static float apply(T... operands) {
    float result = Core::apply((ftz ? flushSubnormal(operands) : operands)...);
    if (sat)
      return saturate(ftz ? flushSubnormal(result) : result);
    result = canonical(result);
    return ftz ? flushSubnormal(result) : result;
  }
};
} // namespace

/// Bits of Inst::aux for the slow handlers; the rounding mode is `aux2`.
enum : uint32_t { kFtz = 1, kSat = 2 };

/// Any f32 operation in any rounding mode.
template <class Core, unsigned arity>
static const Inst *runDirected(const Inst *inst, Warp &warp) {
  const float *a = warp.reg<float>(inst->a), *b = warp.reg<float>(inst->b),
              *c = warp.reg<float>(inst->c);
  float *d = warp.reg<float>(inst->d);
  Rounding mode = static_cast<Rounding>(inst->aux2);
  auto load = [&](const float *from, unsigned lane) {
    return inst->aux & kFtz ? flushSubnormal(from[lane]) : from[lane];
  };
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    float x = load(a, lane), y = arity > 1 ? load(b, lane) : 0,
          z = arity > 2 ? load(c, lane) : 0;
    double exact = Core::odd(x, y, z);
    float result = canonical(roundToFloat(exact, mode));
    // An exact zero sum of unlike signs is -0 when rounding down.
    if (mode == Rounding::Down && exact == 0 && arity != 1 &&
        (std::is_same_v<Core, Add> || std::is_same_v<Core, Sub> ||
         std::is_same_v<Core, Fma>)) {
      double left = std::is_same_v<Core, Fma> ? double(x) * y : x;
      double right = std::is_same_v<Core, Fma>   ? z
                     : std::is_same_v<Core, Sub> ? -y
                                                 : y;
      result = std::signbit(left) || std::signbit(right) ? -0.0f : 0.0f;
    }
    if (inst->aux & kFtz)
      result = flushSubnormal(result);
    d[lane] = inst->aux & kSat ? saturate(result) : result;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class Core, unsigned arity, bool ftz, bool sat>
static Handler nearest() {
  using Op = Single<Core, ftz, sat>;
  if constexpr (arity == 1)
    return mapUnary<Op, float, float>;
  else if constexpr (arity == 2)
    return mapBinary<Op, float, float, float>;
  else
    return mapTernary<Op, float, float, float, float>;
}

static Rounding takeRounding(Translator &t) {
  t.take("rn");
  return t.take("rz")   ? Rounding::Zero
         : t.take("rm") ? Rounding::Down
         : t.take("rp") ? Rounding::Up
                        : Rounding::Nearest;
}

static bool emitByArity(Translator &t, Handler handler, unsigned arity,
                        Type type) {
  return arity == 1   ? emitUnary(t, handler, type, type)
         : arity == 2 ? emitBinary(t, handler, type, type, type)
                      : emitTernary(t, handler, type, type, type, type);
}

template <class Core, unsigned arity>
static bool single(Translator &t) {
  Rounding mode = takeRounding(t);
  bool ftz = t.take("ftz"), sat = t.take("sat");
  if (mode == Rounding::Nearest) {
    Handler handler = ftz ? (sat ? nearest<Core, arity, true, true>()
                                 : nearest<Core, arity, true, false>())
                          : (sat ? nearest<Core, arity, false, true>()
                                 : nearest<Core, arity, false, false>());
    return emitByArity(t, handler, arity, Type::F32);
  }
  if (!emitByArity(t, runDirected<Core, arity>, arity, Type::F32))
    return false;
  Inst &made = t.group->insts.back();
  made.aux = (ftz ? uint32_t(kFtz) : 0) | (sat ? uint32_t(kSat) : 0);
  made.aux2 = static_cast<uint32_t>(mode);
  return true;
}

namespace {
/// f64 keeps whatever NaN the host makes of its operands.
template <class Core>
struct Double {
  template <class... T>
  static double apply(T... operands) {
    return Core::apply(operands...);
  }
};
} // namespace

template <class Core, unsigned arity>
static bool arithmeticOf(Translator &t, Type type) {
  if (type == Type::F32)
    return single<Core, arity>(t);
  t.take("rn");
  using Op = Double<Core>;
  if constexpr (arity == 1)
    return emitUnary(t, mapUnary<Op, double, double>, type, type);
  else if constexpr (arity == 2)
    return emitBinary(t, mapBinary<Op, double, double, double>, type, type,
                      type);
  else
    return emitTernary(t, mapTernary<Op, double, double, double, double>, type,
                       type, type, type);
}

namespace {
template <bool clear, class Bits, bool ftz>
struct Sign {
  static Bits apply(Bits bits) {
    constexpr Bits sign = Bits(1) << (8 * sizeof(Bits) - 1);
    if (ftz && (bits & 0x7f800000) == 0)
      bits &= sign;
    return clear ? bits & ~sign : bits ^ sign;
  }
};

/// min and max (PTX ISA 9.7.3.11): -0 below +0; a NaN loses to a number unless
/// `.NaN` asks for it.
template <class T, bool max, bool keepNaN, bool ftz, bool xorSign>
struct Extremum {
  static T apply(T a, T b) {
    if constexpr (ftz) {
      a = flushSubnormal(a);
      b = flushSubnormal(b);
    }
    bool sign = std::signbit(a) != std::signbit(b);
    if (xorSign) {
      a = std::fabs(a);
      b = std::fabs(b);
    }
    T result = pick(a, b);
    return xorSign && result == result
               ? std::copysign(result, sign ? T(-1) : T(1))
               : result;
  }
  static T pick(T a, T b) {
    bool aIsNaN = a != a, bIsNaN = b != b;
    if (aIsNaN || bIsNaN) {
      if (keepNaN || (aIsNaN && bIsNaN))
        return sizeof(T) == 4 ? T(canonicalNaN()) : (aIsNaN ? a : b);
      return aIsNaN ? b : a;
    }
    if (a == b)
      return std::signbit(a) == max ? b : a;
    return (a < b) == max ? b : a;
  }
};
struct CopySign {
  static float apply(float a, float b) { return std::copysign(b, a); }
  static double apply(double a, double b) { return std::copysign(b, a); }
};
} // namespace

template <bool clear>
static bool changeSign(Translator &t, Type type) {
  Handler handler = nullptr;
  if (type == Type::F64)
    handler = mapUnary<Sign<clear, uint64_t, false>, uint64_t, uint64_t>;
  else if (t.take("ftz"))
    handler = mapUnary<Sign<clear, uint32_t, true>, uint32_t, uint32_t>;
  else
    handler = mapUnary<Sign<clear, uint32_t, false>, uint32_t, uint32_t>;
  return emitUnary(t, handler, type, type);
}

template <bool max, bool keepNaN, bool ftz>
static Handler extremumOf(bool xorSign) {
  return xorSign ? mapBinary<Extremum<float, max, keepNaN, ftz, true>, float,
                             float, float>
                 : mapBinary<Extremum<float, max, keepNaN, ftz, false>, float,
                             float, float>;
}

template <bool max>
static bool extremum(Translator &t, Type type) {
  if (type == Type::F64)
    return emitBinary(t,
                      mapBinary<Extremum<double, max, false, false, false>,
                                double, double, double>,
                      type, type, type);
  bool keepNaN = t.take("NaN"), ftz = t.take("ftz");
  bool xorSign = t.take("xorsign");
  if (xorSign && !t.take("abs"))
    return t.unsupported();
  Handler handler = keepNaN ? (ftz ? extremumOf<max, true, true>(xorSign)
                                   : extremumOf<max, true, false>(xorSign))
                            : (ftz ? extremumOf<max, false, true>(xorSign)
                                   : extremumOf<max, false, false>(xorSign));
  return emitBinary(t, handler, type, type, type);
}

/// div.approx and div.full may err by 2 ulp; here they divide exactly
/// (PTX ISA 9.7.3.8).
static bool divide(Translator &t, Type type) {
  if (type == Type::F32 && !t.take("approx"))
    t.take("full");
  return arithmeticOf<Div, 2>(t, type);
}

bool brt::emu::floatArithmetic(Translator &t, Type type) {
  const std::string &op = t.inst().opcode;
  if (op == "add")
    return arithmeticOf<Add, 2>(t, type);
  if (op == "sub")
    return arithmeticOf<Sub, 2>(t, type);
  if (op == "mul")
    return arithmeticOf<Mul, 2>(t, type);
  if (op == "fma" || op == "mad")
    return arithmeticOf<Fma, 3>(t, type);
  if (op == "div")
    return divide(t, type);
  if (op == "neg")
    return changeSign<false>(t, type);
  if (op == "abs")
    return changeSign<true>(t, type);
  if (op == "min")
    return extremum<false>(t, type);
  if (op == "max")
    return extremum<true>(t, type);
  // The approximate forms of sqrt and rcp are done exactly as well: within
  // every bound the manual gives.
  if (op == "sqrt" || op == "rcp") {
    bool approx = t.take("approx");
    if (approx && type == Type::F64 && !t.take("ftz"))
      return t.unsupported();
    return op == "sqrt" ? arithmeticOf<Sqrt, 1>(t, type)
                        : arithmeticOf<Rcp, 1>(t, type);
  }
  if (op == "copysign")
    return emitBinary(t,
                      type == Type::F32
                          ? mapBinary<CopySign, float, float, float>
                          : mapBinary<CopySign, double, double, double>,
                      type, type, type);
  return t.unsupported();
}
