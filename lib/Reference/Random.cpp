//===- Random.cpp - Evaluate brt.random -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "Philox.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Inverse of the normal distribution by P. J. Acklam's rational approximation.
static double inverseNormal(double p) {
  constexpr double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                          -2.759285104469687e+02, 1.383577518672690e+02,
                          -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                          -1.556989798598866e+02, 6.680131188771972e+01,
                          -1.328068155288572e+01};
  constexpr double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                          -2.400758277161838e+00, -2.549732539343734e+00,
                          4.374664141464968e+00,  2.938163982698783e+00};
  constexpr double d[] = {7.784695709041462e-03, 3.224671290700398e-01,
                          2.445134137142996e+00, 3.754408661907416e+00};
  constexpr double kTail = 0.02425;
  auto polynomial = [](ArrayRef<double> coefficients, double x) {
    double value = 0;
    for (double coefficient : coefficients)
      value = value * x + coefficient;
    return value;
  };
  auto tail = [&](double probability) {
    double q = std::sqrt(-2 * std::log(probability));
    return polynomial(c, q) / (polynomial(d, q) * q + 1);
  };
  if (p < kTail)
    return tail(p);
  if (p > 1 - kTail)
    return -tail(1 - p);
  double q = p - 0.5, r = q * q;
  return polynomial(a, r) * q / (polynomial(b, r) * r + 1);
}

/// The normal distribution.
static double normal(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// Standard deviation of a normal variable cut at two of its own.
static constexpr double kTruncatedDeviation = 0.87962566103423978;

template <typename T>
static LogicalResult evaluate(RandomOp op, Frame<T> &frame) {
  uint64_t key = uint64_t(frame[op.getSeed()].integer()) +
                 uint64_t(int64_t(op.getStream()));
  double mean = op.getMean().convertToDouble();
  double deviation = op.getStddev().convertToDouble();
  double low = normal(-2), high = normal(2);
  bool truncated = op.getDistribution() == Distribution::TruncatedNormal;

  auto result = Tensor<T>::ofReals(cast<ShapedType>(op.getType()).getShape());
  for (auto [index, x] : llvm::enumerate(result.getReals())) {
    uint64_t n = index;
    PhiloxWords word = philox({uint32_t(n), uint32_t(n >> 32), 0, 0}, key);
    double u =
        (double(word[0]) * 0x1p20 + double(word[1] >> 12) + 0.5) * 0x1p-52;
    x = truncated ? mean + deviation / kTruncatedDeviation *
                               inverseNormal(low + u * (high - low))
                  : mean + deviation * inverseNormal(u);
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addRandom(Registry<T> &registry) {
  registry.template add<RandomOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addRandom);
