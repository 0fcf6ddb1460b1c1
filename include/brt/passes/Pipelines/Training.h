//===- Training.h - Entry points that learn ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PIPELINES_TRAINING_H
#define BRT_PASSES_PIPELINES_TRAINING_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace brt {

/// Adds the passes down to the level `cell` and then to entry points of
/// gradients; going further down starts from there.
void buildTrainingPipeline(mlir::OpPassManager &manager);

/// Registers the pipeline `--brt-training-pipeline`.
void registerTrainingPipeline();

} // namespace brt

#endif // BRT_PASSES_PIPELINES_TRAINING_H
