//===- ExactConvert.cpp - cvt in exact mode -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between floats the payload's sign is extended, or the payload is cut; an
// integer is its own payload.
//
//===----------------------------------------------------------------------===//

#include "exec/Exact.h"
#include "exec/ExactRing.h"

using namespace brt::emu;

/// Functions that round to integral floats, behind those of ExactOps.cpp.
static constexpr uint64_t kIntegralTags = 16;

/// A payload as one of another width.
template <class To, class From>
static typename To::Payload resized(From payload) {
  using Signed = std::make_signed_t<From>;
  return static_cast<typename To::Payload>(static_cast<Signed>(payload));
}

/// .relu and .sat, in the order of max.
template <class Ring>
static typename Ring::Bits clampBits(typename Ring::Bits bits, uint32_t flags) {
  auto rank = ringRank<Ring>(bits);
  if ((flags & (kRelu | kSaturate)) && rank < 0)
    return 0;
  return (flags & kSaturate) && rank > ringRank<Ring>(Ring::kOne) ? Ring::kOne
                                                                  : bits;
}

template <class D, class S>
static const Inst *floatToFloat(const Inst *inst, Warp &warp) {
  const auto *a = warp.reg<typename S::Bits>(inst->a);
  mapLanes(warp, warp.reg<typename D::Bits>(inst->d), [&](unsigned lane) {
    auto payload = S::embed(a[lane]);
    if (inst->aux2 & kIntegral)
      payload = ringTag(payload, kIntegralTags + inst->aux);
    return clampBits<D>(D::unembed(resized<D>(payload)), inst->aux2);
  });
  BRT_EMU_NEXT(inst + 1, warp);
}

/// 8-bit integers live in 16-bit registers.
template <class D, class S>
static const Inst *integerToFloat(const Inst *inst, Warp &warp) {
  using Register = std::conditional_t<sizeof(S) == 1, uint16_t, S>;
  const Register *a = warp.reg<Register>(inst->a);
  mapLanes(warp, warp.reg<typename D::Bits>(inst->d), [&](unsigned lane) {
    int64_t value = static_cast<int64_t>(static_cast<S>(a[lane]));
    return D::unembed(static_cast<typename D::Payload>(value));
  });
  BRT_EMU_NEXT(inst + 1, warp);
}

Handler brt::emu::exactConversion(Type to, Type from) {
  return forRing(to, [&](auto ring) -> Handler {
    using D = decltype(ring);
    if (Handler handler = forRing(from, [](auto other) -> Handler {
          return floatToFloat<D, decltype(other)>;
        }))
      return handler;
    return forAnyInteger(from, [](auto zero) -> Handler {
      return integerToFloat<D, decltype(zero)>;
    });
  });
}

/// Calls `pick` with the ring of one element of a packed type.
template <class Pick>
static Handler forPacked(Type type, Pick pick) {
  switch (type) {
  case Type::F16x2:
    return pick(RingF16());
  case Type::BF16x2:
    return pick(RingBF16());
  case Type::E4M3x2:
    return pick(RingE4M3());
  case Type::E5M2x2:
    return pick(RingE5M2());
  default:
    return nullptr;
  }
}

/// Two elements; 8-bit ones fill 16 bits.
template <class Ring>
using Pair =
    std::conditional_t<sizeof(typename Ring::Bits) == 1, uint16_t, uint32_t>;

template <class Ring, bool relu>
static Pair<Ring> join(uint32_t high, uint32_t low) {
  constexpr uint32_t kFlags = relu ? uint32_t(kRelu) : 0;
  constexpr unsigned kBits = 8 * sizeof(typename Ring::Bits);
  uint32_t upper = clampBits<Ring>(Ring::unembed(high), kFlags);
  uint32_t lower = clampBits<Ring>(Ring::unembed(low), kFlags);
  return static_cast<Pair<Ring>>(upper << kBits | lower);
}

namespace {
template <class Ring, bool relu>
struct Pack {
  static Pair<Ring> apply(uint32_t a, uint32_t b) {
    return join<Ring, relu>(RingF32::embed(a), RingF32::embed(b));
  }
};
template <class D, class S, bool relu>
struct Repack {
  static Pair<D> apply(Pair<S> a) {
    using Bits = typename S::Bits;
    constexpr unsigned kBits = 8 * sizeof(Bits);
    return join<D, relu>(S::embed(static_cast<Bits>(a >> kBits)),
                         S::embed(static_cast<Bits>(a)));
  }
};
} // namespace

Handler brt::emu::exactPack(Type to, bool relu) {
  return forPacked(to, [&](auto ring) {
    using D = decltype(ring);
    using W = uint32_t;
    return relu ? Handler(mapBinary<Pack<D, true>, Pair<D>, W, W>)
                : Handler(mapBinary<Pack<D, false>, Pair<D>, W, W>);
  });
}

Handler brt::emu::exactRepack(Type to, Type from, bool relu) {
  return forPacked(to, [&](auto ring) {
    using D = decltype(ring);
    return forPacked(from, [&](auto other) {
      using S = decltype(other);
      return relu ? Handler(mapUnary<Repack<D, S, true>, Pair<D>, Pair<S>>)
                  : Handler(mapUnary<Repack<D, S, false>, Pair<D>, Pair<S>>);
    });
  });
}
