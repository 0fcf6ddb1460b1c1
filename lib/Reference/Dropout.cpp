//===- Dropout.cpp - Evaluate brt.dropout ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Dropout.h"
#include "Interpreter.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult evaluate(DropoutOp op, Frame<T> &frame) {
  const Tensor<T> &x = frame[op.getInput()];
  DropoutMask mask = {uint64_t(frame[op.getSeed()].integer()),
                      uint64_t(frame[op.getStep()].integer()),
                      uint64_t(op.getSite()), op.getRate().convertToDouble()};
  int64_t length = x.getExtent(1), width = x.getExtent(2);
  int64_t tile = DropoutOp::getTile(length);
  auto result = Tensor<T>::ofReals(x.getShape());
  for (int64_t b = 0; b < x.getExtent(0); ++b)
    for (int64_t i = 0; i < length; ++i)
      for (int64_t e = 0; e < width; ++e)
        result(b, i, e) = x(b, i, e) * T(mask((i % tile) * width + e));
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addDropout(Registry<T> &registry) {
  registry.template add<DropoutOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addDropout);
