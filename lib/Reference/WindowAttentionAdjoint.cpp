//===- WindowAttentionAdjoint.cpp - Evaluate its adjoint ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Window.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

namespace {
/// The gradients being summed up; those of operands that are not given stay
/// empty.
template <typename T>
struct Sums {
  Tensor<T> query, key, value, temperature, bias, sink;
};
} // namespace

/// Adds what key j, of logit A = (product + bias) t, makes of query i.
template <typename T>
static void addKey(WindowAttentionAdjointOp op, Frame<T> &frame, int64_t b,
                   int64_t i, int64_t j, int64_t h, T readGradient,
                   Sums<T> &sums) {
  const Tensor<T> &q = frame[op.getQuery()];
  const Tensor<T> &k = frame[op.getKey()];
  const Tensor<T> &v = frame[op.getValue()];
  const Tensor<T> &g = frame[op.getGradient()];
  int64_t p = getPosition(op, frame, b, i);
  T scale = op.getScale().convertToDouble();
  T t = getTemperature(op, frame, h);
  T score = getProduct(op, frame, b, i, j, h);
  if (op.getBias())
    score += frame[op.getBias()](h, getBiasColumn(op, p, j));
  T weight = std::exp(score * t - frame[op.getLogSumExp()](b, h, i));
  T kept = getKept(op, frame, i, p, j, h);
  T ofWeight = 0;
  for (int64_t d = 0; d < q.getExtent(3); ++d)
    ofWeight += g(b, i, h, d) * v(b, j, h, d);
  T ofLogit = weight * (kept * ofWeight - readGradient);

  for (int64_t d = 0; d < q.getExtent(3); ++d) {
    sums.query(b, i, h, d) += ofLogit * t * scale * k(b, j, h, d);
    sums.key(b, j, h, d) += ofLogit * t * scale * q(b, i, h, d);
    sums.value(b, j, h, d) += weight * kept * g(b, i, h, d);
  }
  if (op.getTemperature()) {
    bool negative = op.getTemperatureKind() == Temperature::Absolute &&
                    frame[op.getTemperature()](h) < 0;
    sums.temperature(h) += ofLogit * (negative ? -score : score);
  }
  if (op.getBias())
    sums.bias(h, getBiasColumn(op, p, j)) += ofLogit * t;
}

template <typename T>
static LogicalResult evaluate(WindowAttentionAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &output = frame[op.getOutput()];
  const Tensor<T> &g = frame[op.getGradient()];
  auto zeros = [&](Value value) {
    return value ? Tensor<T>::ofReals(frame[value].getShape()) : Tensor<T>();
  };
  Sums<T> sums = {zeros(op.getQuery()), zeros(op.getKey()),
                  zeros(op.getValue()), zeros(op.getTemperature()),
                  zeros(op.getBias()),  zeros(op.getSink())};
  for (int64_t b = 0; b < g.getExtent(0); ++b)
    for (int64_t i = 0; i < g.getExtent(1); ++i)
      for (int64_t h = 0; h < g.getExtent(2); ++h) {
        T readGradient = 0;
        for (int64_t d = 0; d < g.getExtent(3); ++d)
          readGradient += g(b, i, h, d) * output(b, i, h, d);
        int64_t p = getPosition(op, frame, b, i);
        for (int64_t j = 0; j < sums.key.getExtent(1); ++j)
          if (isVisible(op, p, j))
            addKey(op, frame, b, i, j, h, readGradient, sums);
        // The sink's value is zero.
        if (op.getSink())
          sums.sink(h) -= std::exp(frame[op.getSink()](h) -
                                   frame[op.getLogSumExp()](b, h, i)) *
                          readGradient;
      }
  Tensors<T> results = {std::move(sums.query), std::move(sums.key),
                        std::move(sums.value)};
  if (op.getTemperature())
    results.push_back(std::move(sums.temperature));
  if (op.getBias())
    results.push_back(std::move(sums.bias));
  if (op.getSink())
    results.push_back(std::move(sums.sink));
  for (auto [result, tensor] : llvm::zip_equal(op.getResults(), results))
    if (failed(frame.set(result, std::move(tensor))))
      return failure();
  return success();
}

template <typename T>
void reference::addWindowAttentionAdjoint(Registry<T> &registry) {
  registry.template add<WindowAttentionAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addWindowAttentionAdjoint);
