//===- Passes.h - From gradients to a training step -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_OPTIMIZE_PASSES_H
#define BRT_PASSES_OPTIMIZE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace brt {

/// How a parameter follows its gradient.
enum class Optimizer { Adafactor, AdamW, SGD };

/// The learning rate as a function of the step (brt-spec 9.2), or an input.
enum class Schedule {
  RsqrtDecayStd,
  CosineDecay,
  CosineDecaySpike,
  RsqrtDecay,
  LinearDecay,
  ExponentialDecay,
  Constant,
  Input,
};

/// What gradients are of: the sum of the losses of all tokens, or their mean.
enum class LossNormalization { Sum, Mean };

#define GEN_PASS_DECL
#include "brt/passes/Optimize/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "brt/passes/Optimize/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_OPTIMIZE_PASSES_H
