//===- Window.h - Logits of window attention and its adjoint ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_REFERENCE_WINDOW_H
#define BRT_LIB_REFERENCE_WINDOW_H

#include "Dropout.h"
#include "Interpreter.h"
#include <cmath>

namespace brt::reference {

/// The position of query i of lane b on the key axis.
template <typename OpT, typename T>
int64_t getPosition(OpT op, Frame<T> &frame, int64_t b, int64_t i) {
  if (op.getPositions())
    return frame[op.getPositions()].integer(b) + i;
  return frame[op.getKey()].getExtent(1) - frame[op.getQuery()].getExtent(1) +
         i;
}

/// Whether the query at position p of the key axis sees key j.
template <typename OpT>
bool isVisible(OpT op, int64_t p, int64_t j) {
  int64_t window = op.getWindow();
  if (op.getCausal())
    return -window <= j - p && j - p < 0;
  // Its own block and the block before, counted from key 0.
  int64_t block = p / window, keyBlock = j / window;
  return keyBlock == block || keyBlock == block - 1;
}

/// The column of the bias for the query at position p and key j.
template <typename OpT>
int64_t getBiasColumn(OpT op, int64_t p, int64_t j) {
  return p - j - (op.getCausal() ? 1 : 1 - op.getWindow());
}

/// The temperature of head h as it counts, 1 without one.
template <typename OpT, typename T>
T getTemperature(OpT op, Frame<T> &frame, int64_t h) {
  if (!op.getTemperature())
    return 1;
  T temperature = frame[op.getTemperature()](h);
  return op.getTemperatureKind() == Temperature::Absolute
             ? std::abs(temperature)
             : temperature;
}

/// scale q[b, i, h] . k[b, j, h].
template <typename OpT, typename T>
T getProduct(OpT op, Frame<T> &frame, int64_t b, int64_t i, int64_t j,
             int64_t h) {
  const Tensor<T> &q = frame[op.getQuery()];
  const Tensor<T> &k = frame[op.getKey()];
  T product = 0;
  for (int64_t d = 0; d < q.getExtent(3); ++d)
    product += q(b, i, h, d) * k(b, j, h, d);
  return product * T(op.getScale().convertToDouble());
}

/// What dropout multiplies the weight of key j by, for query i at position p; 1
/// outside of training.
template <typename OpT, typename T>
T getKept(OpT op, Frame<T> &frame, int64_t i, int64_t p, int64_t j, int64_t h) {
  if (!op.getSeed())
    return 1;
  DropoutMask mask = {uint64_t(frame[op.getSeed()].integer()),
                      uint64_t(frame[op.getStep()].integer()),
                      uint64_t(op.getDropoutSite()),
                      op.getDropoutRate().convertToDouble()};
  int64_t window = op.getWindow();
  int64_t columns = op.getCausal() ? window : 3 * window - 1;
  return mask((h * window + i % window) * columns + getBiasColumn(op, p, j));
}

} // namespace brt::reference

#endif // BRT_LIB_REFERENCE_WINDOW_H
