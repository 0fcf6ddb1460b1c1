//===- CompareOps.cpp - setp, set, slct, testp ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/ExactRing.h"
#include "exec/FloatFormats.h"

using namespace brt::emu;

namespace {
// Comparisons (PTX ISA 9.7.5). The unordered ones hold when an operand is NaN.
struct Eq {
  template <class T>
  static bool apply(T a, T b) {
    return a == b;
  }
};
struct Ne {
  template <class T>
  static bool apply(T a, T b) {
    // Ordered: false on NaN.
    return a < b || a > b;
  }
};
struct Lt {
  template <class T>
  static bool apply(T a, T b) {
    return a < b;
  }
};
struct Le {
  template <class T>
  static bool apply(T a, T b) {
    return a <= b;
  }
};
struct Gt {
  template <class T>
  static bool apply(T a, T b) {
    return a > b;
  }
};
struct Ge {
  template <class T>
  static bool apply(T a, T b) {
    return a >= b;
  }
};
template <class Opposite>
struct Unordered {
  template <class T>
  static bool apply(T a, T b) {
    return !Opposite::apply(a, b);
  }
};
struct Num {
  template <class T>
  static bool apply(T a, T b) {
    return a == a && b == b;
  }
};

// How a value is read from its register, beside the formats.
template <class T>
struct Plain {
  using Bits = T;
  static T load(T value) { return value; }
};
/// In exact mode.
template <class Ring>
struct Ranked {
  using Bits = typename Ring::Bits;
  static auto load(Bits bits) { return ringRank<Ring>(bits); }
};
struct Flushed {
  using Bits = float;
  static float load(float value) { return flushSubnormal(value); }
};
} // namespace

/// Leaves the mask of lanes for which the comparison holds.
template <class Compare, class Reader>
static const Inst *runCompare(const Inst *inst, Warp &warp) {
  using Bits = typename Reader::Bits;
  const Bits *a = warp.reg<Bits>(inst->a), *b = warp.reg<Bits>(inst->b);
  uint32_t result = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane)
    result |=
        uint32_t(Compare::apply(Reader::load(a[lane]), Reader::load(b[lane])))
        << lane;
  writeMask(warp, inst->d, result);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Combines the comparison in `a` with the predicate in `b`; the second
/// destination gets the same with the comparison's complement.
enum : uint32_t { kAnd = 1, kOr = 2, kXor = 3 };
static uint32_t combine(uint32_t kind, uint32_t a, uint32_t b) {
  return kind == kAnd ? a & b : kind == kOr ? a | b : kind == kXor ? a ^ b : a;
}

