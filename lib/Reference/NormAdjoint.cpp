//===- NormAdjoint.cpp - Evaluate adjoints of norms and unit length -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static T getMean(ArrayRef<T> row) {
  T sum = 0;
  for (T x : row)
    sum += x;
  return sum / row.size();
}

/// With u = (x - m) r, r = rsqrt(mean((x - m)^2) + epsilon) and h = G scale:
/// r (h - [mean(h)] - u mean(h u)) to the input, G u to the scale.
template <typename T>
static LogicalResult evaluate(NormAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  const Tensor<T> &scale = frame[op.getScale()];
  const Tensor<T> &gradient = frame[op.getGradient()];
  bool centred = op.getKind() == NormKind::Layer;
  T epsilon = op.getEpsilon().convertToDouble();
  int64_t width = input.getShape().back();
  auto ofInput = Tensor<T>::ofReals(input.getShape());
  auto ofScale = Tensor<T>::ofReals({width});
  SmallVector<T> u(width), h(width), product(width);
  for (int64_t begin = 0; begin < input.getSize(); begin += width) {
    ArrayRef<T> x = input.getReals().slice(begin, width);
    ArrayRef<T> g = gradient.getReals().slice(begin, width);
    T mean = centred ? getMean(x) : T(0);
    for (int64_t e = 0; e < width; ++e) {
      u[e] = x[e] - mean;
      product[e] = u[e] * u[e];
    }
    T factor = 1 / std::sqrt(getMean<T>(product) + epsilon);
    for (int64_t e = 0; e < width; ++e) {
      u[e] *= factor;
      h[e] = g[e] * scale(e);
      product[e] = h[e] * u[e];
      ofScale(e) += g[e] * u[e];
    }
    T meanH = centred ? getMean<T>(h) : T(0), meanHU = getMean<T>(product);
    for (int64_t e = 0; e < width; ++e)
      ofInput.getReals()[begin + e] = factor * (h[e] - meanH - u[e] * meanHU);
  }
  if (failed(frame.set(op.getScaleGradient(), std::move(ofScale))))
    return failure();
  return frame.set(op.getInputGradient(), std::move(ofInput));
}

/// With u = x r, r = rsqrt(sum(x^2) + epsilon): r (G - u sum(G u)).
template <typename T>
static LogicalResult evaluate(UnitNormalizeAdjointOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  const Tensor<T> &gradient = frame[op.getGradient()];
  T epsilon = op.getEpsilon().convertToDouble();
  int64_t width = input.getShape().back();
  auto result = Tensor<T>::ofReals(input.getShape());
  for (int64_t begin = 0; begin < input.getSize(); begin += width) {
    ArrayRef<T> x = input.getReals().slice(begin, width);
    ArrayRef<T> g = gradient.getReals().slice(begin, width);
    T square = 0, product = 0;
    for (int64_t d = 0; d < width; ++d) {
      square += x[d] * x[d];
      product += g[d] * x[d];
    }
    T factor = 1 / std::sqrt(square + epsilon);
    for (int64_t d = 0; d < width; ++d)
      result.getReals()[begin + d] =
          factor * (g[d] - x[d] * factor * product * factor);
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addNormAdjoint(Registry<T> &registry) {
  registry.template add<NormAdjointOp>(evaluate<T>);
  registry.template add<UnitNormalizeAdjointOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addNormAdjoint);
