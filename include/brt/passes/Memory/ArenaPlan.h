//===- ArenaPlan.h - Offsets of buffers in one arena ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_MEMORY_ARENAPLAN_H
#define BRT_PASSES_MEMORY_ARENAPLAN_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <cstdint>

namespace brt {

/// The attribute of an entry point whose last argument is its arena: the bytes
/// that it needs, for each lane and besides.
inline constexpr llvm::StringLiteral kArenaAttr = "brt.arena";

/// The attribute of an entry point that --brt-recompute computes again for: the
/// most bytes of tensors in use at once, and the lanes for which they count.
inline constexpr llvm::StringLiteral kTensorLimitAttr = "brt.tensor_limit";

/// A size or an offset in bytes: `perLane * B + fixed` for B lanes, B >= 1.
/// Neither part is negative.
struct LaneBytes {
  int64_t perLane = 0, fixed = 0;

  int64_t at(int64_t lanes) const { return perLane * lanes + fixed; }

  /// Whether it is at most `other` for every number of lanes: it is for one,
  /// and does not grow faster.
  bool isAtMost(LaneBytes other) const {
    return at(1) <= other.at(1) && perLane <= other.perLane;
  }
  LaneBytes operator+(LaneBytes other) const {
    return {perLane + other.perLane, fixed + other.fixed};
  }
  /// The least that both are at most.
  LaneBytes max(LaneBytes other) const {
    int64_t slope = std::max(perLane, other.perLane);
    return {slope, std::max(at(1), other.at(1)) - slope};
  }
};

/// A buffer that holds something from time `begin` to time `end`, both
/// included.
struct ArenaBuffer {
  LaneBytes size;
  unsigned begin, end;
};

/// An offset for each buffer, a multiple of the alignment, and the bytes of the
/// arena.
struct ArenaPlan {
  llvm::SmallVector<LaneBytes> offsets;
  LaneBytes size;
};

/// Cache lines, and enough for the widest vectors.
inline constexpr int64_t kArenaAlignment = 64;

/// Gives buffers offsets at which no two that are alive at the same time
/// overlap, whatever the number of lanes.
///
/// Places the largest first, those with lanes before those without, each into
/// the smallest gap that holds it. A gap between buffers with lanes grows with
/// them, so that a fixed buffer that fits for one lane fits for all; the other
/// way round it would not.
ArenaPlan planArena(llvm::ArrayRef<ArenaBuffer> buffers);

/// The buffers that are alive when most bytes are, for one lane. No plan needs
/// less than their sum.
llvm::SmallVector<unsigned> findPeak(llvm::ArrayRef<ArenaBuffer> buffers);

} // namespace brt

#endif // BRT_PASSES_MEMORY_ARENAPLAN_H