static const Inst *runCombine(const Inst *inst, Warp &warp) {
  uint32_t a = warp.mask(inst->a), b = warp.mask(inst->b);
  writeMask(warp, inst->d, combine(inst->aux, a, b));
  if (inst->aux2)
    writeMask(warp, inst->c, combine(inst->aux, ~a, b));
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class Reader>
static Handler comparison(const std::string &name, bool isFloat) {
  struct Row {
    const char *name;
    Handler handler;
    bool floatOnly;
  };
  static const Row rows[] = {{"eq", runCompare<Eq, Reader>, false},
                             {"ne", runCompare<Ne, Reader>, false},
                             {"lt", runCompare<Lt, Reader>, false},
                             {"le", runCompare<Le, Reader>, false},
                             {"gt", runCompare<Gt, Reader>, false},
                             {"ge", runCompare<Ge, Reader>, false},
                             {"lo", runCompare<Lt, Reader>, false},
                             {"ls", runCompare<Le, Reader>, false},
                             {"hi", runCompare<Gt, Reader>, false},
                             {"hs", runCompare<Ge, Reader>, false},
                             {"equ", runCompare<Unordered<Ne>, Reader>, true},
                             {"neu", runCompare<Unordered<Eq>, Reader>, true},
                             {"ltu", runCompare<Unordered<Ge>, Reader>, true},
                             {"leu", runCompare<Unordered<Gt>, Reader>, true},
                             {"gtu", runCompare<Unordered<Le>, Reader>, true},
                             {"geu", runCompare<Unordered<Lt>, Reader>, true},
                             {"num", runCompare<Num, Reader>, true},
                             {"nan", runCompare<Unordered<Num>, Reader>, true}};
  for (const Row &row : rows)
    if (name == row.name && (isFloat || !row.floatOnly))
      return row.handler;
  return nullptr;
}

static Handler comparisonOf(const std::string &name, Type type, bool ftz,
                            bool exact) {
  if (exact && isFloatType(type))
    return forRing(type, [&](auto ring) {
      return comparison<Ranked<decltype(ring)>>(name, true);
    });
  if (type == Type::F32 && ftz)
    return comparison<Flushed>(name, true);
  if (Handler handler = forFloat(type, [&](auto format) {
        return comparison<decltype(format)>(name, true);
      }))
    return handler;
  auto pick = [&](auto zero) {
    return comparison<Plain<decltype(zero)>>(name, false);
  };
  Handler handler = forInteger(type, pick);
  return handler ? handler : forBits(type, pick);
}

/// The comparison and the combination among the modifiers.
static bool takeComparison(Translator &t, std::string &name, uint32_t &kind) {
  const char *found =
      t.takeOneOf({"eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs",
                   "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"});
  if (!found)
    return t.unsupported();
  name = found;
  kind = t.take("and")   ? uint32_t(kAnd)
         : t.take("or")  ? uint32_t(kOr)
         : t.take("xor") ? uint32_t(kXor)
                         : 0;
  return true;
}

static bool translateSetp(Translator &t) {
  std::string name;
  uint32_t kind = 0;
  if (!takeComparison(t, name, kind))
    return false;
  bool ftz = t.take("ftz");
  Type type = t.takeType();
  Handler handler = comparisonOf(name, type, ftz, t.program.exact);
  if (!handler)
    return t.unsupported();
  if (!t.expectOperands(kind ? 4 : 3))
    return false;
  const Operand &to = t.operand(0);
  uint32_t a = t.source(t.operand(1), type), b = t.source(t.operand(2), type);
  if (!kind && !to.second) {
    t.emit(handler, t.predicateTarget(to), a, b);
    return true;
  }
  uint32_t holds = t.temporaryMask();
  t.emit(handler, holds, a, b);
  uint32_t other = kind ? t.predicate(t.operand(3)) : holds;
  uint32_t first = t.predicateTarget(to);
  uint32_t second = to.second ? t.predicateTarget(*to.second) : 0;
  Inst &made = t.emit(runCombine, first, holds, other, second);
  made.aux = kind;
  made.aux2 = to.second != nullptr;
  return true;
}

/// set: all ones or 1.0 where the comparison in mask `a` holds, else zero.
template <class T>
static const Inst *runSpread(const Inst *inst, Warp &warp) {
  T *d = warp.reg<T>(inst->d);
  uint32_t holds = warp.mask(inst->a);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1)
      d[lane] = holds >> lane & 1 ? static_cast<T>(inst->imm) : T(0);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// set on packed halves: one comparison per half.
template <class Reader>
static const Inst *runSpreadPacked(const Inst *inst, Warp &warp) {
  const uint32_t *a = warp.reg<uint32_t>(inst->a),
                 *b = warp.reg<uint32_t>(inst->b);
  uint32_t *d = warp.reg<uint32_t>(inst->d);
  auto compare = inst->aux;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    uint32_t result = 0;
    for (unsigned shift = 0; shift < 32; shift += 16) {
      auto x = Reader::load(static_cast<uint16_t>(a[lane] >> shift));
      auto y = Reader::load(static_cast<uint16_t>(b[lane] >> shift));
      // One bit each for less, equal, greater, unordered.
      unsigned relation = x < y ? 1 : x == y ? 2 : x > y ? 4 : 8;
      if (compare & relation)
        result |= static_cast<uint32_t>(inst->imm) << shift;
    }
    d[lane] = result;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static uint32_t relationsOf(const std::string &name) {
  static const std::map<std::string, uint32_t> table = {
      {"eq", 2},   {"ne", 5},   {"lt", 1},   {"le", 3},  {"gt", 4},
      {"ge", 6},   {"equ", 10}, {"neu", 13}, {"ltu", 9}, {"leu", 11},
      {"gtu", 12}, {"geu", 14}, {"num", 7},  {"nan", 8}};
  auto found = table.find(name);
  return found == table.end() ? 0 : found->second;
}

static uint64_t oneOf(Type type) {
  switch (type) {
  case Type::F32:
    return bitsAs<uint32_t>(1.0f);
  case Type::F16:
  case Type::F16x2:
    return encode(1.0, kF16);
  case Type::BF16:
  case Type::BF16x2:
    return encode(1.0, kBF16);
  default:
    return ~uint64_t(0);
  }
}

static bool translateSet(Translator &t) {
  std::string name;
  uint32_t kind = 0;
  if (!takeComparison(t, name, kind) || kind)
    return t.unsupported();
  bool ftz = t.take("ftz");
  Type to = t.takeType(), from = t.takeType();
  if (!t.expectOperands(3))
    return false;
  uint32_t a = t.source(t.operand(1), from), b = t.source(t.operand(2), from);
  uint32_t d = t.target(t.operand(0), to);
  if (from == Type::F16x2 || from == Type::BF16x2) {
    if (ftz || sizeOf(to) != 4 || !relationsOf(name))
      return t.unsupported();
    bool brain = from == Type::BF16x2;
    Handler handler =
        t.program.exact
            ? (brain ? runSpreadPacked<Ranked<RingBF16>>
                     : runSpreadPacked<Ranked<RingF16>>)
            : (brain ? runSpreadPacked<BFloat16> : runSpreadPacked<Float16>);
    Inst &made = t.emit(handler, d, a, b);
    made.aux = relationsOf(name);
    made.imm = oneOf(to) & 0xffff;
    return true;
  }
  Handler handler = comparisonOf(name, from, ftz, t.program.exact);
  if (!handler || (sizeOf(to) != 2 && sizeOf(to) != 4))
    return t.unsupported();
  uint32_t holds = t.temporaryMask();
  t.emit(handler, holds, a, b);
  t.emit(sizeOf(to) == 2 ? runSpread<uint16_t> : runSpread<uint32_t>, d, holds)
      .imm = oneOf(to);
  return true;
}

/// testp (PTX ISA 9.7.3.1); `aux` has one bit per class.
enum : uint32_t { kNaNs = 1, kInfinite = 2, kNormal = 4, kSubnormal = 8 };
template <class T>
static const Inst *runTestp(const Inst *inst, Warp &warp) {
  const T *a = warp.reg<T>(inst->a);
  uint32_t result = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    int kind = std::fpclassify(a[lane]);
    // Zero counts as normal.
    uint32_t bit = kind == FP_NAN         ? uint32_t(kNaNs)
                   : kind == FP_INFINITE  ? uint32_t(kInfinite)
                   : kind == FP_SUBNORMAL ? uint32_t(kSubnormal)
                                          : uint32_t(kNormal);
    result |= uint32_t((inst->aux & bit) != 0) << lane;
  }
  writeMask(warp, inst->d, result);
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateTestp(Translator &t) {
  uint32_t classes = t.take("finite")       ? kNormal | kSubnormal
                     : t.take("infinite")   ? uint32_t(kInfinite)
                     : t.take("number")     ? kInfinite | kNormal | kSubnormal
                     : t.take("notanumber") ? uint32_t(kNaNs)
                     : t.take("normal")     ? uint32_t(kNormal)
                     : t.take("subnormal")  ? uint32_t(kSubnormal)
                                            : 0;
  Type type = t.takeType();
  if (t.program.exact)
    return t.fail("expects no testp in exact mode, where floats have no "
                  "classes");
  if (!classes || (type != Type::F32 && type != Type::F64))
    return t.unsupported();
  uint32_t a = t.source(t.operand(1), type);
  t.emit(type == Type::F32 ? runTestp<float> : runTestp<double>,
         t.predicateTarget(t.operand(0)), a)
      .aux = classes;
  return t.expectOperands(2);
}

void brt::emu::addCompareOps(OpcodeTable &table) {
  table["setp"] = translateSetp;
  table["set"] = translateSet;
  table["testp"] = translateTestp;
}
