//===- ApproximateOps.cpp - Transcendental functions ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.3.16-21 bounds the error of these; here each is computed in
// double precision and rounded once, which is within all of the bounds.
//
//===----------------------------------------------------------------------===//

#include "exec/Exact.h"

using namespace brt::emu;

namespace {
struct Ex2 {
  static double apply(double a) { return std::exp2(a); }
};
struct Lg2 {
  static double apply(double a) { return std::log2(a); }
};
struct Sin {
  static double apply(double a) { return std::sin(a); }
};
struct Cos {
  static double apply(double a) { return std::cos(a); }
};
struct Tanh {
  static double apply(double a) { return std::tanh(a); }
};
struct Rsqrt {
  static double apply(double a) { return 1.0 / std::sqrt(a); }
};

template <class Core, bool ftz>
struct Approximate {
  static float apply(float a) {
    double exact = Core::apply(ftz ? flushSubnormal(a) : a);
    float result = canonical(static_cast<float>(exact));
    return ftz ? flushSubnormal(result) : result;
  }
};
struct HalfEx2 {
  static uint16_t apply(uint16_t a) {
    return static_cast<uint16_t>(encode(std::exp2(floatFromF16(a)), kF16));
  }
};
struct HalfTanh {
  static uint16_t apply(uint16_t a) {
    return static_cast<uint16_t>(encode(std::tanh(floatFromF16(a)), kF16));
  }
};
template <class Op>
struct Packed {
  static uint32_t apply(uint32_t a) {
    return Op::apply(static_cast<uint16_t>(a)) |
           uint32_t(Op::apply(static_cast<uint16_t>(a >> 16))) << 16;
  }
};
} // namespace

template <class Core>
static bool approximate(Translator &t) {
  if (t.program.exact)
    return exactFunction(t);
  if (!t.take("approx"))
    return t.unsupported();
  bool ftz = t.take("ftz");
  Type type = t.takeType();
  Handler handler = nullptr;
  if (type == Type::F32)
    handler = ftz ? mapUnary<Approximate<Core, true>, float, float>
                  : mapUnary<Approximate<Core, false>, float, float>;
  else if (type == Type::F64 && std::is_same_v<Core, Rsqrt>)
    handler = mapUnary<Rsqrt, double, double>;
  else if (type == Type::F16 && std::is_same_v<Core, Ex2>)
    handler = mapUnary<HalfEx2, uint16_t, uint16_t>;
  else if (type == Type::F16x2 && std::is_same_v<Core, Ex2>)
    handler = mapUnary<Packed<HalfEx2>, uint32_t, uint32_t>;
  else if (type == Type::F16 && std::is_same_v<Core, Tanh>)
    handler = mapUnary<HalfTanh, uint16_t, uint16_t>;
  else if (type == Type::F16x2 && std::is_same_v<Core, Tanh>)
    handler = mapUnary<Packed<HalfTanh>, uint32_t, uint32_t>;
  return emitUnary(t, handler, type, type);
}

void brt::emu::addApproximateOps(OpcodeTable &table) {
  table["ex2"] = approximate<Ex2>;
  table["lg2"] = approximate<Lg2>;
  table["sin"] = approximate<Sin>;
  table["cos"] = approximate<Cos>;
  table["rsqrt"] = approximate<Rsqrt>;
  table["tanh"] = approximate<Tanh>;
}
