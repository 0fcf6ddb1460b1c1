//===- RecomputePlan.h - What is computed twice to save memory --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_MEMORY_RECOMPUTEPLAN_H
#define BRT_PASSES_MEMORY_RECOMPUTEPLAN_H

#include "TensorLives.h"
#include <optional>

namespace brt {

/// What to compute again, and what that changes.
struct RecomputePlan {
  TensorLives::Recomputed recomputed;
  /// The most bytes in use at once, without and with it, by estimate.
  int64_t bytesBefore, bytesAfter;
  /// FLOPs of products that are computed again.
  int64_t flops;
};

/// Chooses what to compute again. With a limit, ops of any kind, until not more
/// bytes are in use at once or nothing helps. Without one, ops without products
/// as long as each makes the most bytes in use at once fewer.
///
/// Takes at each step what saves most for its cost: an op whose result is kept
/// over the time when most bytes are in use, together with those of its
/// operands that are not. As little as a saving gets smaller by others, a step
/// looks again only at ops whose last known saving is among the best.
RecomputePlan planRecomputation(const TensorLives &lives,
                                std::optional<int64_t> limit);

} // namespace brt

#endif // BRT_PASSES_MEMORY_RECOMPUTEPLAN_H
