//===- IntegerOps.cpp - Integer arithmetic --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Exact.h"

#include <algorithm>
#include <limits>

using namespace brt::emu;

// Everything wraps (PTX ISA 9.7.1), so the work is done on unsigned values. The
// 16-bit ones go through 32 bits, or C++ would make them signed again.
template <class T>
using Unsigned =
    std::conditional_t<sizeof(T) == 2, uint32_t, std::make_unsigned_t<T>>;
/// An integer of twice the width.
template <class T>
struct WiderOf;
template <>
struct WiderOf<uint16_t> {
  using type = uint32_t;
};
template <>
struct WiderOf<int16_t> {
  using type = int32_t;
};
template <>
struct WiderOf<uint32_t> {
  using type = uint64_t;
};
template <>
struct WiderOf<int32_t> {
  using type = int64_t;
};
__extension__ typedef unsigned __int128 UInt128;
__extension__ typedef __int128 Int128;
template <>
struct WiderOf<uint64_t> {
  using type = UInt128;
};
template <>
struct WiderOf<int64_t> {
  using type = Int128;
};
template <class T>
using Wider = typename WiderOf<T>::type;

namespace {
struct Add {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(Unsigned<T>(a) + Unsigned<T>(b));
  }
};
struct Sub {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(Unsigned<T>(a) - Unsigned<T>(b));
  }
};
struct MulLo {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(Unsigned<T>(a) * Unsigned<T>(b));
  }
};
struct MulHi {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>((Wider<T>(a) * Wider<T>(b)) >> (8 * sizeof(T)));
  }
};
struct MulWide {
  template <class T>
  static Wider<T> apply(T a, T b) {
    return Wider<T>(a) * Wider<T>(b);
  }
};
template <class Product>
struct Mad {
  template <class T, class C>
  static C apply(T a, T b, C c) {
    return Add::apply<C>(Product::apply(a, b), c);
  }
};
/// Division by zero gives all ones, the remainder gives the dividend; the one
/// overflow wraps. None of them may fault on the host.
struct Div {
  template <class T>
  static T apply(T a, T b) {
    if (b == 0)
      return static_cast<T>(~T(0));
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return Sub::apply<T>(0, a);
    return static_cast<T>(a / b);
  }
};
struct Rem {
  template <class T>
  static T apply(T a, T b) {
    if (b == 0)
      return a;
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return 0;
    return static_cast<T>(a % b);
  }
};
struct Neg {
  template <class T>
  static T apply(T a) {
    return Sub::apply<T>(0, a);
  }
};
struct Abs {
  template <class T>
  static T apply(T a) {
    return a < 0 ? Neg::apply(a) : a;
  }
};
struct Min {
  template <class T>
  static T apply(T a, T b) {
    return std::min(a, b);
  }
};
struct Max {
  template <class T>
  static T apply(T a, T b) {
    return std::max(a, b);
  }
};
/// c + |a - b|.
struct Sad {
  template <class T>
  static T apply(T a, T b, T c) {
    T difference = a < b ? Sub::apply(b, a) : Sub::apply(a, b);
    return Add::apply(c, difference);
  }
};
/// add.sat.s32, sub.sat.s32.
template <bool subtract>
struct Saturating {
  static int32_t apply(int32_t a, int32_t b) {
    int64_t wide = subtract ? int64_t(a) - b : int64_t(a) + b;
    return static_cast<int32_t>(
        std::clamp<int64_t>(wide, std::numeric_limits<int32_t>::min(),
                            std::numeric_limits<int32_t>::max()));
  }
};
} // namespace

template <class Op>
static Handler binary(Type type) {
  return forInteger(type, [](auto zero) {
    using T = decltype(zero);
    return Handler(mapBinary<Op, T, T, T>);
  });
}

template <class Op>
static Handler ternary(Type type) {
  return forInteger(type, [](auto zero) {
    using T = decltype(zero);
    return Handler(mapTernary<Op, T, T, T, T>);
  });
}

/// The type of the result of mul.wide, or None.
static Type widerType(Type type) {
  switch (type) {
  case Type::U16:
    return Type::U32;
  case Type::S16:
    return Type::S32;
  case Type::U32:
    return Type::U64;
  case Type::S32:
    return Type::S64;
  default:
    return Type::None;
  }
}

