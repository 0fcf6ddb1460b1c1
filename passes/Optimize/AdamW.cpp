//===- AdamW.cpp - Adam with decoupled weight decay -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "UpdateRule.h"

using namespace mlir;
using namespace brt;

namespace {
class AdamW : public UpdateRule {
public:
  explicit AdamW(const AddOptimizerPassOptions &options) : options(options) {}

  SmallVector<StateTensor> getState(StringRef name,
                                    RankedTensorType type) const override {
    return {{("m/" + name).str(), type}, {("v/" + name).str(), type}};
  }

  void emit(UpdateBuilder &b, const StepScalars &scalars,
            ParameterStep &step) const override {
    ElementStep element(b, scalars,
                        cast<RankedTensorType>(step.value.getType()));
    Real rate = element.number(scalars.learningRate);
    // What makes up for moments that started at zero.
    Real correction1 = element.number(1 - pow(options.beta1, scalars.number));
    Real correction2 = element.number(1 - pow(options.beta2, scalars.number));
    double decay = step.decays ? options.weightDecay : 0;

    Value &momentum = step.state[0], &second = step.state[1];
    momentum = element.update(momentum, {step.gradient}, [&](ArrayRef<Real> x) {
      return options.beta1 * x[1] +
             (1 - options.beta1) * element.gradient(x[0]);
    });
    second = element.update(second, {step.gradient}, [&](ArrayRef<Real> x) {
      Real g = element.gradient(x[0]);
      return options.beta2 * x[1] + (1 - options.beta2) * (g * g);
    });
    step.value =
        element.update(step.value, {momentum, second}, [&](ArrayRef<Real> x) {
          Real direction =
              x[0] / correction1 / (sqrt(x[1] / correction2) + options.epsilon);
          if (decay != 0)
            direction = direction + decay * x[2];
          return x[2] - rate * direction;
        });
  }

private:
  AddOptimizerPassOptions options;
};
} // namespace

std::unique_ptr<UpdateRule>
brt::createAdamW(const AddOptimizerPassOptions &options) {
  return std::make_unique<AdamW>(options);
}
