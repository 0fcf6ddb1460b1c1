//===- BarrierOps.cpp - bar, barrier, membar, fence -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.13.1-4.
//
//===----------------------------------------------------------------------===//

#include "check/SharedRaces.h"
#include "exec/Arithmetic.h"
#include "exec/Block.h"

using namespace brt::emu;

/// Inst::aux of the barrier handlers.
enum : uint32_t { kWait = 1, kReduce = 2 };

/// a: barrier, b: threads or zero; c: predicate of bar.red.
static const Inst *runBarrier(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  unsigned first = __builtin_ctz(warp.active);
  uint32_t index = warp.reg<uint32_t>(inst->a)[first];
  uint32_t threads = warp.reg<uint32_t>(inst->b)[first];
  if ((inst->aux & kReduce) && index < Block::kBarriers) {
    Barrier &barrier = warp.block->barriers[index];
    uint32_t holds = warp.mask(inst->c) & warp.active;
    barrier.trueLanes += __builtin_popcount(holds);
    barrier.allTrue &= holds == warp.active;
    barrier.anyTrue |= holds != 0;
  }
  warp.pc = inst + 1;
  if (!warp.block->arrive(warp, inst, index, threads, inst->aux & kWait)) {
    warp.state = WarpState::Faulted;
    return nullptr;
  }
  if (warp.state == WarpState::AtBarrier)
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

enum class BarrierValue : uint32_t { Count, All, Any };

static const Inst *runBarrierResult(const Inst *inst, Warp &warp) {
  if (static_cast<BarrierValue>(inst->aux) != BarrierValue::Count) {
    bool value = static_cast<BarrierValue>(inst->aux) == BarrierValue::All
                     ? warp.barrierAll
                     : warp.barrierAny;
    writeMask(warp, inst->d, value ? kAllLanes : 0);
  } else {
    for (uint32_t left = warp.active; left; left &= left - 1)
      warp.reg<uint32_t>(inst->d)[__builtin_ctz(left)] = warp.barrierResult;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// bar.warp.sync; a: member mask.
static const Inst *runWarpSync(const Inst *inst, Warp &warp) {
  const uint32_t *masks = warp.reg<uint32_t>(inst->a);
  uint32_t members = masks[__builtin_ctz(warp.active)];
  if (!warp.gather(inst, members))
    return warp.switchPath();
  if (warp.block->clocks)
    warp.block->clocks->warpSync(warp.index, members & warp.active, warp.live);
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runFence(const Inst *inst, Warp &warp) {
  if (warp.block->clocks)
    warp.block->clocks->fence(warp.index);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// fence.proxy.async: what was written so far is there for TMA and wgmma too.
static const Inst *runProxyFence(const Inst *inst, Warp &warp) {
  if (warp.block->clocks)
    warp.block->clocks->proxyFence(warp.index);
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool reduction(Translator &t, uint32_t barrier, uint32_t threads,
                      const Operand &predicate) {
  const char *kind = t.takeOneOf({"popc", "and", "or"});
  Type type = t.takeType();
  bool count = kind && kind[0] == 'p';
  if (!kind || type != (count ? Type::U32 : Type::Pred))
    return t.unsupported();
  uint32_t c = t.predicate(predicate);
  t.emit(runBarrier, 0, barrier, threads, c).aux = kWait | kReduce;
  uint32_t d = count ? t.target(t.operand(0), Type::U32)
                     : t.predicateTarget(t.operand(0));
  t.emit(runBarrierResult, d).aux =
      static_cast<uint32_t>(count            ? BarrierValue::Count
                            : kind[0] == 'a' ? BarrierValue::All
                                             : BarrierValue::Any);
  return true;
}

static bool translateBarrier(Translator &t) {
  t.group->needsWholePath = true;
  if (t.take("cluster"))
    return translateClusterBarrier(t);
  if (t.take("warp")) {
    if (!t.take("sync") || !t.expectOperands(1))
      return t.unsupported();
    t.emit(runWarpSync, 0, t.source(t.operand(0), Type::B32));
    return true;
  }
  t.take("cta");
  t.take("aligned");
  bool sync = t.take("sync"), arrive = !sync && t.take("arrive");
  bool red = !sync && !arrive && t.take("red");
  size_t count = t.inst().operands.size();
  size_t first = red ? 1 : 0;
  // The barrier, then perhaps the number of threads.
  bool hasThreads = count == first + 2 + red;
  if ((!sync && !arrive && !red) || (arrive && !hasThreads) ||
      (!hasThreads && count != first + 1 + red))
    return t.unsupported();
  uint32_t barrier = t.source(t.operand(first), Type::U32);
  uint32_t threads = hasThreads ? t.source(t.operand(first + 1), Type::U32)
                                : t.constant(0, sizeof(uint32_t));
  if (red)
    return reduction(t, barrier, threads, t.operand(count - 1));
  t.emit(runBarrier, 0, barrier, threads).aux = sync ? uint32_t(kWait) : 0;
  return true;
}

/// Of the proxies only the asynchronous one is told from the others.
static bool translateProxyFence(Translator &t) {
  if (t.take("async")) {
    t.takeOneOf({"global", "shared::cta", "shared::cluster"});
    t.emit(runProxyFence);
    return t.expectOperands(0);
  }
  if (t.take("alias"))
    return t.expectOperands(0);
  // Tensor maps are read when they are used.
  if (t.take("tensormap::generic")) {
    t.takeOneOf({"acquire", "release"});
    t.takeOneOf({"cta", "cluster", "gpu", "sys"});
    return true;
  }
  return t.unsupported();
}

static bool translateFence(Translator &t) {
  if (t.take("proxy"))
    return translateProxyFence(t);
  t.take("mbarrier_init");
  for (const char *word : {"sc", "acq_rel", "acquire", "release", "cta",
                           "cluster", "gpu", "gl", "sys", "volatile"})
    t.take(word);
  t.emit(runFence);
  return t.expectOperands(0);
}

void brt::emu::addBarrierOps(OpcodeTable &table) {
  table["bar"] = table["barrier"] = translateBarrier;
  table["membar"] = table["fence"] = translateFence;
}
