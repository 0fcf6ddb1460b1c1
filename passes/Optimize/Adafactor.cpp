//===- Adafactor.cpp - Second moments by rows and columns -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// brt-spec 9.1. The moments of a factored tensor are kept as means over its
// largest axis d0 (`v_row`) and over the next one, d1 (`v_col`).
//
//===----------------------------------------------------------------------===//

#include "UpdateRule.h"

using namespace mlir;
using namespace brt;

/// Keeps the second moment of a gradient of zeros above 0.
static constexpr double kSquareOffset = 1e-30;

namespace {

/// The axes that are factored: extent(d1) <= extent(d0), both the largest.
struct Factors {
  int64_t d0, d1;
};

class Adafactor : public UpdateRule {
public:
  explicit Adafactor(const AddOptimizerPassOptions &options)
      : options(options) {}

  SmallVector<StateTensor> getState(StringRef name,
                                    RankedTensorType type) const override;
  void emit(UpdateBuilder &b, const StepScalars &scalars,
            ParameterStep &step) const override;

private:
  std::optional<Factors> getFactors(RankedTensorType type) const;
  SmallVector<Read> updateFactors(UpdateBuilder &b, const ElementStep &element,
                                  Real beta2, Real rest, Factors factors,
                                  const ParameterStep &step) const;

  AddOptimizerPassOptions options;
};

} // namespace

std::optional<Factors> Adafactor::getFactors(RankedTensorType type) const {
  if (type.getRank() < 2)
    return std::nullopt;
  // By extent; equal ones by position, so that the later axis is d0.
  SmallVector<int64_t> axes = allAxesBut(type.getRank(), {});
  llvm::sort(axes, [&](int64_t a, int64_t b) {
    return std::pair(type.getDimSize(a), a) < std::pair(type.getDimSize(b), b);
  });
  Factors factors = {axes.back(), axes[axes.size() - 2]};
  if (type.getDimSize(factors.d1) < options.factoredMinimum)
    return std::nullopt;
  return factors;
}

SmallVector<StateTensor> Adafactor::getState(StringRef name,
                                             RankedTensorType type) const {
  SmallVector<StateTensor> state = {{("m/" + name).str(), type}};
  if (std::optional<Factors> factors = getFactors(type)) {
    state.push_back({("v_row/" + name).str(), dropAxes(type, {factors->d0})});
    state.push_back({("v_col/" + name).str(), dropAxes(type, {factors->d1})});
  } else {
    state.push_back({("v/" + name).str(), type});
  }
  return state;
}

/// Updates `v_row` and `v_col`. Returns factors of the update: the tensors that
/// the gradient is multiplied with, as reads of its loops.
SmallVector<Read> Adafactor::updateFactors(UpdateBuilder &b,
                                           const ElementStep &element,
                                           Real beta2, Real rest,
                                           Factors factors,
                                           const ParameterStep &step) const {
  auto type = cast<RankedTensorType>(step.gradient.getType());
  auto updateMean = [&](Value mean, int64_t axis) {
    Value sum = b.sumOver({step.gradient}, allAxesBut(type.getRank(), {axis}),
                          [&](ArrayRef<Real> x) {
                            Real g = element.gradient(x[0]);
                            return g * g + kSquareOffset;
                          });
    return element.update(mean, {sum}, [&](ArrayRef<Real> x) {
      return beta2 * x[1] + rest * (x[0] / double(type.getDimSize(axis)));
    });
  };
  Value &row = step.state[1], &column = step.state[2];
  row = updateMean(row, factors.d0);
  column = updateMean(column, factors.d1);

  // The mean of `v_row` over d1, which is one axis lower where d0 is before it.
  auto rowType = cast<RankedTensorType>(row.getType());
  int64_t meanAxis = factors.d1 - (factors.d0 < factors.d1);
  SmallVector<int64_t> others = allAxesBut(rowType.getRank(), {meanAxis});
  Value rowSum =
      b.sumOver({row}, others, [](ArrayRef<Real> x) { return x[0]; });
  Value rowFactor =
      b.map(rowType, {row, Read(rowSum, others)}, [&](ArrayRef<Real> x) {
        Real mean = x[1] / double(type.getDimSize(factors.d1));
        return 1 / sqrt(x[0] / mean);
      });
  Value columnFactor = b.map(cast<RankedTensorType>(column.getType()), {column},
                             [](ArrayRef<Real> x) { return 1 / sqrt(x[0]); });
  return {Read(rowFactor, allAxesBut(type.getRank(), {factors.d0})),
          Read(columnFactor, allAxesBut(type.getRank(), {factors.d1}))};
}

void Adafactor::emit(UpdateBuilder &b, const StepScalars &scalars,
                     ParameterStep &step) const {
  auto type = cast<RankedTensorType>(step.value.getType());
  ElementStep element(b, scalars, type);
  Real slowing = pow(scalars.number, -options.decayExponent);
  Real beta2 = element.number(1 - slowing), rest = element.number(slowing);

  // The update before clipping is made anew wherever it is read, from the
  // gradient and either v or the factors of 1 / sqrt(v).
  SmallVector<Read> reads = {step.gradient};
  std::optional<Factors> factors = getFactors(type);
  if (factors) {
    reads.append(updateFactors(b, element, beta2, rest, *factors, step));
  } else {
    Value &second = step.state[1];
    second = element.update(second, {step.gradient}, [&](ArrayRef<Real> x) {
      Real g = element.gradient(x[0]);
      return beta2 * x[1] + rest * (g * g + kSquareOffset);
    });
    reads.push_back(second);
  }
  auto unclipped = [&](ArrayRef<Real> x) {
    Real g = element.gradient(x[0]);
    return factors ? g * x[1] * x[2] : g / sqrt(x[1]);
  };

  double size = type.getNumElements();
  Real updateRMS = sqrt(b.sum(reads, [&](ArrayRef<Real> x) {
    Real y = unclipped(x);
    return y * y;
  }) / size);
  Real parameterRMS = sqrt(
      b.sum({step.value}, [](ArrayRef<Real> x) { return x[0] * x[0]; }) / size);
  Real scale = element.number(scalars.learningRate) *
               max(parameterRMS, options.minimumScale) /
               max(updateRMS / options.clippingThreshold, 1);

  Value &momentum = step.state[0];
  momentum = element.update(momentum, reads, [&](ArrayRef<Real> x) {
    return options.beta1 * x.back() +
           (1 - options.beta1) * (scale * unclipped(x));
  });
  step.value = element.update(step.value, {momentum},
                              [](ArrayRef<Real> x) { return x[1] - x[0]; });
}

std::unique_ptr<UpdateRule>
brt::createAdafactor(const AddOptimizerPassOptions &options) {
  return std::make_unique<Adafactor>(options);
}
