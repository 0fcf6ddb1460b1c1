//===- GradientPipeline.h - From gradients to what updates use --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_OPTIMIZE_GRADIENTPIPELINE_H
#define BRT_PASSES_OPTIMIZE_GRADIENTPIPELINE_H

#include "UpdateRule.h"

namespace brt {

/// A tensor of the optimizer's state: its value, replaced by the new one.
struct StateValue {
  StateTensor tensor;
  mlir::Value value;
};

/// What a call of `train_step` computed before any update.
struct StepResults {
  mlir::Value lossSum, tokenCount;
  /// In the order of the parameters.
  llvm::SmallVector<mlir::Value> gradients;
};

/// The number of an update, and which of its calls this is.
struct MicroStep {
  /// 0, 1, ...; an f64.
  Real index;
  /// Whether this call is the first, and the last, of its update. Null where
  /// each call is an update of its own.
  mlir::Value first, last;
};

/// Splits `step`, an i64 that counts calls.
MicroStep splitStep(UpdateBuilder &builder, mlir::Value step,
                    const AddOptimizerPassOptions &options);

/// The state of accumulation: a sum for each gradient, loss and token count.
llvm::SmallVector<StateTensor>
getAccumulationState(llvm::ArrayRef<StateTensor> parameters);

/// Adds the results of a call to the sums so far, which replace them.
void emitAccumulation(UpdateBuilder &builder, const MicroStep &step,
                      llvm::MutableArrayRef<StateValue> state,
                      StepResults &results);

/// The gradients' norm and what to multiply them with.
struct GradientScale {
  Real norm;
  std::optional<Real> scale;
};
GradientScale emitGradientScale(UpdateBuilder &builder,
                                const StepResults &results,
                                const AddOptimizerPassOptions &options);

/// The state of the guard: running means and the number of values in them.
llvm::SmallVector<StateTensor> getGuardState(mlir::MLIRContext *context);

/// Whether the update is in line. The state changes only where `last` is set or
/// null.
mlir::Value emitGuard(UpdateBuilder &builder, Real meanLoss, Real norm,
                      mlir::Value last, llvm::MutableArrayRef<StateValue> state,
                      const AddOptimizerPassOptions &options);

} // namespace brt

#endif // BRT_PASSES_OPTIMIZE_GRADIENTPIPELINE_H
