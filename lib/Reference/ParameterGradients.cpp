//===- ParameterGradients.cpp - Evaluate sums over lanes and positions ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// result[i...] = sum_n input[n..., i...].
template <typename T>
static LogicalResult evaluate(SumLeadingOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  auto result = Tensor<T>::ofReals(
      input.getShape().take_back(op.getResult().getType().getRank()));
  for (auto [n, x] : llvm::enumerate(input.getReals()))
    result.getReals()[n % result.getSize()] += x;
  return frame.set(op.getResult(), std::move(result));
}

/// result[k, m] = sum_n input[n, k] gradient[n, m].
template <typename T>
static LogicalResult evaluate(WeightGradientOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  const Tensor<T> &gradient = frame[op.getGradient()];
  int64_t depth = input.getShape().back(), width = gradient.getShape().back();
  auto result = Tensor<T>::ofReals({depth, width});
  for (int64_t n = 0; n < input.getSize() / depth; ++n)
    for (int64_t k = 0; k < depth; ++k) {
      T x = input.getReals()[n * depth + k];
      for (int64_t m = 0; m < width; ++m)
        result(k, m) += x * gradient.getReals()[n * width + m];
    }
  return frame.set(op.getResult(), std::move(result));
}

/// result[tokens[b, i] mod V, :] += gradient[b, i, :], a floor modulus.
template <typename T>
static LogicalResult evaluate(EmbedAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &tokens = frame[op.getTokens()];
  const Tensor<T> &gradient = frame[op.getGradient()];
  auto result = Tensor<T>::ofReals(op.getResult().getType().getShape());
  int64_t vocabulary = result.getExtent(0), width = result.getExtent(1);
  for (int64_t n = 0; n < tokens.getSize(); ++n) {
    int64_t row = tokens.getIntegers()[n] % vocabulary;
    if (row < 0)
      row += vocabulary;
    for (int64_t e = 0; e < width; ++e)
      result(row, e) += gradient.getReals()[n * width + e];
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addParameterGradients(Registry<T> &registry) {
  registry.template add<SumLeadingOp>(evaluate<T>);
  registry.template add<WeightGradientOp>(evaluate<T>);
  registry.template add<EmbedAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addParameterGradients);
