//===- WindowAttention.cpp - Evaluate brt.window_attention ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Window.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// The logit of query i, at position p, for key j.
template <typename T>
static T getLogit(WindowAttentionOp op, Frame<T> &frame, int64_t b, int64_t i,
                  int64_t p, int64_t j, int64_t h) {
  T a = getProduct(op, frame, b, i, j, h);
  if (op.getBias())
    a += frame[op.getBias()](h, getBiasColumn(op, p, j));
  return a * getTemperature(op, frame, h);
}

/// result[b, i, h] = sum_j K_j P_j v[b, j, h] over the visible keys, where
/// P_j = exp(A_j - M) / (sum_j exp(A_j - M) + exp(Z - M)), M = max(max_j A_j,
/// Z), and K_j is what dropout makes of it.
template <typename T>
static LogicalResult evaluate(WindowAttentionOp op, Frame<T> &frame) {
  const Tensor<T> &q = frame[op.getQuery()];
  const Tensor<T> &v = frame[op.getValue()];
  int64_t queries = q.getExtent(1), keys = v.getExtent(1);
  auto result = Tensor<T>::ofReals(q.getShape());
  auto logSumExp =
      Tensor<T>::ofReals({q.getExtent(0), q.getExtent(2), queries});
  SmallVector<std::pair<int64_t, T>> logits; // Of the visible keys.
  for (int64_t b = 0; b < q.getExtent(0); ++b)
    for (int64_t i = 0; i < queries; ++i)
      for (int64_t h = 0; h < q.getExtent(2); ++h) {
        int64_t p = getPosition(op, frame, b, i);
        T z = op.getSink() ? frame[op.getSink()](h) : T(-1000);
        T maximum = z;
        logits.clear();
        for (int64_t j = 0; j < keys; ++j)
          if (isVisible(op, p, j)) {
            logits.emplace_back(j, getLogit(op, frame, b, i, p, j, h));
            maximum = std::max(maximum, logits.back().second);
          }
        T sum = std::exp(z - maximum);
        for (auto [j, a] : logits)
          sum += std::exp(a - maximum);
        logSumExp(b, h, i) = maximum + std::log(sum);
        for (auto [j, a] : logits) {
          T weight =
              std::exp(a - maximum) / sum * getKept(op, frame, i, p, j, h);
          for (int64_t d = 0; d < v.getExtent(3); ++d)
            result(b, i, h, d) += weight * v(b, j, h, d);
        }
      }
  if (op.getLogSumExp() &&
      failed(frame.set(op.getLogSumExp(), std::move(logSumExp))))
    return failure();
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addWindowAttention(Registry<T> &registry) {
  registry.template add<WindowAttentionOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addWindowAttention);
