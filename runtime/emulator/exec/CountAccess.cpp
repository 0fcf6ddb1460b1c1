//===- CountAccess.cpp - Sectors and bank conflicts -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Memory.h"

#include <algorithm>

using namespace brt::emu;

static constexpr unsigned kSectorShift = 5;
static constexpr unsigned kBankBytes = 4;

/// 32-byte sectors of global memory that the lanes touch, where every run of
/// lanes begins behind the one before; zero if not.
static uint64_t countSortedSectors(const Resolved &where, unsigned size) {
  uint64_t count = 0, last = 0;
  bool isSorted = true;
  forRuns(where, [&](Run run) {
    uint64_t start = where.address[run.first];
    uint64_t bytes = run.same ? size : uint64_t(run.count) * size;
    uint64_t first = start >> kSectorShift;
    isSorted &= count == 0 || first >= last;
    count -= count != 0 && first == last;
    last = (start + bytes - 1) >> kSectorShift;
    count += last - first + 1;
  });
  return isSorted ? count : 0;
}

/// The same in any order. Aligned accesses of up to 32 bytes lie in one each.
static uint64_t countSectors(const Resolved &where, uint32_t lanes,
                             unsigned size) {
  uint64_t sectors[kLanes];
  size_t count = 0;
  if (uint64_t sorted =
          lanes == where.lanes ? countSortedSectors(where, size) : 0)
    return sorted;
  for (uint32_t left = lanes & ~where.same; left; left &= left - 1)
    sectors[count++] = where.address[__builtin_ctz(left)] >> kSectorShift;
  std::sort(sectors, sectors + count);
  return static_cast<uint64_t>(std::unique(sectors, sectors + count) - sectors);
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

/// Passes over the shared banks for `perPass` lanes of a part of the warp at a
/// time, each of which asks for one of as many (wide) banks.
template <unsigned perPass>
static unsigned countParts(const Resolved &where, const uint32_t *units,
                           unsigned &ideal) {
  unsigned total = 0;
  for (unsigned first = 0; first < kLanes; first += perPass) {
    uint32_t part = kAllLanes >> (kLanes - perPass) << first;
    uint32_t lanes = where.shared & part;
    if (!lanes)
      continue;
    ++ideal;
    lanes &= ~where.same | 1u << first;
    uint32_t banks = 0;
    for (unsigned lane = first; lane < first + perPass; ++lane)
      banks |= (lanes >> lane & 1) << units[lane] % perPass;
    bool meet = __builtin_popcount(banks) != __builtin_popcount(lanes);
    total += meet ? worstBank(units, lanes, perPass) : 1;
  }
  return total;
}

/// Passes over the shared banks that the lanes' accesses take. Wider ones than
/// a bank go in two or four parts of the warp, where each asks for two or four
/// neighbouring banks, so that these count as one.
static unsigned countWavefronts(const Resolved &where, unsigned size,
                                unsigned &ideal) {
  unsigned unitBytes = std::max(kBankBytes, size);
  unsigned shift = static_cast<unsigned>(__builtin_ctz(unitBytes));
  uint32_t units[kLanes];
  for (unsigned lane = 0; lane < kLanes; ++lane)
    units[lane] = static_cast<uint32_t>(where.address[lane] >> shift);
  switch (unitBytes) {
  case 4:
    return countParts<32>(where, units, ideal);
  case 8:
    return countParts<16>(where, units, ideal);
  case 16:
    return countParts<8>(where, units, ideal);
  default:
    return countParts<4>(where, units, ideal);
  }
}

void brt::emu::countAccess(Warp &warp, uint32_t site, const Resolved &where,
                           unsigned size) {
  if (!warp.block->launch.options.counts)
    return;
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
    count.sectors += countSectors(where, global, size);
}

void brt::emu::countWholeRow(Warp &warp, uint32_t site, uint64_t address,
                             bool isShared, unsigned size) {
  if (!warp.block->launch.options.counts)
    return;
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
