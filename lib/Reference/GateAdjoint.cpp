//===- GateAdjoint.cpp - Evaluate brt.gate_adjoint ------------------------===//
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

/// `g c + (1 - g) y`, one gate; `f c + i y`, two.
template <typename T>
static LogicalResult evaluate(GateAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &state = frame[op.getState()];
  const Tensor<T> &update = frame[op.getUpdate()];
  const Tensor<T> &gradient = frame[op.getGradient()];
  auto ofState = Tensor<T>::ofReals(state.getShape());
  auto ofUpdate = Tensor<T>::ofReals(state.getShape());
  Tensors<T> ofActivations;
  for (Value activation : op.getActivations())
    ofActivations.push_back(Tensor<T>::ofReals(frame[activation].getShape()));

  T shift = op.getKind() == GateKind::Fixed ? 0 : 1;
  for (int64_t n = 0; n < state.getSize(); ++n) {
    T c = state.getReals()[n], y = update.getReals()[n];
    T g = gradient.getReals()[n];
    // A fixed gate has one activation for a feature.
    int64_t at = n % ofActivations[0].getSize();
    auto activation = [&](unsigned i) {
      return frame[op.getActivations()[i]].getReals()[at];
    };
    T keep = sigmoid(activation(0) + shift);
    bool two = op.getKind() == GateKind::LSTM;
    T take = two ? sigmoid(activation(1) - 1) : 1 - keep;
    ofState.getReals()[n] = g * keep;
    ofUpdate.getReals()[n] = g * take;
    ofActivations[0].getReals()[at] +=
        g * (two ? c : c - y) * keep * (1 - keep);
    if (two)
      ofActivations[1].getReals()[at] += g * y * take * (1 - take);
  }
  if (failed(frame.set(op.getStateGradient(), std::move(ofState))) ||
      failed(frame.set(op.getUpdateGradient(), std::move(ofUpdate))))
    return failure();
  for (auto [result, tensor] :
       llvm::zip_equal(op.getActivationGradients(), ofActivations))
    if (failed(frame.set(result, std::move(tensor))))
      return failure();
  return success();
}

template <typename T>
void reference::addGateAdjoint(Registry<T> &registry) {
  registry.template add<GateAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addGateAdjoint);
