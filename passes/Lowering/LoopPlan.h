//===- LoopPlan.h - How a structured op is walked ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_LOWERING_LOOPPLAN_H
#define BRT_PASSES_LOWERING_LOOPPLAN_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace brt {

/// Registers of an instruction set.
struct VectorMachine {
  int64_t vectorBytes;
  int64_t vectorRegisters;
};

/// The loops of a structured op on buffers, and which of them become vectors,
/// unrolled rows and parallel tasks.
///
/// One loop is the *vector loop*: its steps are whole vectors, `width` elements
/// wide, `vectors` of them at a time. It is the loop that walks most operands
/// contiguously. A contraction also has a *row loop*, of which `rows`
/// iterations share what they load along the vector loop; together they are a
/// tile of `rows * vectors` accumulators that stay in registers over all
/// reduction loops:
///
///     for task: for outer: for column tile: for row tile:
///       accumulators = load; for reduction: update; store
///
/// Extents are static, except those of outer loops (lanes), so that a remainder
/// has code of its own and nothing is masked.
struct LoopPlan {
  llvm::SmallVector<int64_t> extents;
  int64_t vectorLoop = 0;
  /// Whether the vector loop is reduced over, into one scalar.
  bool reducesVector = false;
  int64_t width = 1, vectors = 1;
  /// The row loop, or -1.
  int64_t rowLoop = -1;
  int64_t rows = 1;
  /// Parallel loops but for the vector and row loop; reductions but for it.
  llvm::SmallVector<int64_t> outer, reductions;
  /// The loop that is split in `taskCount` equal parts, or -1. The outer loops
  /// before it are tasks too.
  int64_t taskLoop = -1;
  int64_t taskCount = 1;

  int64_t columns() const { return width * vectors; }
};

/// A plan for `op`, or failure where only scalar loops would do.
llvm::FailureOr<LoopPlan> planLoops(mlir::linalg::GenericOp op,
                                    const VectorMachine &machine);

/// The axis of an operand that `loop` walks, or -1.
int64_t getAxisOfLoop(mlir::AffineMap map, int64_t loop);

} // namespace brt

#endif // BRT_PASSES_LOWERING_LOOPPLAN_H
