//===- BitOps.cpp - Logic, shifts and bit fields --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Arithmetic.h"

#include <algorithm>

using namespace brt::emu;

namespace {
struct And {
  template <class T>
  static T apply(T a, T b) {
    return a & b;
  }
};
struct Or {
  template <class T>
  static T apply(T a, T b) {
    return a | b;
  }
};
struct Xor {
  template <class T>
  static T apply(T a, T b) {
    return a ^ b;
  }
};
struct Not {
  template <class T>
  static T apply(T a) {
    return static_cast<T>(~a);
  }
};
struct LogicalNot {
  template <class T>
  static T apply(T a) {
    return a == 0;
  }
};
/// Amounts beyond the width clamp to it (PTX ISA 9.7.8.7, 9.7.8.8).
struct Shl {
  template <class T>
  static T apply(T a, uint32_t amount) {
    constexpr uint32_t bits = 8 * sizeof(T);
    return amount >= bits ? T(0) : static_cast<T>(a << amount);
  }
};
struct Shr {
  template <class T>
  static T apply(T a, uint32_t amount) {
    constexpr uint32_t bits = 8 * sizeof(T);
    if (amount >= bits)
      return std::is_signed_v<T> && a < 0 ? static_cast<T>(-1) : T(0);
    return static_cast<T>(a >> amount);
  }
};
struct Popc {
  template <class T>
  static uint32_t apply(T a) {
    return __builtin_popcountll(a);
  }
};
struct Clz {
  static uint32_t apply(uint32_t a) { return a ? __builtin_clz(a) : 32; }
  static uint32_t apply(uint64_t a) { return a ? __builtin_clzll(a) : 64; }
};
struct Brev {
  template <class T>
  static T apply(T a) {
    T result = 0;
    for (unsigned bit = 0; bit < 8 * sizeof(T); ++bit, a >>= 1)
      result = static_cast<T>(result << 1 | (a & 1));
    return result;
  }
};
/// Bit field extract (PTX ISA 9.7.1.19): beyond the field comes the sign bit.
struct Bfe {
  template <class T>
  static T apply(T a, uint32_t position, uint32_t length) {
    constexpr uint32_t top = 8 * sizeof(T) - 1;
    uint32_t pos = position & 255, len = length & 255;
    using U = std::make_unsigned_t<T>;
    bool sign = false;
    if (std::is_signed_v<T> && len != 0)
      sign = U(a) >> std::min(pos + len - 1, top) & 1;
    U result = 0;
    for (uint32_t i = 0; i <= top; ++i) {
      bool bit = i < len && pos + i <= top ? U(a) >> (pos + i) & 1 : sign;
      result |= U(bit) << i;
    }
    return static_cast<T>(result);
  }
};
/// Most significant non-sign bit, or the shift that would bring it to the top
/// (PTX ISA 9.7.1.18).
template <bool shiftAmount>
struct Bfind {
  template <class T>
  static uint32_t apply(T a) {
    constexpr uint32_t top = 8 * sizeof(T) - 1;
    using U = std::make_unsigned_t<T>;
    U bits = std::is_signed_v<T> && a < 0 ? ~U(a) : U(a);
    if (!bits)
      return ~0u;
    uint32_t at = 63 - __builtin_clzll(bits);
    return shiftAmount ? top - at : at;
  }
};
/// Bit mask (PTX ISA 9.7.1.21).
template <bool wrap>
struct Bmsk {
  static uint32_t apply(uint32_t position, uint32_t length) {
    uint32_t pos = wrap ? position & 31 : position;
    uint32_t len = wrap ? length & 31 : length;
    if (pos >= 32 || len == 0)
      return 0;
    uint64_t ones = len >= 32 ? ~uint64_t(0) : (uint64_t(1) << len) - 1;
    return static_cast<uint32_t>(ones << pos);
  }
};
/// Funnel shift (PTX ISA 9.7.8.6): b is the high word.
template <bool left, bool wrap>
struct Funnel {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t n = wrap ? c & 31 : std::min(c, 32u);
    uint64_t both = uint64_t(b) << 32 | a;
    return static_cast<uint32_t>(left ? (both << n) >> 32 : both >> n);
  }
};
} // namespace

