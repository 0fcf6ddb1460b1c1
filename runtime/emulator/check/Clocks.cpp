//===- Clocks.cpp - What happened before what, inside one block -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/Clocks.h"

#include <algorithm>

using namespace brt::emu;

static void joinInto(BlockClocks::Ticks &into,
                     const BlockClocks::Ticks &from) {
  for (unsigned i = 0; i < BlockClocks::kMaxWarps; ++i)
    into[i] = std::max(into[i], from[i]);
}

BlockClocks::BlockClocks(unsigned warps)
    : known(warps, Ticks{}), together(warps, 0), pairs(warps),
      fenced(warps, Ticks{}), observed(warps, Ticks{}) {
  for (unsigned warp = 0; warp < warps; ++warp)
    known[warp][warp] = 1;
}

void BlockClocks::join(unsigned warp, const Ticks &ticks) {
  // Whatever the warp's own lanes gave away comes back to all of them.
  together[warp] = std::max(together[warp], ticks[warp]);
  uint32_t own = known[warp][warp];
  joinInto(known[warp], ticks);
  known[warp][warp] = own;
}

void BlockClocks::release(unsigned warp, unsigned barrier) {
  joinInto(atBarrier[barrier], known[warp]);
  together[warp] = known[warp][warp];
  ++known[warp][warp];
}

void BlockClocks::acquire(uint32_t warps, unsigned barrier) {
  const Ticks &ticks = atBarrier[barrier];
  for (unsigned warp = 0; warp < known.size(); ++warp)
    if (warps >> warp & 1)
      join(warp, ticks);
  atBarrier.erase(barrier);
}

void BlockClocks::warpSync(unsigned warp, uint32_t lanes, uint32_t live) {
  uint32_t tick = known[warp][warp]++;
  if ((live & ~lanes) == 0) {
    together[warp] = tick;
    return;
  }
  if (!pairs[warp])
    pairs[warp] = std::make_unique<LaneTicks>(LaneTicks{});
  LaneTicks &rows = *pairs[warp];
  std::array<uint32_t, kMaxLanes> joined{};
  for (unsigned lane = 0; lane < kMaxLanes; ++lane) {
    if (!(lanes >> lane & 1))
      continue;
    for (unsigned other = 0; other < kMaxLanes; ++other)
      joined[other] = std::max(joined[other], rows[lane][other]);
  }
  for (unsigned lane = 0; lane < kMaxLanes; ++lane)
    if (lanes >> lane & 1)
      joined[lane] = tick;
  for (unsigned lane = 0; lane < kMaxLanes; ++lane)
    if (lanes >> lane & 1)
      rows[lane] = joined;
}

void BlockClocks::fence(unsigned warp) {
  join(warp, observed[warp]);
  fenced[warp] = known[warp];
  ++known[warp][warp];
}

void BlockClocks::strongWrite(unsigned warp, uint64_t address, bool release) {
  if (release) {
    joinInto(atAddress[address], known[warp]);
    ++known[warp][warp];
  } else if (fenced[warp][warp]) {
    joinInto(atAddress[address], fenced[warp]);
  }
}

void BlockClocks::strongRead(unsigned warp, uint64_t address, bool acquire) {
  auto found = atAddress.find(address);
  if (found == atAddress.end())
    return;
  if (acquire)
    join(warp, found->second);
  else
    joinInto(observed[warp], found->second);
}
