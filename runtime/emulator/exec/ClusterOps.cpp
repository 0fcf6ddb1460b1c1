//===- ClusterOps.cpp - barrier.cluster, mapa, getctarank -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.13.4 and 9.7.9.23-24.
//
//===----------------------------------------------------------------------===//

#include "exec/Cluster.h"
#include "exec/Lanes.h"
#include "exec/Translator.h"

#include <algorithm>

using namespace brt::emu;

/// aux: the barrier carries order.
static const Inst *runClusterArrive(const Inst *inst, Warp &warp) {
  if (!warp.block->cluster->arrive(inst, warp, inst->aux)) {
    warp.state = WarpState::Faulted;
    return nullptr;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Whoever waits gives way and looks again: blocks of the cluster take turns.
static const Inst *runClusterWait(const Inst *inst, Warp &warp) {
  if (warp.active & ~warp.clusterWaits) {
    warp.report(inst, FindingKind::BarrierDivergence,
                warp.active & ~warp.clusterWaits,
                "expects barrier.cluster.arrive before barrier.cluster.wait");
    warp.state = WarpState::Faulted;
    return nullptr;
  }
  if (!warp.block->cluster->isOver(warp)) {
    warp.pc = inst;
    return nullptr;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// .aligned: all lanes of the warp come to this instruction together.
static const Inst *runGatherWarp(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  BRT_EMU_NEXT(inst + 1, warp);
}

bool brt::emu::translateClusterBarrier(Translator &t) {
  bool arrives = t.take("arrive");
  if (!arrives && !t.take("wait"))
    return t.unsupported();
  bool relaxed = arrives && t.take("relaxed");
  t.take(arrives ? "release" : "acquire");
  if (t.take("aligned"))
    t.emit(runGatherWarp);
  t.emit(arrives ? runClusterArrive : runClusterWait).aux = !relaxed;
  return t.expectOperands(0);
}

/// d: the address in the block of rank b that corresponds to a.
template <class T>
static const Inst *runMapa(const Inst *inst, Warp &warp) {
  const T *a = warp.reg<T>(inst->a);
  const uint32_t *rank = warp.reg<uint32_t>(inst->b);
  T *d = warp.reg<T>(inst->d);
  // A rank that no cluster has stays one: the access is refused.
  constexpr uint32_t kNoRank = static_cast<uint32_t>(kRankMask >> kRankShift);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1)
      d[lane] = static_cast<T>((a[lane] & ~kRankMask) |
                               uint64_t(std::min(rank[lane], kNoRank - 1) + 1)
                                   << kRankShift);
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class T>
static const Inst *runGetRank(const Inst *inst, Warp &warp) {
  const T *a = warp.reg<T>(inst->a);
  uint32_t *d = warp.reg<uint32_t>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1) {
      uint32_t above =
          static_cast<uint32_t>((a[lane] & kRankMask) >> kRankShift);
      d[lane] = above ? above - 1 : warp.block->rank;
    }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// mapa and getctarank. The address is generic, or a place in shared memory.
static bool translateRank(Translator &t) {
  bool maps = t.inst().opcode == "mapa";
  t.take("shared::cluster");
  Type type = t.takeType();
  if (type != Type::U32 && type != Type::U64)
    return t.unsupported();
  if (!t.expectOperands(maps ? 3 : 2))
    return false;
  bool wide = type == Type::U64;
  uint32_t a = t.source(t.operand(1), type);
  if (!maps) {
    t.emit(wide ? runGetRank<uint64_t> : runGetRank<uint32_t>,
           t.target(t.operand(0), Type::U32), a);
    return true;
  }
  uint32_t b = t.source(t.operand(2), Type::U32);
  t.emit(wide ? runMapa<uint64_t> : runMapa<uint32_t>,
         t.target(t.operand(0), type), a, b);
  return true;
}

void brt::emu::addClusterOps(OpcodeTable &table) {
  table["mapa"] = table["getctarank"] = translateRank;
}
