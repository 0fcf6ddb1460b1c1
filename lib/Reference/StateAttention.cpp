//===- StateAttention.cpp - Evaluate brt.state_attention ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// result[b, i, h] = sum_j P_j v[b, j, h] over all keys, where
/// P_j = exp(A_j - M) / (sum_j exp(A_j - M) + exp(-1000 - M)).
template <typename T>
static LogicalResult evaluate(StateAttentionOp op, Frame<T> &frame) {
  const Tensor<T> &q = frame[op.getQuery()];
  const Tensor<T> &k = frame[op.getKey()];
  const Tensor<T> &v = frame[op.getValue()];
  int64_t keys = k.getExtent(1), depth = k.getExtent(3);
  constexpr T kVirtualLogit = -1000;

  auto result = Tensor<T>::ofReals(q.getShape());
  auto logSumExp =
      Tensor<T>::ofReals({q.getExtent(0), q.getExtent(2), q.getExtent(1)});
  SmallVector<T> p(keys);
  for (int64_t b = 0; b < q.getExtent(0); ++b)
    for (int64_t i = 0; i < q.getExtent(1); ++i)
      for (int64_t h = 0; h < q.getExtent(2); ++h) {
        T factor = op.getScale().convertToDouble();
        if (op.getTemperature()) {
          T temperature = frame[op.getTemperature()](h);
          factor *= op.getTemperatureKind() == Temperature::Absolute
                        ? std::abs(temperature)
                        : temperature;
        }
        T maximum = kVirtualLogit;
        for (int64_t j = 0; j < keys; ++j) {
          p[j] = 0;
          for (int64_t d = 0; d < depth; ++d)
            p[j] += q(b, i, h, d) * k(b, j, h, d);
          p[j] *= factor;
          maximum = std::max(maximum, p[j]);
        }
        T sum = std::exp(kVirtualLogit - maximum);
        for (T &x : p)
          sum += x = std::exp(x - maximum);
        logSumExp(b, h, i) = maximum + std::log(sum);
        for (int64_t j = 0; j < keys; ++j)
          for (int64_t d = 0; d < depth; ++d)
            result(b, i, h, d) += p[j] / sum * v(b, j, h, d);
      }
  if (op.getLogSumExp() &&
      failed(frame.set(op.getLogSumExp(), std::move(logSumExp))))
    return failure();
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addStateAttention(Registry<T> &registry) {
  registry.template add<StateAttentionOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addStateAttention);
