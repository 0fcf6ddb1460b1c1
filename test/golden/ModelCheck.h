//===- ModelCheck.h - Models of golden vectors in each engine ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_GOLDEN_MODELCHECK_H
#define BRT_TEST_GOLDEN_MODELCHECK_H

#include "Checks.h"

namespace brt::golden {

enum class EngineKind { Reference, TileX86, TileGPU, Compiled, Both };

/// How models are checked.
struct CheckOptions {
  EngineKind engine;
  /// Instruction set of compiled programs; empty for the best.
  std::string instructionSet;
  /// Prefill and decode against forward, instead of golden vectors.
  bool stream;
  /// With --stream: about so many splits of a document at most.
  int64_t maxSplits;
  /// Gradients too.
  bool gradients;
};

/// The line about a case.
struct Outcome {
  enum { Passed, Failed, Skipped } kind;
  std::string text;
};

/// Passed where every worst error is within its tolerance. What is nearest to
/// its limit, or farthest beyond, is told.
Outcome judge(llvm::ArrayRef<std::pair<Worst, double>> found);
Outcome judge(llvm::Expected<Worst> worst, double tolerance);

/// Checks the segments of a case, or its stream.
Outcome checkModel(llvm::StringRef folder, const CheckOptions &options,
                   mlir::MLIRContext *context);

/// Checks the optimizer of a case alone.
Outcome checkUpdates(llvm::StringRef folder, const CheckOptions &options,
                     mlir::MLIRContext *context);

/// Checks the steps of a training case, each after the one before.
Outcome checkSteps(llvm::StringRef folder, const CheckOptions &options,
                   mlir::MLIRContext *context);

} // namespace brt::golden

#endif // BRT_TEST_GOLDEN_MODELCHECK_H
