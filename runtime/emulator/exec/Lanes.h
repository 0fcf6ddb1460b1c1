//===- Lanes.h - Handlers that apply one function to every lane -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_LANES_H
#define BRT_EMULATOR_EXEC_LANES_H

#include "exec/Warp.h"

namespace brt::emu {

/// Keeps what is in the lanes that are not active. Out of line: handlers stay
/// short where all lanes are.
template <class R>
[[gnu::noinline]] void writeActive(uint32_t active, const R *result, R *d) {
  BRT_EMU_LANES
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    R kept = d[lane], value = result[lane];
    d[lane] = active >> lane & 1 ? value : kept;
  }
}

/// d[lane] = value(lane) in the active lanes.
template <class R, class Value>
[[gnu::always_inline]] inline void mapLanes(Warp &warp, R *d, Value value) {
  if (warp.active == kAllLanes) {
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] = value(lane);
  } else {
    R result[kLanes];
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      result[lane] = value(lane);
    writeActive(warp.active, result, d);
  }
}

/// d = Op(a), for operations `static R apply(A)`.
template <class Op, class R, class A>
const Inst *mapUnary(const Inst *inst, Warp &warp) {
  const A *a = warp.reg<A>(inst->a);
  mapLanes(warp, warp.reg<R>(inst->d),
           [=](unsigned lane) -> R { return Op::apply(a[lane]); });
  BRT_EMU_NEXT(inst + 1, warp);
}

/// d = Op(a, b).
template <class Op, class R, class A, class B>
const Inst *mapBinary(const Inst *inst, Warp &warp) {
  const A *a = warp.reg<A>(inst->a);
  const B *b = warp.reg<B>(inst->b);
  mapLanes(warp, warp.reg<R>(inst->d),
           [=](unsigned lane) -> R { return Op::apply(a[lane], b[lane]); });
  BRT_EMU_NEXT(inst + 1, warp);
}

/// d = Op(a, b, c).
template <class Op, class R, class A, class B, class C>
const Inst *mapTernary(const Inst *inst, Warp &warp) {
  const A *a = warp.reg<A>(inst->a);
  const B *b = warp.reg<B>(inst->b);
  const C *c = warp.reg<C>(inst->c);
  mapLanes(warp, warp.reg<R>(inst->d), [=](unsigned lane) -> R {
    return Op::apply(a[lane], b[lane], c[lane]);
  });
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Writes the active lanes of a predicate.
inline void writeMask(Warp &warp, uint32_t offset, uint32_t value) {
  uint32_t &d = warp.mask(offset);
  d = (d & ~warp.active) | (value & warp.active);
}

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_LANES_H
