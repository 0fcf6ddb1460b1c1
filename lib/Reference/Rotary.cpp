//===- Rotary.cpp - Evaluate brt.rotary -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Turns the pair (x_j, x_(j + D/2)) of the token at position p by the angle
/// p pi 10000^(-2j/D), or back.
template <typename T>
static LogicalResult evaluate(RotaryOp op, Frame<T> &frame) {
  const Tensor<T> &x = frame[op.getInput()];
  Tensor<T> result = x;
  int64_t half = x.getExtent(3) / 2;
  for (int64_t b = 0; b < x.getExtent(0); ++b) {
    int64_t first = op.getFirst();
    if (op.getPositions())
      first += frame[op.getPositions()].integer(b);
    for (int64_t i = 0; i < x.getExtent(1); ++i)
      for (int64_t j = 0; j < half; ++j) {
        double angle =
            double(first + i) * M_PI * std::pow(10000.0, -double(j) / half);
        if (op.getInverse())
          angle = -angle;
        T cos = std::cos(angle), sin = std::sin(angle);
        for (int64_t h = 0; h < x.getExtent(2); ++h) {
          T low = x(b, i, h, j), high = x(b, i, h, j + half);
          result(b, i, h, j) = low * cos - high * sin;
          result(b, i, h, j + half) = low * sin + high * cos;
        }
      }
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addRotary(Registry<T> &registry) {
  registry.template add<RotaryOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addRotary);
