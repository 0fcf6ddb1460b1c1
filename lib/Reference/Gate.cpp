//===- Gate.cpp - Evaluate brt.gate ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static T sigmoid(T x) {
  return 1 / (1 + std::exp(-x));
}

/// The new value of feature e, whose element is n of the state.
template <typename T>
static T blend(GateKind kind, T c, T y, ArrayRef<const Tensor<T> *> activations,
               int64_t n, int64_t e) {
  auto activation = [&](int64_t i, int64_t at) {
    return activations[i]->getReals()[at];
  };
  switch (kind) {
  case GateKind::Fixed: {
    T g = sigmoid(activation(0, e));
    return c * g + y * (1 - g);
  }
  case GateKind::Full: {
    T g = sigmoid(activation(0, n) + 1);
    return c * g + y * (1 - g);
  }
  case GateKind::LSTM: {
    T f = sigmoid(activation(0, n) + 1), i = sigmoid(activation(1, n) - 1);
    return c * f + y * i;
  }
  case GateKind::Residual:
    return c + y;
  }
  llvm_unreachable("all kinds are handled");
}

template <typename T>
static LogicalResult evaluate(GateOp op, Frame<T> &frame) {
  const Tensor<T> &update = frame[op.getUpdate()];
  SmallVector<const Tensor<T> *> activations;
  for (Value activation : op.getActivations())
    activations.push_back(&frame[activation]);

  Tensor<T> result = frame[op.getState()];
  int64_t width = result.getShape().back();
  for (auto [n, c] : llvm::enumerate(result.getReals()))
    c = blend<T>(op.getKind(), c, update.getReals()[n], activations, n,
                 n % width);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addGate(Registry<T> &registry) {
  registry.template add<GateOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addGate);
