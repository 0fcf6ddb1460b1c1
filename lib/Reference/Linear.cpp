//===- Linear.cpp - Evaluate brt.linear -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// result[n, m] = sum_k input[n, k] weight[k, m] + bias[m], n over all axes but
/// the last; weight[m, k] where it is transposed. A weight is as wide as the
/// input it is multiplied with.
template <typename T>
static LogicalResult evaluate(LinearOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  Tensor<T> weight = frame.getRounded(
      op.getWeight(), getElementTypeOrSelf(op.getInput().getType()));
  int64_t depth = weight.getExtent(0), width = weight.getExtent(1);
  int64_t ofDepth = width, ofWidth = 1; // Steps in the weight.
  if (op.getTransposed()) {
    std::swap(depth, width);
    std::swap(ofDepth, ofWidth);
  }
  int64_t rows = getNumElements(input.getShape().drop_back());

  SmallVector<int64_t> shape(input.getShape());
  shape.back() = width;
  auto result = Tensor<T>::ofReals(shape);
  for (int64_t n = 0; n < rows; ++n) {
    MutableArrayRef<T> sums = result.getReals().slice(n * width, width);
    for (int64_t k = 0; k < depth; ++k) {
      T x = input.getReals()[n * depth + k];
      for (int64_t m = 0; m < width; ++m)
        sums[m] += x * weight.getReals()[k * ofDepth + m * ofWidth];
    }
    if (op.getBias())
      for (int64_t m = 0; m < width; ++m)
        sums[m] += frame[op.getBias()](m);
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addLinear(Registry<T> &registry) {
  registry.template add<LinearOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addLinear);
