//===- LossAdjoint.cpp - Evaluate brt.cross_entropy_adjoint ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// G (softmax(logits)[v] - [v = target]) where the mask is set.
template <typename T>
static LogicalResult evaluate(CrossEntropyAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &logits = frame[op.getLogits()];
  const Tensor<T> &targets = frame[op.getTargets()];
  const Tensor<T> &mask = frame[op.getMask()];
  int64_t vocabulary = logits.getExtent(2);
  auto result = Tensor<T>::ofReals(logits.getShape());
  for (int64_t n = 0; n < targets.getSize(); ++n) {
    if (!mask.getIntegers()[n])
      continue;
    T g = frame[op.getGradient()].getReals()[n];
    ArrayRef<T> row = logits.getReals().slice(n * vocabulary, vocabulary);
    MutableArrayRef<T> out =
        result.getReals().slice(n * vocabulary, vocabulary);
    T maximum = *llvm::max_element(row), sum = 0;
    for (T x : row)
      sum += std::exp(x - maximum);
    for (auto [y, x] : llvm::zip_equal(out, row))
      y = g * std::exp(x - maximum) / sum;
    int64_t target = targets.getIntegers()[n] % vocabulary;
    out[target < 0 ? target + vocabulary : target] -= g;
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addLossAdjoint(Registry<T> &registry) {
  registry.template add<CrossEntropyAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addLossAdjoint);
