//===- Clocks.h - What happened before what -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vector clocks (PTX ISA 8, memory consistency) on two levels. Between warps,
// each warp knows up to which of its ticks every other warp is ordered before
// it: barriers, fences with strong accesses, and acquire and release move that
// knowledge. Inside a warp, each lane knows the same of the other lanes:
// `bar.warp.sync` moves it. A tick passes whenever knowledge is given away.
//
// Between blocks, knowledge passes through strong accesses to global memory; a
// warp keeps what it learned of other blocks beside what it knows of its own.
//
// Taking the warp as one party for the first level never invents a race; it may
// miss one where a single lane synchronised and its neighbours did not.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_CLOCKS_H
#define BRT_EMULATOR_CHECK_CLOCKS_H

#include "check/Stamp.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace brt::emu {

/// Up to which tick each warp of a block is known.
constexpr unsigned kClockWarps = 32;
using Ticks = std::array<uint32_t, kClockWarps>;

struct Knowledge {
  Ticks own{};
  /// Of those, what the asynchronous proxy (TMA, wgmma) sees as well:
  /// fence.proxy.async came after it.
  Ticks proxied{};
  std::map<uint32_t, Ticks> foreign; // other blocks, by linear index
  std::map<uint32_t, Ticks> foreignProxied;

  void join(const Knowledge &other);
  /// The same for another block of the cluster: what is `block`'s own becomes
  /// foreign, and the other way round.
  Knowledge leaving(uint32_t block) const;
  Knowledge entering(uint32_t block) const;
};

/// What was published at addresses of global memory; shared by the blocks of a
/// launch. The knowledge of every block is kept as foreign.
class GlobalClocks {
public:
  void publish(uint64_t address, uint32_t block, const Knowledge &knowledge);
  /// False if nothing was published there.
  bool fetch(uint64_t address, uint32_t block, Knowledge &knowledge);
  /// True while nothing was published anywhere.
  bool isEmpty() const { return empty; }

private:
  std::mutex mutex;
  std::atomic<bool> empty{true};
  std::unordered_map<uint64_t, std::map<uint32_t, Ticks>> atAddress;
};

class BlockClocks {
public:
  static constexpr unsigned kMaxLanes = 32;

  BlockClocks(unsigned warps, uint32_t block, GlobalClocks &global);

  const uint32_t block; // linear index

  /// The tick that an access of `warp` now belongs to.
  uint32_t now(unsigned warp) const { return known[warp].own[warp]; }

  /// All accesses up to this tick, of any thread of the block, are ordered
  /// before what any lane of `warp` does now.
  uint32_t floor(unsigned warp) const { return floors[warp]; }

  /// True if an access of (otherWarp, otherLane) at `tick` is ordered before
  /// what (warp, lane) does now.
  bool ordered(unsigned warp, unsigned lane, unsigned otherWarp,
               unsigned otherLane, uint32_t tick) const {
    if (otherWarp != warp)
      return tick <= known[warp].own[otherWarp];
    return otherLane == lane || tick <= together[warp] ||
           (pairs[warp] && tick <= (*pairs[warp])[lane][otherLane]);
  }

  /// The same for an access of another block.
  bool orderedAcross(unsigned warp, uint32_t otherBlock, unsigned otherWarp,
                     uint32_t tick) const;
  /// The same for an access of any block, by the threads of both.
  bool ordered(const Access &access, uint32_t otherBlock, const Access &other,
               uint32_t tick) const {
    return otherBlock == block
               ? ordered(access.warp, access.lane, other.warp, other.lane, tick)
               : orderedAcross(access.warp, otherBlock, other.warp, tick);
  }
  /// Whether some warp of the block knows such an access.
  bool anyKnows(uint32_t otherBlock, unsigned otherWarp, uint32_t tick) const;

  /// A warp arrives at a barrier; its lanes are in step.
  void release(unsigned warp, unsigned barrier);
  /// The barrier lets `warps` (one bit each) go on.
  void acquire(uint32_t warps, unsigned barrier);
  /// bar.warp.sync of `lanes`, of which `live` exist.
  void warpSync(unsigned warp, uint32_t lanes, uint32_t live);

  /// A thread of `warp` arrives at an mbarrier, or waited for it.
  void give(unsigned warp, Knowledge &to);
  /// The same for a barrier of the whole cluster, where nothing is any block's
  /// own. Without `release` only what came before a fence is given.
  void giveCluster(unsigned warp, bool release, Knowledge &to);
  void takeCluster(unsigned warp, const Knowledge &from) {
    join(warp, from.entering(block));
  }
  void take(unsigned warp, const Knowledge &from) { join(warp, from); }

  /// fence.proxy.async.
  void proxyFence(unsigned warp) {
    known[warp].proxied = known[warp].own;
    known[warp].foreignProxied = known[warp].foreign;
  }
  /// True if a write of otherWarp at `tick` is seen by what `warp` now asks the
  /// asynchronous proxy to do.
  bool proxied(unsigned warp, unsigned otherWarp, uint32_t tick) const {
    return tick <= known[warp].proxied[otherWarp];
  }
  bool proxiedAcross(unsigned warp, uint32_t otherBlock, unsigned otherWarp,
                     uint32_t tick) const;

  /// membar, fence: orders what was read strongly before, and what will be
  /// written strongly after.
  void fence(unsigned warp);
  /// A strong write (volatile, relaxed, atomic) to `address`, of shared or of
  /// global memory; `release` if it carries that order itself.
  void strongWrite(unsigned warp, uint64_t address, bool shared, bool release);
  void strongRead(unsigned warp, uint64_t address, bool shared, bool acquire);

private:
  using LaneTicks = std::array<std::array<uint32_t, kMaxLanes>, kMaxLanes>;
  GlobalClocks &global;
  std::vector<Knowledge> known;   // [warp]
  std::vector<uint32_t> together; // [warp]: all its lanes know all up to here
  std::vector<uint32_t> floors;   // [warp]
  std::vector<std::unique_ptr<LaneTicks>> pairs; // [warp][lane][other lane]
  std::vector<Knowledge> fenced;                 // known at the last fence
  std::vector<Knowledge> observed; // read strongly, not yet fenced
  std::unordered_map<unsigned, Knowledge> atBarrier;
  std::unordered_map<uint64_t, Knowledge> atShared;

  void join(unsigned warp, const Knowledge &knowledge);
  void findFloor(unsigned warp);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_CLOCKS_H
