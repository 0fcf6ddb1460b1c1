//===- Levels.h - The named levels of the way down --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PIPELINES_LEVELS_H
#define BRT_PASSES_PIPELINES_LEVELS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringRef.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace brt {

/// A boundary between stages of the compiler: a list of legal ops.
struct Level {
  llvm::StringRef name;
  /// One line for `--help`.
  llvm::StringRef summary;
  /// Whether an op may stand at this level.
  bool (*isLegal)(mlir::Operation *op);
  /// Adds the passes from the level above to this one; null for the first.
  void (*buildPipeline)(mlir::OpPassManager &manager);
};

/// All levels from the top.
llvm::ArrayRef<Level> getLevels();

/// The level of that name, or null.
const Level *findLevel(llvm::StringRef name);

/// Adds the passes from `model` down to `level`, which is verified.
void buildCompilePipeline(mlir::OpPassManager &manager, const Level &level);

/// Registers the pipeline `--brt-compile-to=<level>`.
void registerCompilePipeline();

} // namespace brt

#endif // BRT_PASSES_PIPELINES_LEVELS_H
