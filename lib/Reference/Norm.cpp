//===- Norm.cpp - Evaluate norms and unit length --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// rms:   x rsqrt(mean(x^2) + epsilon) scale
/// layer: the same of x - mean(x), plus bias
template <typename T>
static LogicalResult evaluate(NormOp op, Frame<T> &frame) {
  const Tensor<T> &scale = frame[op.getScale()];
  T epsilon = op.getEpsilon().convertToDouble();
  Tensor<T> result = frame[op.getInput()];
  int64_t width = result.getShape().back();
  for (int64_t begin = 0; begin < result.getSize(); begin += width) {
    MutableArrayRef<T> row = result.getReals().slice(begin, width);
    if (op.getKind() == NormKind::Layer) {
      T mean = 0;
      for (T x : row)
        mean += x;
      mean /= width;
      for (T &x : row)
        x -= mean;
    }
    T square = 0;
    for (T x : row)
      square += x * x;
    T factor = 1 / std::sqrt(square / width + epsilon);
    for (int64_t e = 0; e < width; ++e) {
      row[e] *= factor * scale(e);
      if (op.getBias())
        row[e] += frame[op.getBias()](e);
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

/// x rsqrt(sum(x^2) + epsilon).
template <typename T>
static LogicalResult evaluate(UnitNormalizeOp op, Frame<T> &frame) {
  T epsilon = op.getEpsilon().convertToDouble();
  Tensor<T> result = frame[op.getInput()];
  int64_t width = result.getShape().back();
  for (int64_t begin = 0; begin < result.getSize(); begin += width) {
    MutableArrayRef<T> row = result.getReals().slice(begin, width);
    T square = 0;
    for (T x : row)
      square += x * x;
    for (T &x : row)
      x *= 1 / std::sqrt(square + epsilon);
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addNorm(Registry<T> &registry) {
  registry.template add<NormOp>(evaluate<T>);
  registry.template add<UnitNormalizeOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addNorm);
