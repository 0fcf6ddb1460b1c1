//===- CountAccess.cpp - Sectors and bank conflicts -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Memory.h"

#include <algorithm>

using namespace brt::emu;

static constexpr unsigned kSectorShift = 5;
static constexpr unsigned kBankBytes = 4;

/// 32-byte sectors of global memory that the lanes touch. Aligned accesses of
/// up to 32 bytes lie in one each.
static unsigned countSectors(const Resolved &where, uint32_t lanes) {
  uint64_t sectors[kLanes];
  unsigned count = 0;
  bool isSorted = true;
  for (uint32_t left = lanes & ~where.same; left; left &= left - 1) {
    uint64_t sector = where.address[__builtin_ctz(left)] >> kSectorShift;
    if (count && sectors[count - 1] == sector)
      continue;
    isSorted &= !count || sectors[count - 1] < sector;
    sectors[count++] = sector;
  }
  if (isSorted)
    return count;
  std::sort(sectors, sectors + count);
  return static_cast<unsigned>(std::unique(sectors, sectors + count) - sectors);
}

/// Different units among those of `lanes` that one bank asks for; the most of
/// any bank.
static unsigned worstBank(const uint32_t *units, uint32_t lanes,
                          unsigned banks) {
  uint32_t asked[kLanes][kLanes];
  uint8_t uses[kLanes] = {};
  unsigned worst = 0;
  for (uint32_t left = lanes; left; left &= left - 1) {
    uint32_t unit = units[__builtin_ctz(left)];
    unsigned bank = unit % banks, at = 0;
    while (at < uses[bank] && asked[bank][at] != unit)
      ++at;
    asked[bank][at] = unit;
    uses[bank] = std::max<uint8_t>(uses[bank], static_cast<uint8_t>(at + 1));
    worst = std::max(worst, at + 1);
  }
  return worst;
}

/// Passes over the shared banks that the lanes' accesses take. Wider ones than
/// a bank go in two or four parts of the warp, where each asks for two or four
/// neighbouring banks, so that these count as one.
static unsigned countWavefronts(const Resolved &where, unsigned size,
                                unsigned &ideal) {
  unsigned unitBytes = std::max(kBankBytes, size);
  unsigned perPass = kLanes * kBankBytes / unitBytes;
  unsigned shift = static_cast<unsigned>(__builtin_ctz(unitBytes));
  uint32_t units[kLanes];
  for (unsigned lane = 0; lane < kLanes; ++lane)
    units[lane] = static_cast<uint32_t>(where.address[lane] >> shift);
  unsigned total = 0;
  ideal = 0;
  for (unsigned first = 0; first < kLanes; first += perPass) {
    uint32_t part = perPass == kLanes ? kAllLanes : (1u << perPass) - 1;
    uint32_t lanes = where.shared & part << first;
    if (!lanes)
      continue;
    ++ideal;
    // All within the width of the banks: no two meet.
    uint32_t some = units[__builtin_ctz(lanes)], low = some, high = some;
    for (unsigned lane = first; lane < first + perPass; ++lane) {
      uint32_t unit = lanes >> lane & 1 ? units[lane] : some;
      low = std::min(low, unit);
      high = std::max(high, unit);
    }
    total +=
        high - low < perPass
            ? 1
            : worstBank(units, lanes & ~(where.same & ~(1u << first)), perPass);
  }
  return total;
}

void brt::emu::countAccess(Warp &warp, uint32_t site, const Resolved &where,
                           unsigned size) {
  SiteCount &count = warp.worker->counters.sites[site];
  ++count.accesses;
  count.bytes += uint64_t(size) * __builtin_popcount(where.lanes);
  if (where.shared) {
    unsigned ideal = 0;
    count.wavefronts += countWavefronts(where, size, ideal);
    count.ideal += ideal;
  }
  uint32_t global = where.lanes & ~where.shared;
  if (global &&
      warp.block->launch.memory.inRange(where.address[__builtin_ctz(global)]))
    count.sectors += countSectors(where, global);
}

void brt::emu::countWholeRow(Warp &warp, uint32_t site, uint64_t address,
                             bool isShared, unsigned size) {
  SiteCount &count = warp.worker->counters.sites[site];
  ++count.accesses;
  count.bytes += uint64_t(size) * kLanes;
  if (isShared) {
    // The words of a row lie on different banks.
    unsigned passes = std::max(1u, size / kBankBytes);
    count.wavefronts += passes;
    count.ideal += passes;
  } else if (warp.block->launch.memory.inRange(address)) {
    uint64_t end = address + uint64_t(size) * kLanes - 1;
    count.sectors += (end >> kSectorShift) - (address >> kSectorShift) + 1;
  }
}
