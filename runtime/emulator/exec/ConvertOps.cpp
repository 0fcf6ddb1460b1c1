//===- ConvertOps.cpp - cvt between scalar types --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.23. Packed forms are in PackOps.cpp.
//
//===----------------------------------------------------------------------===//

#include "exec/Exact.h"

#include <limits>

using namespace brt::emu;

/// 8-bit values live in 16-bit registers.
template <class T>
using Storage = std::conditional_t<sizeof(T) == 1, uint16_t, T>;

namespace {
template <class D, class S>
struct Cast {
  static Storage<D> apply(Storage<S> value) {
    return static_cast<Storage<D>>(static_cast<D>(static_cast<S>(value)));
  }
};
template <class D, class S>
struct SaturatingCast {
  static Storage<D> apply(Storage<S> value) {
    __extension__ typedef __int128 Wide;
    Wide wide = static_cast<S>(value);
    Wide low = std::numeric_limits<D>::min();
    Wide high = std::numeric_limits<D>::max();
    wide = wide < low ? low : wide > high ? high : wide;
    return static_cast<Storage<D>>(static_cast<D>(wide));
  }
};
} // namespace

static bool isInteger(Type type) {
  return forAnyInteger(type, [](auto zero) {
           using T = decltype(zero);
           return Handler(mapUnary<Cast<T, T>, Storage<T>, Storage<T>>);
         }) != nullptr;
}

template <class D>
static Handler castTo(Type from, bool saturate) {
  return forAnyInteger(from, [&](auto zero) {
    using S = decltype(zero);
    return saturate
               ? Handler(mapUnary<SaturatingCast<D, S>, Storage<D>, Storage<S>>)
               : Handler(mapUnary<Cast<D, S>, Storage<D>, Storage<S>>);
  });
}

static Handler integerCast(Type to, Type from, bool saturate) {
  return forAnyInteger(
      to, [&](auto zero) { return castTo<decltype(zero)>(from, saturate); });
}

/// Rounds to an integral value in the floating format.
static double integral(double value, Rounding mode) {
  switch (mode) {
  case Rounding::Zero:
    return std::trunc(value);
  case Rounding::Down:
    return std::floor(value);
  case Rounding::Up:
    return std::ceil(value);
  case Rounding::Nearest:
    break;
  }
  return std::nearbyint(value);
}

