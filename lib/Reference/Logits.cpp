//===- Logits.cpp - Evaluate brt.logits -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// result[b, i, v] = (sum_e input[b, i, e] table[v, e]) / divisor.
template <typename T>
static LogicalResult evaluate(LogitsOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  const Tensor<T> &table = frame[op.getTable()];
  T divisor = op.getDivisor().convertToDouble();
  int64_t vocabulary = table.getExtent(0), width = table.getExtent(1);
  auto result =
      Tensor<T>::ofReals({input.getExtent(0), input.getExtent(1), vocabulary});
  for (int64_t n = 0; n < input.getExtent(0) * input.getExtent(1); ++n) {
    ArrayRef<T> x = input.getReals().slice(n * width, width);
    for (int64_t v = 0; v < vocabulary; ++v) {
      ArrayRef<T> row = table.getReals().slice(v * width, width);
      T sum = 0;
      for (int64_t e = 0; e < width; ++e)
        sum += x[e] * row[e];
      result.getReals()[n * vocabulary + v] = sum / divisor;
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addLogits(Registry<T> &registry) {
  registry.template add<LogitsOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addLogits);
