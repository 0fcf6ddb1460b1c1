//===- GlobalRaces.cpp - Races on global memory ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/GlobalRaces.h"

#include <algorithm>

using namespace brt::emu;

static constexpr uint64_t kCellBytes = 4;
static constexpr uint32_t kSiteMask = 0xfffff;

bool GlobalRaces::races(const BlockClocks &known, const Access &access,
                        const Stamp &earlier) {
  if (earlier.tick == 0 || (earlier.strong && access.strong))
    return false;
  if (earlier.block == known.block)
    return !known.ordered(access.warp, access.lane, earlier.warp, earlier.lane,
                          earlier.tick);
  return !known.orderedAcross(access.warp, earlier.block, earlier.warp,
                              earlier.tick);
}

void GlobalRaces::fill(Conflict &conflict, const Stamp &earlier) {
  conflict.block = earlier.block;
  conflict.other.warp = earlier.warp;
  conflict.other.lane = earlier.lane;
  conflict.other.site = earlier.site;
  conflict.other.strong = earlier.strong;
}

bool GlobalRaces::visit(const BlockClocks &known, const Access &access,
                        Cell &cell, uint8_t bytes, bool isWrite, bool same,
                        Conflict &conflict) {
  bool found = false;
  if ((cell.written & bytes) && races(known, access, cell.writer)) {
    // Threads that run the same store and agree do no harm.
    bool agrees = isWrite && same && cell.writer.site == access.site;
    if (!agrees) {
      fill(conflict, cell.writer);
      found = true;
    }
  }
  if (isWrite && (cell.read & bytes) && races(known, access, cell.reader)) {
    fill(conflict, cell.reader);
    found = true;
  }
  Stamp &stamp = isWrite ? cell.writer : cell.reader;
  uint8_t &mask = isWrite ? cell.written : cell.read;
  bool again = stamp.tick == known.now(access.warp) &&
               stamp.block == known.block && stamp.warp == access.warp &&
               stamp.lane == access.lane;
  mask = again ? mask | bytes : bytes;
  stamp.tick = known.now(access.warp);
  stamp.block = known.block;
  stamp.site = access.site & kSiteMask;
  stamp.warp = access.warp & 31;
  stamp.lane = access.lane & 31;
  stamp.strong = access.strong;
  return found;
}

bool GlobalRaces::access(const BlockClocks &known, const Access &access,
                         uint64_t address, uint32_t size, bool isWrite,
                         bool same, Conflict &conflict) {
  // Accesses are aligned to their size, so they lie in one chunk.
  uint64_t number = address >> kChunkShift;
  Stripe &stripe = stripes[number % kStripes];
  std::lock_guard<std::mutex> lock(stripe.mutex);
  if (!stripe.last || stripe.lastNumber != number) {
    auto &chunk = stripe.chunks[number];
    if (!chunk)
      chunk = std::make_unique<Cell[]>((1u << kChunkShift) / kCellBytes);
    stripe.last = chunk.get();
    stripe.lastNumber = number;
  }
  bool found = false;
  uint64_t inChunk = address & ((1u << kChunkShift) - 1);
  for (uint64_t at = inChunk; at < inChunk + size;) {
    uint64_t first = at % kCellBytes;
    uint64_t count =
        std::min<uint64_t>(kCellBytes - first, inChunk + size - at);
    uint8_t bytes = static_cast<uint8_t>(((1u << count) - 1) << first);
    found |= visit(known, access, stripe.last[at / kCellBytes], bytes, isWrite,
                   same, conflict);
    at += count;
  }
  return found;
}