/// Float to integer always saturates. NaN gives zero, but the lowest number for
/// 64-bit operands.
template <class D, class Source>
static const Inst *floatToInteger(const Inst *inst, Warp &warp) {
  Storage<D> *d = warp.reg<Storage<D>>(inst->d);
  const auto *a = warp.reg<typename Source::Bits>(inst->a);
  constexpr D low = std::numeric_limits<D>::min();
  constexpr D high = std::numeric_limits<D>::max();
  constexpr bool wide = sizeof(D) == 8 || sizeof(typename Source::Bits) == 8;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    double value = Source::load(a[lane]);
    if ((inst->aux2 & kFlushInput) && std::fabs(value) < kSmallestNormal32)
      value = std::copysign(0.0, value);
    value = integral(value, static_cast<Rounding>(inst->aux));
    D result;
    if (value != value)
      result = !wide ? D(0) : D(D(1) << (8 * sizeof(D) - 1));
    else if (value <= static_cast<double>(low))
      result = low;
    else if (value >= static_cast<double>(high))
      result = high;
    else
      result = static_cast<D>(value);
    d[lane] = static_cast<Storage<D>>(result);
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static Handler floatToIntegerOf(Type to, Type from) {
  return forAnyInteger(to, [&](auto zero) {
    return forFloat(from, [](auto format) -> Handler {
      return floatToInteger<decltype(zero), decltype(format)>;
    });
  });
}

/// Integers of 64 bits need care: a double does not hold them all.
template <class D, class S>
static const Inst *integerToFloat(const Inst *inst, Warp &warp) {
  auto *d = warp.reg<typename D::Bits>(inst->d);
  const auto *a = warp.reg<Storage<S>>(inst->a);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    S value = static_cast<S>(a[lane]);
    double nearest = static_cast<double>(value);
    if constexpr (sizeof(S) == 8) {
      __extension__ typedef __int128 Wide;
      Wide error = static_cast<Wide>(value) - static_cast<Wide>(nearest);
      // f64 results want the nearest double, all others the odd one.
      if (sizeof(typename D::Bits) != 8 ||
          static_cast<Rounding>(inst->aux) != Rounding::Nearest)
        nearest = toOdd(nearest, static_cast<double>(error));
    }
    d[lane] = D::store(nearest, static_cast<Rounding>(inst->aux));
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

namespace {
template <class S>
struct ToNearestFloat {
  static float apply(Storage<S> value) {
    return static_cast<float>(static_cast<S>(value));
  }
};
} // namespace

/// The usual rounding to f32 is the host's own.
static Handler integerToFloatOf(Type to, Type from, Rounding mode) {
  return forAnyInteger(from, [&](auto zero) -> Handler {
    using S = decltype(zero);
    if (to == Type::F32 && mode == Rounding::Nearest)
      return mapUnary<ToNearestFloat<S>, float, Storage<S>>;
    return forFloat(to, [](auto format) -> Handler {
      return integerToFloat<decltype(format), decltype(zero)>;
    });
  });
}

template <class D, class S>
static const Inst *floatToFloat(const Inst *inst, Warp &warp) {
  auto *d = warp.reg<typename D::Bits>(inst->d);
  const auto *a = warp.reg<typename S::Bits>(inst->a);
  Rounding mode = static_cast<Rounding>(inst->aux);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    double value = S::load(a[lane]);
    if ((inst->aux2 & kFlushInput) && std::fabs(value) < kSmallestNormal32)
      value = std::copysign(0.0, value);
    if (inst->aux2 & kIntegral)
      value = integral(value, mode);
    if (inst->aux2 & kSaturate)
      value = value > 0 ? (value < 1 ? value : 1.0) : 0.0;
    if ((inst->aux2 & kRelu) && value <= 0)
      value = 0;
    d[lane] = D::store(value, mode);
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class D>
static Handler floatToFloatFrom(Type from) {
  return forFloat(from, [](auto format) -> Handler {
    return floatToFloat<D, decltype(format)>;
  });
}

static Handler floatToFloatOf(Type to, Type from) {
  if (to == Type::TF32)
    return floatToFloatFrom<TFloat32>(from);
  return forFloat(to, [&](auto format) {
    return floatToFloatFrom<decltype(format)>(from);
  });
}

/// An operand register may be wider than its type: the low part is what counts.
static uint32_t narrowSource(Translator &t, Type type) {
  unsigned width = 0;
  uint32_t at = t.wideSource(t.operand(1), type, width);
  unsigned wanted = sizeOf(type) < 2 ? 2 : sizeOf(type);
  if (width == wanted)
    return at;
  uint32_t low = t.temporary(wanted);
  if (wanted == 2)
    t.emit(runNarrow, low, at).aux = width;
  else
    t.emit(integerCast(Type::U32, Type::U64, false), low, at);
  return low;
}

/// A destination wider than the type gets the extended value.
static bool store(Translator &t, Type type, Handler handler, uint32_t a,
                  uint32_t aux, uint32_t aux2) {
  if (!handler)
    return t.unsupported();
  unsigned width = 0;
  unsigned made = sizeOf(type) < 2 ? 2 : sizeOf(type);
  uint32_t d = t.wideTarget(t.operand(0), type, width);
  uint32_t to = width == made ? d : t.temporary(made);
  Inst &inst = t.emit(handler, to, a);
  inst.aux = aux;
  inst.aux2 = aux2;
  if (width != made) {
    bool isSigned = type == Type::S8 || type == Type::S16 || type == Type::S32;
    Type from = made == 2 ? (isSigned ? Type::S16 : Type::U16)
                          : (isSigned ? Type::S32 : Type::U32);
    t.emit(integerCast(width == 4 ? Type::U32 : Type::U64, from, false), d, to);
  }
  return true;
}

static bool translateCvt(Translator &t) {
  if (isPackedConversion(t))
    return packedConversion(t);
  ConversionModifiers mods = takeConversionModifiers(t);
  Type to = t.takeType(), from = t.takeType();
  if (!t.expectOperands(2))
    return false;
  uint32_t a = narrowSource(t, from);
  if (isInteger(to) && isInteger(from))
    return store(t, to, integerCast(to, from, mods.flags & kSaturate), a, 0, 0);
  if (t.program.exact && !isInteger(to))
    return store(t, to, exactConversion(to, from), a,
                 static_cast<uint32_t>(mods.rounding), mods.flags);
  if (isInteger(to))
    return store(t, to, floatToIntegerOf(to, from), a,
                 static_cast<uint32_t>(mods.rounding), mods.flags);
  Handler handler = isInteger(from) ? integerToFloatOf(to, from, mods.rounding)
                                    : floatToFloatOf(to, from);
  if (to == Type::TF32 && !mods.away)
    return t.unsupported();
  return store(t, to, handler, a, static_cast<uint32_t>(mods.rounding),
               mods.flags);
}

void brt::emu::addConvertOps(OpcodeTable &table) {
  table["cvt"] = translateCvt;
}
