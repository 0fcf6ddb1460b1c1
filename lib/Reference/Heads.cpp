//===- Heads.cpp - Evaluate splitting and merging of heads ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult evaluate(SplitHeadsOp op, Frame<T> &frame) {
  const Tensor<T> &input = frame[op.getInput()];
  int64_t heads = op.getHeads();
  return frame.set(op.getResult(),
                   input.reshape({input.getExtent(0), input.getExtent(1), heads,
                                  input.getExtent(2) / heads}));
}

template <typename T>
static LogicalResult evaluate(MergeHeadsOp op, Frame<T> &frame) {
  const Tensor<T> &first = frame[op.getInputs().front()];
  int64_t lanes = first.getExtent(0), rows = first.getExtent(1),
          heads = first.getExtent(2), depth = first.getExtent(3);
  auto result = Tensor<T>::ofReals(
      {lanes, rows, int64_t(op.getInputs().size()) * heads * depth});
  for (auto [k, value] : llvm::enumerate(op.getInputs())) {
    const Tensor<T> &input = frame[value];
    for (int64_t b = 0; b < lanes; ++b)
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t h = 0; h < heads; ++h)
          for (int64_t d = 0; d < depth; ++d)
            result(b, i, (int64_t(k) * heads + h) * depth + d) =
                input(b, i, h, d);
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addHeads(Registry<T> &registry) {
  registry.template add<SplitHeadsOp>(evaluate<T>);
  registry.template add<MergeHeadsOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addHeads);
