//===- Run.h - One run of an entry point on files ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TOOLS_BRT_RUN_RUN_H
#define BRT_TOOLS_BRT_RUN_RUN_H

#include "brt/Reference/Evaluate.h"
#include <string>
#include <vector>

namespace mlir {
class MLIRContext;
} // namespace mlir

namespace brt {

struct RunOptions {
  std::string modelPath, entry;
  reference::Arithmetic arithmetic;
  /// Files of tensors.
  std::vector<std::string> inputs;
  /// Scalar inputs, `name=number`.
  std::vector<std::string> scalars;
  std::string output;
  /// Whether absent carry is zero, for so many lanes, or those of the inputs if
  /// 0.
  bool zeroCarry;
  int64_t lanes;
  /// Whether tensors that are no arguments are allowed.
  bool ignoreExtra;
};

/// Reads a model and tensors, evaluates and writes the results. Errors are
/// diagnostics on the error stream.
llvm::LogicalResult run(const RunOptions &options, mlir::MLIRContext *context);

} // namespace brt

#endif // BRT_TOOLS_BRT_RUN_RUN_H
