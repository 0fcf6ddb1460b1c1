//===- RelativeBiasAdjoint.cpp - Evaluate brt.relative_bias_adjoint -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static T sign(T x) {
  return T((x > 0) - (x < 0));
}

/// d/da = G cos(w_p n), d/db = -G sin(w_p n).
template <typename T>
static void addFourier(Tensor<T> &ofParameters, int64_t h, int64_t n, T g,
                       int64_t maxKeys) {
  int64_t terms = ofParameters.getExtent(1) / 2;
  for (int64_t p = 0; p < terms; ++p) {
    double angle = M_PI * std::pow(double(maxKeys), -double(p) / terms) * n;
    ofParameters(h, p) += g * T(std::cos(angle));
    ofParameters(h, terms + p) -= g * T(std::sin(angle));
  }
}

/// Of max(-slope |s| |n|, -|r|), the larger of the two.
template <typename T>
static void addALiBi(const Tensor<T> &scale, const Tensor<T> &bound,
                     Tensors<T> &gradients, int64_t h, int64_t heads, int64_t n,
                     T g) {
  T slope = std::exp2(T(-8) * T(h + 1) / T(heads)), s = scale(0);
  int64_t ofBound = bound.getSize() == 1 ? 0 : h;
  T r = bound(ofBound);
  if (-slope * std::abs(s) * T(std::abs(n)) > -std::abs(r))
    gradients[0](0) -= g * slope * sign(s) * T(std::abs(n));
  else
    gradients[1](ofBound) -= g * sign(r);
}

/// Of 3 sin(w2 / 3) asinh(z), z = b1 - w1 n.
template <typename T>
static void addNet(const Tensor<T> &w1, const Tensor<T> &b1,
                   const Tensor<T> &w2, Tensors<T> &gradients, int64_t h,
                   int64_t n, T g) {
  for (int64_t f = 0; f < w1.getExtent(0); ++f) {
    T z = b1(f) - w1(f) * T(n);
    T ofZ = g * 3 * std::sin(w2(h, f) / 3) / std::sqrt(z * z + 1);
    gradients[0](f) -= ofZ * T(n);
    gradients[1](f) += ofZ;
    gradients[2](h, f) += g * std::cos(w2(h, f) / 3) * std::asinh(z);
  }
}

template <typename T>
static LogicalResult evaluate(RelativeBiasAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &gradient = frame[op.getGradient()];
  auto parameter = [&](unsigned i) -> const Tensor<T> & {
    return frame[op.getParameters()[i]];
  };
  Tensors<T> gradients;
  for (Value value : op.getParameters())
    gradients.push_back(Tensor<T>::ofReals(frame[value].getShape()));
  int64_t heads = gradient.getExtent(0);
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t r = 0; r < gradient.getExtent(1); ++r) {
      int64_t n = op.getFirstDistance() + r;
      T g = gradient(h, r);
      switch (op.getKind()) {
      case PositionBias::T5:
        gradients[0](h, RelativeBiasOp::getBucket(n)) += g;
        break;
      case PositionBias::Fourier:
        addFourier(gradients[0], h, n, g, *op.getMaxKeys());
        break;
      case PositionBias::ALiBi:
        addALiBi(parameter(0), parameter(1), gradients, h, heads, n, g);
        break;
      case PositionBias::NN:
        addNet(parameter(0), parameter(1), parameter(2), gradients, h, n, g);
        break;
      case PositionBias::None:
      case PositionBias::Rotary:
        llvm_unreachable("refused by the verifier");
      }
    }
  for (auto [result, tensor] : llvm::zip_equal(op.getResults(), gradients))
    if (failed(frame.set(result, std::move(tensor))))
      return failure();
  return success();
}

template <typename T>
void reference::addRelativeBiasAdjoint(Registry<T> &registry) {
  registry.template add<RelativeBiasAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addRelativeBiasAdjoint);
