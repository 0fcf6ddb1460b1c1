//===- Generate.cpp - Evaluate tensors computed element by element --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Fills `result` from the body, run with the index of every element for which
/// `isFilled` holds.
template <typename T>
static LogicalResult fill(Tensor<T> &result, Block &body, Frame<T> &frame,
                          function_ref<bool(ArrayRef<int64_t>)> isFilled) {
  bool ok = true;
  int64_t to = -1;
  forEachIndex(result.getShape(), [&](ArrayRef<int64_t> index) {
    ++to;
    if (!ok || !isFilled(index))
      return;
    Tensors<T> arguments;
    for (int64_t i : index)
      arguments.push_back(Tensor<T>::ofIntegers({}, i));
    FailureOr<Tensors<T>> yielded = frame.run(body, arguments);
    ok = succeeded(yielded);
    if (ok)
      result.copyElement(to, yielded->front(), 0);
  });
  return success(ok);
}

template <typename T>
static LogicalResult evaluate(tensor::GenerateOp op, Frame<T> &frame) {
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<int64_t> shape = frame.getIntegers(
      getMixedValues(type.getShape(), op.getDynamicExtents(), op.getContext()));
  if (failed(verifySize(op, shape)))
    return failure();
  Tensor<T> result = isa<FloatType>(type.getElementType())
                         ? Tensor<T>::ofReals(shape)
                         : Tensor<T>::ofIntegers(shape);
  if (failed(fill<T>(result, op.getBody().front(), frame,
                     [](ArrayRef<int64_t>) { return true; })))
    return failure();
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
static LogicalResult evaluate(tensor::PadOp op, Frame<T> &frame) {
  const Tensor<T> &source = frame[op.getSource()];
  SmallVector<int64_t> low = frame.getIntegers(op.getMixedLowPad());
  SmallVector<int64_t> high = frame.getIntegers(op.getMixedHighPad());
  SmallVector<int64_t> shape(source.getShape());
  for (auto [axis, extent] : llvm::enumerate(shape)) {
    if (low[axis] < 0 || high[axis] < 0 ||
        llvm::AddOverflow(extent, low[axis], extent) ||
        llvm::AddOverflow(extent, high[axis], extent))
      return op.emitOpError("expects padding not to be negative or too large, "
                            "but got ")
             << low[axis] << " and " << high[axis];
  }
  if (failed(verifySize(op, shape)))
    return failure();
  auto result = Tensor<T>::ofKind(source, shape);
  int64_t from = 0;
  SmallVector<int64_t> to(shape);
  forEachIndex(source.getShape(), [&](ArrayRef<int64_t> index) {
    for (auto [axis, i] : llvm::enumerate(index))
      to[axis] = i + low[axis];
    result.copyElement(getOffset(shape, to), source, from++);
  });
  auto isPadding = [&](ArrayRef<int64_t> index) {
    for (auto [axis, i] : llvm::enumerate(index))
      if (i < low[axis] || i >= low[axis] + source.getExtent(axis))
        return true;
    return false;
  };
  if (failed(fill<T>(result, op.getRegion().front(), frame, isPadding)))
    return failure();
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addGenerate(Registry<T> &registry) {
  registry.template add<tensor::GenerateOp>(evaluate<T>);
  registry.template add<tensor::PadOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addGenerate);
