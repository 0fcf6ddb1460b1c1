//===- Shapes.cpp - Evaluate creation and reshaping of tensors ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Zeros stand for elements that nothing defines.
template <typename T>
static LogicalResult evaluate(tensor::EmptyOp op, Frame<T> &frame) {
  RankedTensorType type = op.getType();
  SmallVector<int64_t> shape = frame.getIntegers(op.getMixedSizes());
  if (failed(verifySize(op, shape)))
    return failure();
  return frame.set(op.getResult(), isa<FloatType>(type.getElementType())
                                       ? Tensor<T>::ofReals(shape)
                                       : Tensor<T>::ofIntegers(shape));
}

template <typename T>
static LogicalResult evaluate(tensor::SplatOp op, Frame<T> &frame) {
  SmallVector<int64_t> shape = frame.getIntegers(getMixedValues(
      op.getType().getShape(), op.getDynamicSizes(), op.getContext()));
  if (failed(verifySize(op, shape)))
    return failure();
  return frame.set(op.getResult(),
                   Tensor<T>::gather(frame[op.getInput()], shape,
                                     [](ArrayRef<int64_t>) { return 0; }));
}

template <typename T>
static LogicalResult evaluate(tensor::DimOp op, Frame<T> &frame) {
  const Tensor<T> &source = frame[op.getSource()];
  int64_t axis = frame[op.getIndex()].integer();
  if (axis < 0 || axis >= source.getRank())
    return op.emitOpError("expects an axis below the rank ")
           << source.getRank() << ", but got " << axis;
  return frame.set(op.getResult(),
                   Tensor<T>::ofIntegers({}, source.getExtent(axis)));
}

template <typename T>
static LogicalResult evaluate(tensor::CastOp op, Frame<T> &frame) {
  return frame.set(op.getResult(), frame[op.getSource()]);
}

template <typename T>
static LogicalResult evaluate(tensor::FromElementsOp op, Frame<T> &frame) {
  auto result = Tensor<T>::ofKind(frame[op.getElements().front()],
                                  op.getType().getShape());
  for (auto [n, element] : llvm::enumerate(op.getElements()))
    result.copyElement(n, frame[element], 0);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
static LogicalResult evaluate(tensor::CollapseShapeOp op, Frame<T> &frame) {
  const Tensor<T> &source = frame[op.getSrc()];
  SmallVector<int64_t> shape;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    shape.push_back(1);
    for (int64_t axis : group)
      shape.back() *= source.getExtent(axis);
  }
  return frame.set(op.getResult(), source.reshape(shape));
}

template <typename T>
static LogicalResult evaluate(tensor::ExpandShapeOp op, Frame<T> &frame) {
  const Tensor<T> &source = frame[op.getSrc()];
  SmallVector<int64_t> shape = frame.getIntegers(op.getMixedOutputShape());
  if (failed(verifySize(op, shape)))
    return failure();
  if (getNumElements(shape) != source.getSize())
    return op.emitOpError("expects a shape of as many elements as its source, ")
           << source.getSize() << ", but got " << getNumElements(shape);
  return frame.set(op.getResult(), source.reshape(shape));
}

template <typename T>
void reference::addShapes(Registry<T> &registry) {
  registry.template add<tensor::EmptyOp>(evaluate<T>);
  registry.template add<tensor::SplatOp>(evaluate<T>);
  registry.template add<tensor::DimOp>(evaluate<T>);
  registry.template add<tensor::CastOp>(evaluate<T>);
  registry.template add<tensor::FromElementsOp>(evaluate<T>);
  registry.template add<tensor::CollapseShapeOp>(evaluate<T>);
  registry.template add<tensor::ExpandShapeOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addShapes);
