//===- ExactOps.cpp - Arithmetic in exact mode ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rounding modes and flushing of subnormals mean nothing to integers; .sat and
// .relu clamp by the order of max.
//
//===----------------------------------------------------------------------===//

#include "exec/Exact.h"
#include "exec/ExactRing.h"
#include "exec/Packed.h"

#include <algorithm>

using namespace brt::emu;

namespace {
// On payloads.
struct Add {
  template <class T>
  static T apply(T a, T b) {
    return a + b;
  }
};
struct Sub {
  template <class T>
  static T apply(T a, T b) {
    return a - b;
  }
};
struct Mul {
  template <class T>
  static T apply(T a, T b) {
    return a * b;
  }
};
struct Fma {
  template <class T>
  static T apply(T a, T b, T c) {
    return a * b + c;
  }
};
struct Div {
  template <class T>
  static T apply(T a, T b) {
    return a * ringInverse(b);
  }
};
struct Rcp {
  template <class T>
  static T apply(T a) {
    return ringInverse(a);
  }
};
struct Neg {
  template <class T>
  static T apply(T a) {
    return T(0) - a;
  }
};
struct Exp2 {
  template <class T>
  static T apply(T a) {
    return ringExp2(a);
  }
};
/// Functions that have no rule: by number.
enum Function : uint64_t { kSqrt, kLg2, kSin, kCos, kTanh };
template <uint64_t function>
struct Tag {
  template <class T>
  static T apply(T a) {
    return ringTag(a, function);
  }
};
struct Rsqrt {
  template <class T>
  static T apply(T a) {
    return ringInverse(ringTag(a, kSqrt));
  }
};

template <class Ring, class Core>
struct InRing {
  using Bits = typename Ring::Bits;
  template <class... T>
  static Bits apply(T... operands) {
    return Ring::unembed(Core::apply(Ring::embed(operands)...));
  }
};

// On bits.
template <class Ring, bool max>
struct Extremum {
  using Bits = typename Ring::Bits;
  static Bits apply(Bits a, Bits b) {
    return (ringRank<Ring>(a) < ringRank<Ring>(b)) == max ? b : a;
  }
};
template <class Ring>
struct Abs {
  using Bits = typename Ring::Bits;
  static Bits apply(Bits a) { return a & (Ring::kSign - 1); }
};
template <class Ring>
struct CopySign {
  using Bits = typename Ring::Bits;
  static Bits apply(Bits sign, Bits a) {
    return (a & (Ring::kSign - 1)) | (sign & Ring::kSign);
  }
};

enum class Clamp { None, Saturate, Relu };
template <class Ring, class Op, Clamp clamp>
struct Clamped {
  using Bits = typename Ring::Bits;
  template <class... T>
  static Bits apply(T... operands) {
    Bits result = Op::apply(operands...);
    if (clamp != Clamp::None)
      result = Extremum<Ring, true>::apply(result, 0);
    if (clamp == Clamp::Saturate)
      result = Extremum<Ring, false>::apply(result, Ring::kOne);
    return result;
  }
};
} // namespace

template <class Op, class Bits, unsigned arity>
static Handler mapped() {
  if constexpr (arity == 1)
    return mapUnary<Op, Bits, Bits>;
  else if constexpr (arity == 2)
    return mapBinary<Op, Bits, Bits, Bits>;
  else
    return mapTernary<Op, Bits, Bits, Bits, Bits>;
}

template <class Op, class Ring, unsigned arity>
static Handler shaped(Type type) {
  using Bits = typename Ring::Bits;
  if constexpr (sizeof(Bits) == sizeof(uint16_t)) {
    if (sizeOf(type) == sizeof(uint32_t))
      return mapped<Packed<Op>, uint32_t, arity>();
  }
  return mapped<Op, Bits, arity>();
}

static bool emitByArity(Translator &t, Handler handler, unsigned arity,
                        Type type) {
  return arity == 1   ? emitUnary(t, handler, type, type)
         : arity == 2 ? emitBinary(t, handler, type, type, type)
                      : emitTernary(t, handler, type, type, type, type);
}

/// An operation on bits.
template <template <class> class Op, unsigned arity>
static bool onBits(Translator &t, Type type) {
  Handler handler = forRing(type, [&](auto ring) {
    using Ring = decltype(ring);
    return shaped<Op<Ring>, Ring, arity>(type);
  });
  return emitByArity(t, handler, arity, type);
}

/// An operation on payloads.
template <class Core, unsigned arity>
static bool inRing(Translator &t, Type type) {
  bool saturates = t.take("sat"), cuts = t.take("relu");
  Handler handler = forRing(type, [&](auto ring) {
    using Ring = decltype(ring);
    using Op = InRing<Ring, Core>;
    return saturates
               ? shaped<Clamped<Ring, Op, Clamp::Saturate>, Ring, arity>(type)
           : cuts ? shaped<Clamped<Ring, Op, Clamp::Relu>, Ring, arity>(type)
                  : shaped<Op, Ring, arity>(type);
  });
  return emitByArity(t, handler, arity, type);
}

template <class Ring>
using Min = Extremum<Ring, false>;
template <class Ring>
using Max = Extremum<Ring, true>;

bool brt::emu::exactArithmetic(Translator &t, Type type) {
  for (const char *modifier :
       {"rn", "rz", "rm", "rp", "ftz", "approx", "full", "NaN"})
    t.take(modifier);
  const std::string &op = t.inst().opcode;
  if (op == "add")
    return inRing<Add, 2>(t, type);
  if (op == "sub")
    return inRing<Sub, 2>(t, type);
  if (op == "mul")
    return inRing<Mul, 2>(t, type);
  if (op == "fma" || op == "mad")
    return inRing<Fma, 3>(t, type);
  if (op == "div")
    return inRing<Div, 2>(t, type);
  if (op == "rcp")
    return inRing<Rcp, 1>(t, type);
  if (op == "sqrt")
    return inRing<Tag<kSqrt>, 1>(t, type);
  if (op == "neg")
    return inRing<Neg, 1>(t, type);
  if (op == "abs")
    return onBits<Abs, 1>(t, type);
  if (op == "min")
    return onBits<Min, 2>(t, type);
  if (op == "max")
    return onBits<Max, 2>(t, type);
  if (op == "copysign")
    return onBits<CopySign, 2>(t, type);
  return t.unsupported();
}

bool brt::emu::exactFunction(Translator &t) {
  t.take("approx");
  t.take("ftz");
  const std::string &op = t.inst().opcode;
  Type type = t.takeType();
  if (op == "ex2")
    return inRing<Exp2, 1>(t, type);
  if (op == "lg2")
    return inRing<Tag<kLg2>, 1>(t, type);
  if (op == "sin")
    return inRing<Tag<kSin>, 1>(t, type);
  if (op == "cos")
    return inRing<Tag<kCos>, 1>(t, type);
  if (op == "tanh")
    return inRing<Tag<kTanh>, 1>(t, type);
  return inRing<Rsqrt, 1>(t, type);
}
