//===- PackOps.cpp - cvt to and from packed formats -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.23. Of two sources, the first goes to the upper half.
//
//===----------------------------------------------------------------------===//

#include "exec/Exact.h"

#include <algorithm>

using namespace brt::emu;

static const FloatFormat *formatOf(Type type) {
  switch (type) {
  case Type::F16x2:
    return &kF16;
  case Type::BF16x2:
    return &kBF16;
  case Type::E4M3x2:
    return &kE4M3;
  case Type::E5M2x2:
    return &kE5M2;
  default:
    return nullptr;
  }
}

static bool isPacked(Type type) { return formatOf(type) != nullptr; }

ConversionModifiers brt::emu::takeConversionModifiers(Translator &t) {
  struct Row {
    const char *name;
    Rounding mode;
    bool integral;
  };
  static const Row rows[] = {
      {"rn", Rounding::Nearest, false}, {"rz", Rounding::Zero, false},
      {"rm", Rounding::Down, false},    {"rp", Rounding::Up, false},
      {"rni", Rounding::Nearest, true}, {"rzi", Rounding::Zero, true},
      {"rmi", Rounding::Down, true},    {"rpi", Rounding::Up, true}};
  ConversionModifiers result;
  for (const Row &row : rows)
    if (t.take(row.name)) {
      result.rounding = row.mode;
      result.flags |= row.integral ? uint32_t(kIntegral) : 0;
    }
  result.away = t.take("rna");
  result.flags |= t.take("ftz") ? uint32_t(kFlushInput) : 0;
  result.flags |= t.take("sat") ? uint32_t(kSaturate) : 0;
  result.flags |= t.take("relu") ? uint32_t(kRelu) : 0;
  result.flags |= t.take("satfinite") ? uint32_t(kFinite) : 0;
  return result;
}

bool brt::emu::isPackedConversion(const Translator &t) {
  for (const std::string &modifier : t.inst().modifiers)
    if (isPacked(typeFromName(modifier)))
      return true;
  return false;
}

namespace {
struct PackInfo {
  FloatFormat to, from;
  NarrowRounding mode = NarrowRounding::NearestEven;
  uint32_t flags = 0;
  unsigned bits = 16;     // of one packed value
  unsigned fromBits = 16; // of one packed source value
};
} // namespace

static uint32_t packOne(double value, const PackInfo &info) {
  if ((info.flags & kRelu) && value <= 0)
    value = 0;
  return encode(value, info.to, info.mode, info.flags & kFinite);
}

/// Two f32 to one register of Bits.
template <class Bits>
static const Inst *packFloats(const Inst *inst, Warp &warp) {
  const PackInfo &info = inst->info<PackInfo>();
  const float *a = warp.reg<float>(inst->a), *b = warp.reg<float>(inst->b);
  Bits *d = warp.reg<Bits>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1)
      d[lane] = static_cast<Bits>(packOne(a[lane], info) << info.bits |
                                  packOne(b[lane], info));
  BRT_EMU_NEXT(inst + 1, warp);
}

/// One packed format to another.
template <class D, class S>
static const Inst *repack(const Inst *inst, Warp &warp) {
  const PackInfo &info = inst->info<PackInfo>();
  const S *a = warp.reg<S>(inst->a);
  D *d = warp.reg<D>(inst->d);
  uint32_t ones = (1u << info.fromBits) - 1;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    double low = decode(a[lane] & ones, info.from);
    double high = decode(a[lane] >> info.fromBits & ones, info.from);
    d[lane] =
        static_cast<D>(packOne(high, info) << info.bits | packOne(low, info));
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// f32 to bf16x2, to nearest: the most frequent conversion of all.
static const Inst *packBF16(const Inst *inst, Warp &warp) {
  const uint32_t *a = warp.reg<uint32_t>(inst->a),
                 *b = warp.reg<uint32_t>(inst->b);
  uint32_t *d = warp.reg<uint32_t>(inst->d);
  uint32_t active = warp.active;
  auto narrow = [](uint32_t bits) -> uint32_t {
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return (bits & 0x7fffffff) > 0x7f800000 ? kBF16.nan : rounded;
  };
  BRT_EMU_LANES
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    uint32_t packed = narrow(a[lane]) << 16 | narrow(b[lane]);
    d[lane] = active >> lane & 1 ? packed : d[lane];
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static Handler repackHandler(Type to, Type from) {
  if (sizeOf(to) == 4 && sizeOf(from) == 2)
    return repack<uint32_t, uint16_t>;
  if (sizeOf(to) == 2 && sizeOf(from) == 4)
    return repack<uint16_t, uint32_t>;
  return nullptr;
}

bool brt::emu::packedConversion(Translator &t) {
  ConversionModifiers mods = takeConversionModifiers(t);
  Type to = t.takeType(), from = t.takeType();
  if (!isPacked(to) || mods.away || (mods.flags & (kIntegral | kSaturate)) ||
      mods.rounding == Rounding::Down || mods.rounding == Rounding::Up)
    return t.unsupported();
  auto *info = t.keep<PackInfo>();
  info->to = *formatOf(to);
  info->mode = narrowMode(mods.rounding);
  info->flags = mods.flags;
  info->bits = 4 * sizeOf(to);

  Handler handler = nullptr;
  bool isPair = from == Type::F32;
  if (isPair) {
    bool plain = mods.flags == 0 && info->mode == NarrowRounding::NearestEven;
    handler = t.program.exact               ? exactPack(to, mods.flags & kRelu)
              : to == Type::BF16x2 && plain ? packBF16
              : sizeOf(to) == 4             ? packFloats<uint32_t>
                                            : packFloats<uint16_t>;
    if (!t.expectOperands(3))
      return false;
  } else {
    if (!isPacked(from) || !t.expectOperands(2))
      return t.unsupported();
    info->from = *formatOf(from);
    info->fromBits = 4 * sizeOf(from);
    handler = t.program.exact ? exactRepack(to, from, mods.flags & kRelu)
                              : repackHandler(to, from);
    if (!handler)
      return t.unsupported();
  }
  uint32_t a = t.source(t.operand(1), from);
  uint32_t b = isPair ? t.source(t.operand(2), from) : 0;
  t.emit(handler, t.target(t.operand(0), to), a, b).imm =
      reinterpret_cast<uint64_t>(info);
  return true;
}
