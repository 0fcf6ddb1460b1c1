//===- Lanes.h - Handlers that apply one function to every lane -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_LANES_H
#define BRT_EMULATOR_EXEC_LANES_H

#include "exec/Warp.h"

namespace brt::emu {

/// d = Op(a), for operations `static R apply(A)`.
template <class Op, class R, class A>
const Inst *mapUnary(const Inst *inst, Warp &warp) {
  R *d = warp.reg<R>(inst->d);
  const A *a = warp.reg<A>(inst->a);
  if (warp.active == kAllLanes) {
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] = Op::apply(a[lane]);
  } else {
    uint32_t active = warp.active;
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] = active >> lane & 1 ? Op::apply(a[lane]) : d[lane];
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// d = Op(a, b).
template <class Op, class R, class A, class B>
const Inst *mapBinary(const Inst *inst, Warp &warp) {
  R *d = warp.reg<R>(inst->d);
  const A *a = warp.reg<A>(inst->a);
  const B *b = warp.reg<B>(inst->b);
  if (warp.active == kAllLanes) {
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] = Op::apply(a[lane], b[lane]);
  } else {
    uint32_t active = warp.active;
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] = active >> lane & 1 ? Op::apply(a[lane], b[lane]) : d[lane];
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// d = Op(a, b, c).
template <class Op, class R, class A, class B, class C>
const Inst *mapTernary(const Inst *inst, Warp &warp) {
  R *d = warp.reg<R>(inst->d);
  const A *a = warp.reg<A>(inst->a);
  const B *b = warp.reg<B>(inst->b);
  const C *c = warp.reg<C>(inst->c);
  if (warp.active == kAllLanes) {
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] = Op::apply(a[lane], b[lane], c[lane]);
  } else {
    uint32_t active = warp.active;
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] =
          active >> lane & 1 ? Op::apply(a[lane], b[lane], c[lane]) : d[lane];
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Writes the active lanes of a predicate.
inline void writeMask(Warp &warp, uint32_t offset, uint32_t value) {
  uint32_t &d = warp.mask(offset);
  d = (d & ~warp.active) | (value & warp.active);
}

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_LANES_H
