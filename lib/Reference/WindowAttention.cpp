//===- WindowAttention.cpp - Evaluate brt.window_attention ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Whether the query at position p of the key axis sees key j.
static bool isVisible(WindowAttentionOp op, int64_t p, int64_t j) {
  int64_t window = op.getWindow();
  if (op.getCausal())
    return -window <= j - p && j - p < 0;
  // Its own block and the block before, counted from key 0.
  int64_t block = p / window, keyBlock = j / window;
  return keyBlock == block || keyBlock == block - 1;
}

/// The logit of query i, at position p, for key j.
template <typename T>
static T getLogit(WindowAttentionOp op, Frame<T> &frame, int64_t b, int64_t i,
                  int64_t p, int64_t j, int64_t h) {
  const Tensor<T> &q = frame[op.getQuery()];
  const Tensor<T> &k = frame[op.getKey()];
  T a = 0;
  for (int64_t d = 0; d < q.getExtent(3); ++d)
    a += q(b, i, h, d) * k(b, j, h, d);
  a *= T(op.getScale().convertToDouble());
  if (op.getBias()) {
    int64_t firstDistance = op.getCausal() ? 1 : 1 - op.getWindow();
    a += frame[op.getBias()](h, p - j - firstDistance);
  }
  if (op.getTemperature()) {
    T temperature = frame[op.getTemperature()](h);
    a *= op.getTemperatureKind() == Temperature::Absolute
             ? std::abs(temperature)
             : temperature;
  }
  return a;
}

/// result[b, i, h] = sum_j P_j v[b, j, h] over the visible keys, where
/// P_j = exp(A_j - M) / (sum_j exp(A_j - M) + exp(Z - M)), M = max(max_j A_j,
/// Z).
template <typename T>
static LogicalResult evaluate(WindowAttentionOp op, Frame<T> &frame) {
  const Tensor<T> &q = frame[op.getQuery()];
  const Tensor<T> &v = frame[op.getValue()];
  int64_t queries = q.getExtent(1), keys = v.getExtent(1);
  auto result = Tensor<T>::ofReals(q.getShape());
  SmallVector<std::pair<int64_t, T>> logits; // Of the visible keys.
  for (int64_t b = 0; b < q.getExtent(0); ++b)
    for (int64_t i = 0; i < queries; ++i)
      for (int64_t h = 0; h < q.getExtent(2); ++h) {
        int64_t p = op.getPositions() ? frame[op.getPositions()].integer(b) + i
                                      : keys - queries + i;
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
        for (auto [j, a] : logits)
          for (int64_t d = 0; d < v.getExtent(3); ++d)
            result(b, i, h, d) += std::exp(a - maximum) / sum * v(b, j, h, d);
      }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addWindowAttention(Registry<T> &registry) {
  registry.template add<WindowAttentionOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addWindowAttention);
