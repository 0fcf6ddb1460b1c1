//===- Summary.h - Sizes and costs of a model -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_ANALYSIS_SUMMARY_H
#define BRT_ANALYSIS_SUMMARY_H

#include "brt/dialects/Brt/Brt.h"

namespace brt {

/// What one part of a model, a layer or the embedding, costs.
struct PartSummary {
  std::string name;
  /// How many such parts stand in a row.
  int64_t count = 1;
  /// Numbers in the part's parameters.
  int64_t parameters = 0;
  /// Floating-point operations of a forward step a token, a product and a sum
  /// counted as two, with W visible keys in a window.
  double flops = 0;
  /// Numbers a lane keeps from segment to segment: keys and values, and state.
  int64_t cache = 0;
  int64_t state = 0;
};

/// The parts of a model from the bottom, runs of equal layers as one.
llvm::SmallVector<PartSummary> summarize(ModelOp model);

/// Prints the parts and their total as a table.
void printSummary(ModelOp model, llvm::raw_ostream &os);

} // namespace brt

#endif // BRT_ANALYSIS_SUMMARY_H