static Handler wideProduct(Type type) {
  switch (type) {
  case Type::U16:
    return mapBinary<MulWide, uint32_t, uint16_t, uint16_t>;
  case Type::S16:
    return mapBinary<MulWide, int32_t, int16_t, int16_t>;
  case Type::U32:
    return mapBinary<MulWide, uint64_t, uint32_t, uint32_t>;
  case Type::S32:
    return mapBinary<MulWide, int64_t, int32_t, int32_t>;
  default:
    return nullptr;
  }
}

static Handler wideMad(Type type) {
  using Op = Mad<MulWide>;
  switch (type) {
  case Type::U16:
    return mapTernary<Op, uint32_t, uint16_t, uint16_t, uint32_t>;
  case Type::S16:
    return mapTernary<Op, int32_t, int16_t, int16_t, int32_t>;
  case Type::U32:
    return mapTernary<Op, uint64_t, uint32_t, uint32_t, uint64_t>;
  case Type::S32:
    return mapTernary<Op, int64_t, int32_t, int32_t, int64_t>;
  default:
    return nullptr;
  }
}

static bool product(Translator &t, Type type, bool add) {
  if (t.take("wide")) {
    Type wide = widerType(type);
    return add ? emitTernary(t, wideMad(type), wide, type, type, wide)
               : emitBinary(t, wideProduct(type), wide, type, type);
  }
  Handler handler = nullptr;
  if (t.take("lo"))
    handler = add ? ternary<Mad<MulLo>>(type) : binary<MulLo>(type);
  else if (t.take("hi"))
    handler = add ? ternary<Mad<MulHi>>(type) : binary<MulHi>(type);
  return add ? emitTernary(t, handler, type, type, type, type)
             : emitBinary(t, handler, type, type, type);
}

bool brt::emu::integerArithmetic(Translator &t, Type type) {
  const std::string &op = t.inst().opcode;
  if (op == "mul" || op == "mad")
    return product(t, type, op == "mad");
  if (op == "sad")
    return emitTernary(t, ternary<Sad>(type), type, type, type, type);
  if (op == "neg" || op == "abs") {
    Handler handler = forInteger(type, [&](auto zero) -> Handler {
      using T = decltype(zero);
      if (!std::is_signed_v<T>)
        return nullptr;
      return op == "neg" ? Handler(mapUnary<Neg, T, T>)
                         : Handler(mapUnary<Abs, T, T>);
    });
    return emitUnary(t, handler, type, type);
  }
  Handler handler = nullptr;
  if ((op == "add" || op == "sub") && type == Type::S32 && t.take("sat"))
    handler = op == "sub"
                  ? mapBinary<Saturating<true>, int32_t, int32_t, int32_t>
                  : mapBinary<Saturating<false>, int32_t, int32_t, int32_t>;
  else if (op == "add")
    handler = binary<Add>(type);
  else if (op == "sub")
    handler = binary<Sub>(type);
  else if (op == "div")
    handler = binary<Div>(type);
  else if (op == "rem")
    handler = binary<Rem>(type);
  else if (op == "min")
    handler = binary<Min>(type);
  else if (op == "max")
    handler = binary<Max>(type);
  return emitBinary(t, handler, type, type, type);
}

static bool arithmetic(Translator &t) {
  if (t.inst().has("cc") || t.inst().opcode.back() == 'c')
    return carryArithmetic(t);
  Type type = t.takeType();
  if (t.program.exact && isFloatType(type))
    return exactArithmetic(t, type);
  switch (type) {
  case Type::F32:
  case Type::F64:
    return floatArithmetic(t, type);
  case Type::F16:
  case Type::BF16:
  case Type::F16x2:
  case Type::BF16x2:
    return halfArithmetic(t, type);
  default:
    return integerArithmetic(t, type);
  }
}

void brt::emu::addArithmeticOps(OpcodeTable &table) {
  for (const char *op :
       {"add", "sub", "mul", "mad", "fma", "div", "rem", "abs", "neg", "min",
        "max", "sad", "addc", "subc", "madc", "sqrt", "rcp", "copysign"})
    table[op] = arithmetic;
}
