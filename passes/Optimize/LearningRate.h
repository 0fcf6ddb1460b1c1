//===- LearningRate.h - Schedules of brt-spec 9.2 ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_OPTIMIZE_LEARNINGRATE_H
#define BRT_PASSES_OPTIMIZE_LEARNINGRATE_H

#include "UpdateBuilder.h"
#include "brt/passes/Optimize/Passes.h"

namespace brt {

/// The learning rate of update `index` = 0, 1, ..., an f64, of a schedule that
/// is not `input`.
Real emitLearningRate(UpdateBuilder &builder, Real index,
                      const AddOptimizerPassOptions &options);

} // namespace brt

#endif // BRT_PASSES_OPTIMIZE_LEARNINGRATE_H
