//===- SGD.cpp - Gradient descent with momentum ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "UpdateRule.h"

using namespace mlir;
using namespace brt;

namespace {
class SGD : public UpdateRule {
public:
  explicit SGD(const AddOptimizerPassOptions &options) : options(options) {}

  SmallVector<StateTensor> getState(StringRef name,
                                    RankedTensorType type) const override {
    return {{("m/" + name).str(), type}};
  }

  void emit(UpdateBuilder &b, const StepScalars &scalars,
            ParameterStep &step) const override {
    ElementStep element(b, scalars,
                        cast<RankedTensorType>(step.value.getType()));
    Real rate = element.number(scalars.learningRate);
    double decay = step.decays ? options.weightDecay : 0;

    Value &momentum = step.state[0];
    momentum = element.update(momentum, {step.gradient}, [&](ArrayRef<Real> x) {
      return options.beta1 * x[1] + element.gradient(x[0]);
    });
    step.value = element.update(step.value, {momentum}, [&](ArrayRef<Real> x) {
      Real direction = decay == 0 ? x[0] : x[0] + decay * x[1];
      return x[1] - rate * direction;
    });
  }

private:
  AddOptimizerPassOptions options;
};
} // namespace

std::unique_ptr<UpdateRule>
brt::createSGD(const AddOptimizerPassOptions &options) {
  return std::make_unique<SGD>(options);
}
