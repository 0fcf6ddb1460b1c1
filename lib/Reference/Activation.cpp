//===- Activation.cpp - Evaluate brt.activation ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// exp(x - m) / sum exp(x - m) over the last axis.
template <typename T>
static Tensor<T> softmax(const Tensor<T> &input) {
  Tensor<T> result = input;
  int64_t width = input.getShape().back();
  for (int64_t begin = 0; begin < input.getSize(); begin += width) {
    MutableArrayRef<T> row = result.getReals().slice(begin, width);
    T maximum = *llvm::max_element(row), sum = 0;
    for (T &x : row)
      sum += x = std::exp(x - maximum);
    for (T &x : row)
      x /= sum;
  }
  return result;
}

template <typename T>
static T activate(ActivationKind kind, T x) {
  T sigmoid = 1 / (1 + std::exp(-x));
  switch (kind) {
  case ActivationKind::ReLU:
    return x < 0 ? T(0) : x;
  case ActivationKind::Swish:
    return x * sigmoid;
  case ActivationKind::Sigmoid:
    return sigmoid;
  case ActivationKind::Tanh:
    return std::tanh(x);
  case ActivationKind::GELU:
    return x * (1 + std::erf(x / std::sqrt(T(2)))) / 2;
  case ActivationKind::None:
  case ActivationKind::Softmax:
  case ActivationKind::SwiGLU:
    return x;
  }
  llvm_unreachable("all kinds are handled");
}

template <typename T>
static LogicalResult evaluate(ActivationOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  if (op.getKind() == ActivationKind::Softmax)
    return frame.set(op.getResult(), softmax(input));
  Tensor<T> result = input;
  for (T &x : result.getReals())
    x = activate(op.getKind(), x);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addActivation(Registry<T> &registry) {
  registry.template add<ActivationOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addActivation);
