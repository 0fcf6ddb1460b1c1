//===- Parameters.h - The parameters of a model -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_ANALYSIS_PARAMETERS_H
#define BRT_ANALYSIS_PARAMETERS_H

#include "brt/dialects/Brt/Brt.h"

namespace brt {

/// How a parameter starts (brt-spec 7).
struct Initializer {
  enum Kind {
    Constant,
    /// `mean` in the first half of the last axis, 0 in the second.
    HalfConstant,
    Normal,
    TruncatedNormal
  } kind = Constant;
  double mean = 0;
  /// Standard deviation; of a truncated normal, after truncation.
  double stddev = 0;

  static Initializer constant(double value) { return {Constant, value, 0}; }
  static Initializer normal(double mean, double stddev) {
    return {Normal, mean, stddev};
  }
  /// Variance scaling over the number of inputs: std sqrt(scale / fanIn).
  static Initializer varianceScaling(double scale, int64_t fanIn);
};

/// A tensor of parameters, by its name in the official parameter tree.
struct Parameter {
  std::string name;
  llvm::SmallVector<int64_t, 2> shape;
  Initializer initializer;

  int64_t getNumElements() const;
};

/// All parameters of a model in their order as arguments: the embedding, then
/// the layers from the bottom, then the final norm.
llvm::SmallVector<Parameter> getParameters(ModelOp model);

/// Prefixes of the names of a layer's parameters.
std::string getLayerPrefix(int64_t layer);
std::string getTokenPrefix(int64_t layer);
std::string getStatePrefix(int64_t layer);

} // namespace brt

#endif // BRT_ANALYSIS_PARAMETERS_H
