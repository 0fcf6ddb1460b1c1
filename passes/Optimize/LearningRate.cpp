//===- LearningRate.cpp - Schedules of brt-spec 9.2 -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LearningRate.h"

using namespace mlir;
using namespace brt;

static constexpr double kPi = 3.14159265358979323846;

/// The least step that the schedules of inverse roots tell from others.
static constexpr double kRsqrtFirstStep = 100;

namespace {
/// A schedule without its warm-up, at a step.
class ScheduleEmitter {
public:
  ScheduleEmitter(const AddOptimizerPassOptions &options, Real step)
      : options(options), step(step), horizon(double(options.maxSteps)) {}

  Real emit() const;

private:
  double highest(double standard) const {
    return options.maxLearningRate > 0 ? options.maxLearningRate : standard;
  }
  double lowest() const {
    return options.minLearningRate > 0 ? options.minLearningRate : 0.001;
  }

  Real emitRsqrt() const;
  Real emitBoundedRsqrt() const;
  Real emitCosine() const;
  Real emitLine() const;
  Real withTail(Real value) const;

  const AddOptimizerPassOptions &options;
  Real step;
  double horizon;
};
} // namespace

Real ScheduleEmitter::emit() const {
  switch (options.schedule) {
  case Schedule::RsqrtDecayStd:
    return emitRsqrt();
  case Schedule::CosineDecay:
    return withTail(emitCosine());
  case Schedule::CosineDecaySpike: {
    Real spike =
        options.spikeLearningRate * (1 - step / double(options.spikeSteps));
    return withTail(max(emitCosine(), spike));
  }
  case Schedule::RsqrtDecay:
    return emitBoundedRsqrt();
  case Schedule::LinearDecay:
    return withTail(emitLine());
  case Schedule::ExponentialDecay:
    return highest(0.01) * pow(lowest() / highest(0.01), step / horizon);
  case Schedule::Constant:
    return step.constant(highest(0.01));
  case Schedule::Input:
    break;
  }
  llvm_unreachable("an input is not computed");
}

Real ScheduleEmitter::emitRsqrt() const {
  Real rate = 1 / sqrt(max(step, kRsqrtFirstStep));
  return options.maxLearningRate > 0 ? min(rate, options.maxLearningRate)
                                     : rate;
}

Real ScheduleEmitter::emitBoundedRsqrt() const {
  Real rate = lowest() * sqrt(horizon / max(step, kRsqrtFirstStep));
  return min(rate, highest(0.05));
}

Real ScheduleEmitter::emitCosine() const {
  Real wave = (cos(kPi * min(step, horizon) / horizon) + 1) / 2;
  return (highest(0.01) - lowest()) * wave + lowest();
}

Real ScheduleEmitter::emitLine() const {
  Real rest = 1 - min(step, horizon) / horizon;
  return (highest(0.01) - lowest()) * rest + lowest();
}

/// Halves the lowest rate every `horizon` steps from there on.
Real ScheduleEmitter::withTail(Real value) const {
  if (!options.decayAfter)
    return value;
  Real tail = 2 * lowest() * pow(2, (step.constant(0) - step) / horizon);
  return select(step <= horizon, value, tail);
}

Real brt::emitLearningRate(UpdateBuilder &builder, Real index,
                           const AddOptimizerPassOptions &options) {
  if (options.warmupSteps == 0)
    return options.learningRate * ScheduleEmitter(options, index).emit();
  double warmup = options.warmupSteps;
  Real schedule = ScheduleEmitter(options, max(index, warmup)).emit();
  return options.learningRate * (min(index, warmup) / warmup) * schedule;
}
