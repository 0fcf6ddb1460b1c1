//===- CheckOptions.cpp - Ranges of the options ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CheckOptions.h"
#include "mlir/IR/Diagnostics.h"
#include <cmath>

using namespace mlir;
using namespace brt;

namespace {
/// A range with a name for it.
struct Range {
  StringRef description;
  bool (*holds)(double);
};
} // namespace

static const Range kPositive = {"a number above 0",
                                [](double x) { return x > 0; }};
static const Range kNotNegative = {"a number from 0 on",
                                   [](double x) { return x >= 0; }};
static const Range kFraction = {"at least 0 and below 1",
                                [](double x) { return x >= 0 && x < 1; }};
static const Range kOneOrMore = {"1 or more", [](double x) { return x >= 1; }};
static const Range kAboveOne = {"a number above 1",
                                [](double x) { return x > 1; }};

LogicalResult brt::checkOptions(Location loc,
                                const AddOptimizerPassOptions &options) {
  struct Check {
    StringRef name;
    double value;
    const Range &range;
  };
  const Check checks[] = {
      {"learning-rate", options.learningRate, kPositive},
      {"max-learning-rate", options.maxLearningRate, kNotNegative},
      {"min-learning-rate", options.minLearningRate, kNotNegative},
      {"warmup-steps", double(options.warmupSteps), kNotNegative},
      {"max-steps", double(options.maxSteps), kOneOrMore},
      {"spike-steps", double(options.spikeSteps), kOneOrMore},
      {"spike-learning-rate", options.spikeLearningRate, kPositive},
      {"beta1", options.beta1, kFraction},
      {"beta2", options.beta2, kFraction},
      {"epsilon", options.epsilon, kNotNegative},
      {"weight-decay", options.weightDecay, kNotNegative},
      {"decay-exponent", options.decayExponent, kPositive},
      {"clipping-threshold", options.clippingThreshold, kPositive},
      {"minimum-scale", options.minimumScale, kNotNegative},
      {"factored-minimum", double(options.factoredMinimum), kOneOrMore},
      {"clip-norm", options.clipNorm, kNotNegative},
      {"accumulate-steps", double(options.accumulateSteps), kOneOrMore},
      {"guard-factor", options.guardFactor, kAboveOne},
      {"guard-decay", options.guardDecay, kFraction},
      {"guard-after", double(options.guardAfter), kOneOrMore},
  };
  for (const Check &check : checks)
    if (!std::isfinite(check.value) || !check.range.holds(check.value))
      return emitError(loc)
             << "expects option " << check.name << " to be "
             << check.range.description << ", but got " << check.value;
  if (options.optimizer == Optimizer::Adafactor && options.weightDecay != 0)
    return emitError(loc) << "expects option weight-decay to be 0 with "
                             "optimizer=adafactor, but got "
                          << options.weightDecay
                          << "; optimizer=adamw decays weights";
  return success();
}
