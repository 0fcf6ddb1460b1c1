//===- ArenaPlan.cpp - Offsets of buffers in one arena --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Memory/ArenaPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"
#include <limits>
#include <tuple>

using namespace brt;

namespace {
/// Bytes of the arena that are taken.
struct Range {
  LaneBytes begin, end;
};
} // namespace

static LaneBytes alignSize(LaneBytes size) {
  return {static_cast<int64_t>(llvm::alignTo(size.perLane, kArenaAlignment)),
          static_cast<int64_t>(llvm::alignTo(size.fixed, kArenaAlignment))};
}

static constexpr int64_t kNoGap = -1;
static constexpr int64_t kOpenGap = std::numeric_limits<int64_t>::max();

/// The bytes, for one lane, that `range` leaves between itself and what is
/// taken above it; kNoGap where it overlaps.
static int64_t getGap(const Range &range, llvm::ArrayRef<Range> taken) {
  int64_t gap = kOpenGap;
  for (const Range &other : taken) {
    if (other.end.isAtMost(range.begin))
      continue;
    if (!range.end.isAtMost(other.begin))
      return kNoGap;
    gap = std::min(gap, other.begin.at(1) - range.end.at(1));
  }
  return gap;
}

/// The offset of the smallest gap among the ranges taken that holds `size`; of
/// equal ones the lowest.
static LaneBytes findOffset(LaneBytes size, llvm::ArrayRef<Range> taken) {
  LaneBytes top;
  llvm::SmallVector<LaneBytes> candidates = {LaneBytes()};
  for (const Range &range : taken) {
    candidates.push_back(range.end);
    top = top.max(range.end);
  }
  candidates.push_back(top);
  auto getKey = [&](LaneBytes offset) {
    int64_t gap = getGap({offset, offset + size}, taken);
    return std::tuple(gap == kNoGap, gap, offset.at(1), offset.perLane);
  };
  LaneBytes best = top;
  auto bestKey = getKey(top);
  for (LaneBytes candidate : candidates) {
    auto key = getKey(candidate);
    if (key < bestKey)
      std::tie(best, bestKey) = std::tuple(candidate, key);
  }
  return best;
}

ArenaPlan brt::planArena(llvm::ArrayRef<ArenaBuffer> buffers) {
  auto order = llvm::to_vector(llvm::seq<unsigned>(0, buffers.size()));
  llvm::sort(order, [&](unsigned a, unsigned b) {
    LaneBytes x = buffers[a].size, y = buffers[b].size;
    return std::tuple(x.perLane, x.fixed, b) >
           std::tuple(y.perLane, y.fixed, a);
  });

  ArenaPlan plan;
  plan.offsets.resize(buffers.size());
  llvm::SmallVector<unsigned> placed;
  for (unsigned index : order) {
    const ArenaBuffer &buffer = buffers[index];
    llvm::SmallVector<Range> taken;
    for (unsigned other : placed)
      if (buffers[other].begin <= buffer.end &&
          buffer.begin <= buffers[other].end)
        taken.push_back({plan.offsets[other],
                         plan.offsets[other] + alignSize(buffers[other].size)});
    LaneBytes size = alignSize(buffer.size);
    plan.offsets[index] = findOffset(size, taken);
    plan.size = plan.size.max(plan.offsets[index] + size);
    placed.push_back(index);
  }
  return plan;
}

llvm::SmallVector<unsigned> brt::findPeak(llvm::ArrayRef<ArenaBuffer> buffers) {
  // Most is alive where a buffer begins.
  auto isAlive = [&](unsigned index, unsigned time) {
    return buffers[index].begin <= time && time <= buffers[index].end;
  };
  int64_t most = 0;
  unsigned peak = 0;
  for (const ArenaBuffer &at : buffers) {
    int64_t bytes = 0;
    for (unsigned i = 0; i < buffers.size(); ++i)
      if (isAlive(i, at.begin))
        bytes += buffers[i].size.at(1);
    if (bytes > most)
      std::tie(most, peak) = std::tuple(bytes, at.begin);
  }
  llvm::SmallVector<unsigned> alive;
  for (unsigned i = 0; i < buffers.size(); ++i)
    if (isAlive(i, peak))
      alive.push_back(i);
  return alive;
}
