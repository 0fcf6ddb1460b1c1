//===- StateAttentionAdjoint.cpp - Evaluate its adjoint -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Window.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// With P = exp(A - log_sum_exp) and F = P (G . v - G . output), for each query
/// and key: F t scale k to the query, F t scale q to the key, P G to the value,
/// F A / t to the temperature.
template <typename T>
static LogicalResult evaluate(StateAttentionAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &q = frame[op.getQuery()];
  const Tensor<T> &k = frame[op.getKey()];
  const Tensor<T> &v = frame[op.getValue()];
  const Tensor<T> &output = frame[op.getOutput()];
  const Tensor<T> &g = frame[op.getGradient()];
  T scale = op.getScale().convertToDouble();
  int64_t heads = q.getExtent(2), depth = q.getExtent(3);
  auto ofQuery = Tensor<T>::ofReals(q.getShape());
  auto ofKey = Tensor<T>::ofReals(k.getShape());
  auto ofValue = Tensor<T>::ofReals(v.getShape());
  auto ofTemperature = Tensor<T>::ofReals({heads});

  for (int64_t b = 0; b < q.getExtent(0); ++b)
    for (int64_t i = 0; i < q.getExtent(1); ++i)
      for (int64_t h = 0; h < heads; ++h) {
        T t = getTemperature(op, frame, h), readGradient = 0;
        for (int64_t d = 0; d < depth; ++d)
          readGradient += g(b, i, h, d) * output(b, i, h, d);
        for (int64_t j = 0; j < k.getExtent(1); ++j) {
          T product = getProduct(op, frame, b, i, j, h), ofWeight = 0;
          T weight = std::exp(product * t - frame[op.getLogSumExp()](b, h, i));
          for (int64_t d = 0; d < depth; ++d)
            ofWeight += g(b, i, h, d) * v(b, j, h, d);
          T ofLogit = weight * (ofWeight - readGradient);
          for (int64_t d = 0; d < depth; ++d) {
            ofQuery(b, i, h, d) += ofLogit * t * scale * k(b, j, h, d);
            ofKey(b, j, h, d) += ofLogit * t * scale * q(b, i, h, d);
            ofValue(b, j, h, d) += weight * g(b, i, h, d);
          }
          ofTemperature(h) += ofLogit * product;
        }
      }
  if (failed(frame.set(op.getQueryGradient(), std::move(ofQuery))) ||
      failed(frame.set(op.getKeyGradient(), std::move(ofKey))) ||
      failed(frame.set(op.getValueGradient(), std::move(ofValue))))
    return failure();
  if (!op.getTemperature())
    return success();
  if (op.getTemperatureKind() == Temperature::Absolute)
    for (int64_t h = 0; h < heads; ++h)
      if (frame[op.getTemperature()](h) < 0)
        ofTemperature(h) = -ofTemperature(h);
  return frame.set(op.getParameterGradients().front(),
                   std::move(ofTemperature));
}

template <typename T>
void reference::addStateAttentionAdjoint(Registry<T> &registry) {
  registry.template add<StateAttentionAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addStateAttentionAdjoint);