/// Any function of three bits: `imm` is its truth table (PTX ISA 9.7.8.5).
static const Inst *runLop3(const Inst *inst, Warp &warp) {
  const uint32_t *a = warp.reg<uint32_t>(inst->a),
                 *b = warp.reg<uint32_t>(inst->b),
                 *c = warp.reg<uint32_t>(inst->c);
  uint32_t *d = warp.reg<uint32_t>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    uint32_t result = 0;
    for (unsigned row = 0; row < 8; ++row)
      if (inst->imm >> row & 1)
        result |= (row & 4 ? a[lane] : ~a[lane]) &
                  (row & 2 ? b[lane] : ~b[lane]) &
                  (row & 1 ? c[lane] : ~c[lane]);
    d[lane] = result;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Bit field insert (PTX ISA 9.7.1.20): a into b at (position, length) in regs
/// c and `imm`.
template <class T>
static const Inst *runBfi(const Inst *inst, Warp &warp) {
  const T *a = warp.reg<T>(inst->a), *b = warp.reg<T>(inst->b);
  const uint32_t *position = warp.reg<uint32_t>(inst->c);
  const uint32_t *length = warp.reg<uint32_t>(static_cast<uint32_t>(inst->imm));
  T *d = warp.reg<T>(inst->d);
  constexpr uint32_t bits = 8 * sizeof(T);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    uint32_t pos = position[lane] & 255, len = length[lane] & 255;
    T ones = len >= bits ? ~T(0) : (T(1) << len) - 1;
    T field = pos >= bits ? T(0) : ones << pos;
    T value = pos >= bits ? T(0) : a[lane] << pos;
    d[lane] = (b[lane] & ~field) | (value & field);
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class Op>
static const Inst *logicMasks(const Inst *inst, Warp &warp) {
  writeMask(warp, inst->d, Op::apply(warp.mask(inst->a), warp.mask(inst->b)));
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class Op>
static bool logic(Translator &t) {
  Type type = t.takeType();
  if (type == Type::Pred) {
    if (!t.expectOperands(3))
      return false;
    uint32_t a = t.predicate(t.operand(1)), b = t.predicate(t.operand(2));
    t.emit(logicMasks<Op>, t.predicateTarget(t.operand(0)), a, b);
    return true;
  }
  Handler handler = forBits(type, [](auto zero) {
    using T = decltype(zero);
    return Handler(mapBinary<Op, T, T, T>);
  });
  return emitBinary(t, handler, type, type, type);
}

static const Inst *notMask(const Inst *inst, Warp &warp) {
  writeMask(warp, inst->d, ~warp.mask(inst->a));
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class Op>
static bool invert(Translator &t) {
  Type type = t.takeType();
  if (type == Type::Pred && std::is_same_v<Op, Not>) {
    uint32_t a = t.predicate(t.operand(1));
    t.emit(notMask, t.predicateTarget(t.operand(0)), a);
    return t.expectOperands(2);
  }
  Handler handler = forBits(type, [](auto zero) {
    using T = decltype(zero);
    return Handler(mapUnary<Op, T, T>);
  });
  return emitUnary(t, handler, type, type);
}

template <class Op>
static bool shift(Translator &t) {
  Type type = t.takeType();
  auto pick = [](auto zero) {
    using T = decltype(zero);
    return Handler(mapBinary<Op, T, T, uint32_t>);
  };
  Handler handler = forBits(type, pick);
  if (!handler && std::is_same_v<Op, Shr>)
    handler = forInteger(type, pick);
  return emitBinary(t, handler, type, type, Type::U32);
}

static bool funnel(Translator &t) {
  bool left = t.take("l");
  if (!left && !t.take("r"))
    return t.unsupported();
  bool wrap = t.take("wrap");
  if (!wrap && !t.take("clamp"))
    return t.unsupported();
  using U = uint32_t;
  Handler handler = left
                        ? (wrap ? mapTernary<Funnel<true, true>, U, U, U, U>
                                : mapTernary<Funnel<true, false>, U, U, U, U>)
                        : (wrap ? mapTernary<Funnel<false, true>, U, U, U, U>
                                : mapTernary<Funnel<false, false>, U, U, U, U>);
  Type type = t.takeType();
  if (type != Type::B32)
    return t.unsupported();
  return emitTernary(t, handler, type, type, type, Type::U32);
}

static bool countBits(Translator &t) {
  const std::string &op = t.inst().opcode;
  Type type = t.takeType();
  bool wide = type == Type::B64;
  if (!wide && type != Type::B32)
    return t.unsupported();
  if (op == "brev")
    return emitUnary(t,
                     wide ? mapUnary<Brev, uint64_t, uint64_t>
                          : mapUnary<Brev, uint32_t, uint32_t>,
                     type, type);
  Handler handler = op == "popc" ? (wide ? mapUnary<Popc, uint32_t, uint64_t>
                                         : mapUnary<Popc, uint32_t, uint32_t>)
                                 : (wide ? mapUnary<Clz, uint32_t, uint64_t>
                                         : mapUnary<Clz, uint32_t, uint32_t>);
  return emitUnary(t, handler, Type::U32, type);
}

static bool bfe(Translator &t) {
  Type type = t.takeType();
  Handler handler =
      sizeOf(type) < 4
          ? nullptr
          : forInteger(
                type,
                [](auto zero) {
                  using T = decltype(zero);
                  return Handler(mapTernary<Bfe, T, T, uint32_t, uint32_t>);
                });
  return emitTernary(t, handler, type, type, Type::U32, Type::U32);
}

static bool bfind(Translator &t) {
  bool shiftAmount = t.take("shiftamt");
  Type type = t.takeType();
  Handler handler =
      sizeOf(type) < 4
          ? nullptr
          : forInteger(
                type,
                [&](auto zero) {
                  using T = decltype(zero);
                  return shiftAmount
                             ? Handler(mapUnary<Bfind<true>, uint32_t, T>)
                             : Handler(mapUnary<Bfind<false>, uint32_t, T>);
                });
  return emitUnary(t, handler, Type::U32, type);
}

static bool bfi(Translator &t) {
  Type type = t.takeType();
  if (type != Type::B32 && type != Type::B64)
    return t.unsupported();
  if (!t.expectOperands(5))
    return false;
  uint32_t a = t.source(t.operand(1), type), b = t.source(t.operand(2), type);
  uint32_t c = t.source(t.operand(3), Type::U32),
           length = t.source(t.operand(4), Type::U32);
  t.emit(type == Type::B32 ? runBfi<uint32_t> : runBfi<uint64_t>,
         t.target(t.operand(0), type), a, b, c)
      .imm = length;
  return true;
}

static bool lop3(Translator &t) {
  if (t.takeType() != Type::B32 || !t.expectOperands(5) ||
      t.operand(4).kind != Operand::Kind::Integer)
    return t.unsupported();
  uint32_t a = t.source(t.operand(1), Type::B32),
           b = t.source(t.operand(2), Type::B32),
           c = t.source(t.operand(3), Type::B32);
  t.emit(runLop3, t.target(t.operand(0), Type::B32), a, b, c).imm =
      t.operand(4).bits;
  return true;
}

void brt::emu::addBitOps(OpcodeTable &table) {
  table["and"] = logic<And>;
  table["or"] = logic<Or>;
  table["xor"] = logic<Xor>;
  table["not"] = invert<Not>;
  table["cnot"] = invert<LogicalNot>;
  table["shl"] = shift<Shl>;
  table["shr"] = shift<Shr>;
  table["shf"] = funnel;
  table["popc"] = table["clz"] = table["brev"] = countBits;
  table["bfe"] = bfe;
  table["bfind"] = bfind;
  table["bfi"] = bfi;
  table["lop3"] = lop3;
  table["bmsk"] = [](Translator &t) {
    bool wrap = t.take("wrap");
    if (!wrap && !t.take("clamp"))
      return t.unsupported();
    Type type = t.takeType();
    using U = uint32_t;
    return emitBinary(t,
                      wrap ? mapBinary<Bmsk<true>, U, U, U>
                           : mapBinary<Bmsk<false>, U, U, U>,
                      type, Type::U32, Type::U32);
  };
}
