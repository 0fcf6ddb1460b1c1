//===- Training.h - Entry points that learn ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PIPELINES_TRAINING_H
#define BRT_PASSES_PIPELINES_TRAINING_H

#include "mlir/Support/LLVM.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace brt {

/// Adds the passes down to the level `cell` and then to entry points of
/// gradients; going further down starts from there.
void buildTrainingPipeline(mlir::OpPassManager &manager);

/// Adds --brt-add-optimizer with `options` as on its command line, such as
/// "optimizer=adamw clip-norm=1"; what is wrong with them goes to
/// `errorHandler`. It makes the entry point of gradients a training step.
llvm::LogicalResult addOptimizerPass(
    mlir::OpPassManager &manager, llvm::StringRef options,
    llvm::function_ref<llvm::LogicalResult(const llvm::Twine &)> errorHandler);

/// Registers the pipeline `--brt-training-pipeline`.
void registerTrainingPipeline();

} // namespace brt

#endif // BRT_PASSES_PIPELINES_TRAINING_H
