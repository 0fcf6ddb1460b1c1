//===- Clocks.h - What happened before what, inside one block -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vector clocks (PTX ISA 8, memory consistency) on two levels. Between warps,
// each warp knows up to which of its ticks every other warp is ordered before
// it: barriers, fences with strong accesses, and acquire and release move that
// knowledge. Inside a warp, each lane knows the same of the other lanes:
// `bar.warp.sync` moves it. A tick passes whenever knowledge is given away.
//
// Taking the warp as one party for the first level never invents a race; it may
// miss one where a single lane synchronised and its neighbours did not.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_CLOCKS_H
#define BRT_EMULATOR_CHECK_CLOCKS_H

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace brt::emu {

class BlockClocks {
public:
  static constexpr unsigned kMaxWarps = 32, kMaxLanes = 32;
  using Ticks = std::array<uint32_t, kMaxWarps>;

  explicit BlockClocks(unsigned warps);

  /// The tick that an access of `warp` now belongs to.
  uint32_t now(unsigned warp) const { return known[warp][warp]; }

  /// True if an access of (otherWarp, otherLane) at `tick` is ordered before
  /// what (warp, lane) does now.
  bool ordered(unsigned warp, unsigned lane, unsigned otherWarp,
               unsigned otherLane, uint32_t tick) const {
    if (otherWarp != warp)
      return tick <= known[warp][otherWarp];
    return otherLane == lane || tick <= together[warp] ||
           (pairs[warp] && tick <= (*pairs[warp])[lane][otherLane]);
  }

  /// A warp arrives at a barrier; its lanes are in step.
  void release(unsigned warp, unsigned barrier);
  /// The barrier lets `warps` (one bit each) go on.
  void acquire(uint32_t warps, unsigned barrier);
  /// bar.warp.sync of `lanes`, of which `live` exist.
  void warpSync(unsigned warp, uint32_t lanes, uint32_t live);

  /// membar, fence: orders what was read strongly before, and what will be
  /// written strongly after.
  void fence(unsigned warp);
  /// A strong write (volatile, relaxed, atomic) to `address`; `release` if it
  /// carries that order itself.
  void strongWrite(unsigned warp, uint64_t address, bool release);
  /// A strong read of `address`.
  void strongRead(unsigned warp, uint64_t address, bool acquire);

private:
  using LaneTicks = std::array<std::array<uint32_t, kMaxLanes>, kMaxLanes>;
  std::vector<Ticks> known;      // [warp][other]
  std::vector<uint32_t> together; // [warp]: all its lanes know all up to here
  std::vector<std::unique_ptr<LaneTicks>> pairs; // [warp][lane][other lane]
  std::vector<Ticks> fenced;   // known at the last fence
  std::vector<Ticks> observed; // read strongly, not yet fenced
  std::unordered_map<unsigned, Ticks> atBarrier;
  std::unordered_map<uint64_t, Ticks> atAddress;

  void join(unsigned warp, const Ticks &ticks);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_CLOCKS_H
