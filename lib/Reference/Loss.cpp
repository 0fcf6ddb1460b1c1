//===- Loss.cpp - Evaluate targets and cross entropy ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult evaluate(ShiftTargetsOp op, Frame<T> &frame) {
  const Tensor<T> &tokens = frame[op.getTokens()];
  int64_t lanes = tokens.getExtent(0), length = tokens.getExtent(1);
  auto targets = Tensor<T>::ofIntegers({lanes, length});
  auto mask = Tensor<T>::ofIntegers({lanes, length});
  for (int64_t b = 0; b < lanes; ++b)
    for (int64_t i = 0; i + 1 < length; ++i) {
      targets.integer(b, i) = tokens.integer(b, i + 1);
      bool allowed = true;
      if (op.getInputMask())
        allowed =
            frame[op.getInputMask()].integer(b, op.getShiftMask() ? i + 1 : i);
      mask.integer(b, i) =
          allowed && tokens.integer(b, i) != 0 && targets.integer(b, i) != 0;
    }
  if (failed(frame.set(op.getTargets(), std::move(targets))))
    return failure();
  return frame.set(op.getMask(), std::move(mask));
}

/// ln(sum_v exp(row[v])) - row[target].
template <typename T>
static T getLoss(ArrayRef<T> row, int64_t target) {
  T maximum = *llvm::max_element(row), sum = 0;
  for (T x : row)
    sum += std::exp(x - maximum);
  return maximum + std::log(sum) - row[target];
}

template <typename T>
static LogicalResult evaluate(CrossEntropyOp op, Frame<T> &frame) {
  const Tensor<T> &logits = frame[op.getLogits()];
  const Tensor<T> &targets = frame[op.getTargets()];
  const Tensor<T> &mask = frame[op.getMask()];
  int64_t vocabulary = logits.getExtent(2);
  auto loss = Tensor<T>::ofReals(targets.getShape());
  auto sum = Tensor<T>::ofReals({});
  auto count = Tensor<T>::ofIntegers({});
  for (int64_t n = 0; n < loss.getSize(); ++n) {
    if (!mask.getIntegers()[n])
      continue;
    int64_t target = targets.getIntegers()[n] % vocabulary;
    if (target < 0)
      target += vocabulary;
    loss.getReals()[n] =
        getLoss(logits.getReals().slice(n * vocabulary, vocabulary), target);
    sum() += loss.getReals()[n];
    count.integer() += 1;
  }
  if (failed(frame.set(op.getTokenLoss(), std::move(loss))) ||
      failed(frame.set(op.getLossSum(), std::move(sum))))
    return failure();
  return frame.set(op.getTokenCount(), std::move(count));
}

template <typename T>
void reference::addLoss(Registry<T> &registry) {
  registry.template add<ShiftTargetsOp>(evaluate<T>);
  registry.template add<CrossEntropyOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addLoss);
