//===- OptimizerConfig.h - The optimizer that a case describes --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_GOLDEN_OPTIMIZERCONFIG_H
#define BRT_TEST_GOLDEN_OPTIMIZERCONFIG_H

#include "brt/Reference/Entry.h"
#include "llvm/Support/Error.h"

namespace brt::golden {

/// What config.json says about an optimizer.
struct OptimizerConfig {
  /// Options of --brt-add-optimizer; the learning rate is an input.
  std::string options;
  /// Of each step.
  std::vector<double> learningRates;

  static llvm::Expected<OptimizerConfig> read(llvm::StringRef folder);
};

/// Sets the input `step`, and `seed` to 0.
void setStep(reference::NamedTensors &arguments, int64_t step);

/// Sets all state of the optimizer to zero.
void clearState(const reference::EntryPoint &entry,
                reference::NamedTensors &arguments);

/// Makes the results of a step, in `results`, arguments of the next.
void carryOver(reference::NamedTensors results,
               reference::NamedTensors &arguments);

} // namespace brt::golden

#endif // BRT_TEST_GOLDEN_OPTIMIZERCONFIG_H
