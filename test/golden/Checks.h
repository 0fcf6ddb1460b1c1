//===- Checks.h - Compare an engine with golden vectors ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_GOLDEN_CHECKS_H
#define BRT_TEST_GOLDEN_CHECKS_H

#include "Case.h"
#include "Engine.h"
#include "OptimizerConfig.h"

namespace brt::golden {

/// The largest error so far, and the tensor that has it.
struct Worst {
  double error = 0;
  std::string where;

  void update(double newError, const llvm::Twine &newWhere);
};

/// ||got - golden|| / ||golden||, or ||got - golden|| where golden is zero.
/// Infinite where the shapes differ or a number is not finite.
double getRelativeError(const reference::Tensor<double> &got,
                        const reference::Tensor<double> &golden);

/// Runs every segment with the stored carry, and with the carry of the segment
/// before, and compares outputs and carry.
llvm::FailureOr<Worst> checkSegments(Engine &engine, const ModelCase &golden);

/// Of the gradient of one parameter, and of all of a segment together.
struct WorstGradients {
  Worst single, together;
};

/// Runs `gradient` on every segment with the stored carry, and compares the
/// gradients of all parameters.
llvm::FailureOr<WorstGradients> checkGradients(Engine &engine,
                                               const ModelCase &golden);

/// One step of training: what it is given beside what the step before left, and
/// what of it is known.
struct TrainingStep {
  reference::NamedTensors inputs, results;
};

/// Consecutive steps of training of one model.
struct TrainingCase {
  /// The text of config.json.
  std::string config;
  Precision precision;
  OptimizerConfig optimizer;
  /// Parameters and carry before the first step; a carry that is not here is
  /// zero.
  reference::NamedTensors initial;
  std::vector<TrainingStep> steps;

  /// Of a folder of the kind Training or Trajectory.
  static llvm::Expected<TrainingCase> load(llvm::StringRef folder);
};

/// Of losses, parameters and carry, and of the state of the optimizer.
struct WorstStep {
  Worst values, state;
};

/// Runs `train_step` for every step, each from what the one before left, and
/// compares what is known of its results.
llvm::FailureOr<WorstStep> checkTraining(Engine &engine,
                                         const TrainingCase &golden);

/// Reads the tokens of all segments by `prefill` and `decode` and compares the
/// logits with those of `forward` (brt-spec 15, item 14): every split into a
/// prefilled and a decoded part, or about `maxSplits` of them where there are
/// more, and lanes at different positions.
llvm::FailureOr<Worst> checkStream(Engine &engine, const ModelCase &golden,
                                   int64_t maxSplits);

/// Compares RelativeBiasOp::getBucket and the evaluation of brt.relative_bias
/// with the buckets in the text of buckets.json. Returns the number of
/// distances.
llvm::Expected<int64_t> checkBuckets(mlir::MLIRContext *context,
                                     llvm::StringRef text);

using CreateEngine = llvm::function_ref<std::unique_ptr<Engine>(
    mlir::OwningOpRef<mlir::ModuleOp>)>;

/// Runs the stored gradients, of files `gradient_k` or segments, through the
/// optimizer that config.json describes, in f64, and compares parameters and
/// state with those of every file `optimizer_k`.
llvm::Expected<Worst> checkOptimizer(mlir::MLIRContext *context,
                                     llvm::StringRef folder,
                                     CreateEngine createEngine);

/// Compares the learning rate of every schedule in the text of schedules.json.
llvm::Expected<Worst> checkSchedules(mlir::MLIRContext *context,
                                     llvm::StringRef text);

} // namespace brt::golden

#endif // BRT_TEST_GOLDEN_CHECKS_H
