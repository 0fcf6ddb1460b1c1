//===- ActivationAdjoint.cpp - Evaluate brt.activation_adjoint ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// p (G - sum(G p)) over the last axis, p = softmax(x).
template <typename T>
static Tensor<T> getSoftmaxAdjoint(const Tensor<T> &input,
                                   const Tensor<T> &gradient) {
  Tensor<T> result = input;
  int64_t width = input.getShape().back();
  for (int64_t begin = 0; begin < input.getSize(); begin += width) {
    MutableArrayRef<T> p = result.getReals().slice(begin, width);
    ArrayRef<T> g = gradient.getReals().slice(begin, width);
    T maximum = *llvm::max_element(p), sum = 0, product = 0;
    for (T &x : p)
      sum += x = std::exp(x - maximum);
    for (auto [x, y] : llvm::zip_equal(p, g)) {
      x /= sum;
      product += x * y;
    }
    for (auto [x, y] : llvm::zip_equal(p, g))
      x *= y - product;
  }
  return result;
}

template <typename T>
static T getDerivative(ActivationKind kind, T x) {
  T s = 1 / (1 + std::exp(-x));
  switch (kind) {
  case ActivationKind::ReLU:
    return x > 0 ? T(1) : T(0);
  case ActivationKind::Swish:
    return s * (1 + x * (1 - s));
  case ActivationKind::Sigmoid:
    return s * (1 - s);
  case ActivationKind::Tanh:
    return 1 - std::tanh(x) * std::tanh(x);
  case ActivationKind::GELU:
    return (1 + std::erf(x / std::sqrt(T(2)))) / 2 +
           x * std::exp(-x * x / 2) / std::sqrt(T(2 * M_PI));
  case ActivationKind::None:
  case ActivationKind::Softmax:
  case ActivationKind::SwiGLU:
    break;
  }
  llvm_unreachable("refused by the verifier, or not element by element");
}

template <typename T>
static LogicalResult evaluate(ActivationAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  const Tensor<T> &gradient = frame[op.getGradient()];
  if (op.getKind() == ActivationKind::Softmax)
    return frame.set(op.getResult(), getSoftmaxAdjoint(input, gradient));
  Tensor<T> result = gradient;
  for (auto [y, x] : llvm::zip_equal(result.getReals(), input.getReals()))
    y *= getDerivative(op.getKind(), x);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addActivationAdjoint(Registry<T> &registry) {
  registry.template add<ActivationAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addActivationAdjoint);
