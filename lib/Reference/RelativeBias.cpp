//===- RelativeBias.cpp - Evaluate brt.relative_bias ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Bucket of distance n >= 0 (brt-spec 3.3).
static int64_t getT5Bucket(int64_t n) {
  if (n < 16)
    return n;
  double epsilon = std::numeric_limits<float>::epsilon();
  double steps = std::log(double(n) / 16 + epsilon) / std::log(128.0 / 16) * 16;
  return std::min<int64_t>(31, 16 + int64_t(std::floor(steps)));
}

/// table[h, bucket(max(n, 0))].
template <typename T>
static T getT5(const Tensor<T> &table, int64_t h, int64_t n) {
  return table(h, getT5Bucket(std::max<int64_t>(n, 0)));
}

/// sum_p a[h, p] cos(w_p n) - b[h, p] sin(w_p n).
template <typename T>
static T getFourier(const Tensor<T> &ab, int64_t h, int64_t n,
                    int64_t maxKeys) {
  int64_t terms = ab.getExtent(1) / 2;
  T sum = 0;
  for (int64_t p = 0; p < terms; ++p) {
    double frequency = M_PI * std::pow(double(maxKeys), -double(p) / terms);
    sum += ab(h, p) * T(std::cos(frequency * n)) -
           ab(h, terms + p) * T(std::sin(frequency * n));
  }
  return sum;
}

/// max(-2^(-8 (h + 1) / H) |s| |n|, -|r|).
template <typename T>
static T getALiBi(const Tensor<T> &scale, const Tensor<T> &bound, int64_t h,
                  int64_t heads, int64_t n) {
  T slope = std::exp2(T(-8) * T(h + 1) / T(heads));
  T limit = bound(bound.getSize() == 1 ? 0 : h);
  return std::max(-slope * std::abs(scale(0)) * T(std::abs(n)),
                  -std::abs(limit));
}

/// sum_f 3 sin(w2[h, f] / 3) asinh(b1[f] - w1[f] n).
template <typename T>
static T getNet(const Tensor<T> &w1, const Tensor<T> &b1, const Tensor<T> &w2,
                int64_t h, int64_t n) {
  T sum = 0;
  for (int64_t f = 0; f < w1.getExtent(0); ++f)
    sum += 3 * std::sin(w2(h, f) / 3) * std::asinh(b1(f) - w1(f) * T(n));
  return sum;
}

template <typename T>
static LogicalResult evaluate(RelativeBiasOp op, Frame<T> &frame) {
  auto parameter = [&](unsigned i) -> const Tensor<T> & {
    return frame[op.getParameters()[i]];
  };
  auto result = Tensor<T>::ofReals(cast<ShapedType>(op.getType()).getShape());
  int64_t heads = result.getExtent(0);
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t r = 0; r < result.getExtent(1); ++r) {
      int64_t n = op.getFirstDistance() + r;
      switch (op.getKind()) {
      case PositionBias::T5:
        result(h, r) = getT5(parameter(0), h, n);
        break;
      case PositionBias::Fourier:
        result(h, r) = getFourier(parameter(0), h, n, *op.getMaxKeys());
        break;
      case PositionBias::ALiBi:
        result(h, r) = getALiBi(parameter(0), parameter(1), h, heads, n);
        break;
      case PositionBias::NN:
        result(h, r) = getNet(parameter(0), parameter(1), parameter(2), h, n);
        break;
      case PositionBias::None:
      case PositionBias::Rotary:
        llvm_unreachable("refused by the verifier");
      }
    }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addRelativeBias(Registry<T> &registry) {
  registry.template add<RelativeBiasOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addRelativeBias);
