//===- SelectLanes.cpp - Evaluate choices by lane -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult evaluate(SelectLanesOp op, Frame<T> &frame) {
  const Tensor<T> &flags = frame[op.getFlags()];
  const Tensor<T> &onTrue = frame[op.getOnTrue()];
  Tensor<T> result = frame[op.getOnFalse()];
  bool sharedByLanes = onTrue.getRank() < result.getRank();
  int64_t size = getNumElements(result.getShape().drop_front());
  for (int64_t b = 0; b < flags.getExtent(0); ++b)
    for (int64_t e = 0; flags.integer(b) && e < size; ++e)
      result.copyElement(b * size + e, onTrue,
                         sharedByLanes ? e : b * size + e);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
static LogicalResult evaluate(AnyLaneOp op, Frame<T> &frame) {
  bool any = llvm::any_of(frame[op.getFlags()].getIntegers(),
                          [](int64_t flag) { return flag != 0; });
  return frame.set(op.getResult(), Tensor<T>::ofIntegers({}, any));
}

template <typename T>
void reference::addSelectLanes(Registry<T> &registry) {
  registry.template add<SelectLanesOp>(evaluate<T>);
  registry.template add<AnyLaneOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addSelectLanes);
