//===- Slices.cpp - Evaluate slices and concatenation of tensors ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Slice.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult evaluate(tensor::ExtractSliceOp op, Frame<T> &frame) {
  const Tensor<T> &source = frame[op.getSource()];
  FailureOr<Slice> slice = getSlice(op, source.getShape(), frame);
  if (failed(slice))
    return failure();
  auto result =
      Tensor<T>::gather(source, slice->sizes, [&](ArrayRef<int64_t> index) {
        return getOffset(source.getShape(), slice->getIndex(index));
      });

  // The result may lack axes of extent 1.
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(slice->sizes))
    if (!dropped.test(axis))
      shape.push_back(size);
  return frame.set(op.getResult(), result.reshape(shape));
}

template <typename T>
static LogicalResult evaluate(tensor::InsertSliceOp op, Frame<T> &frame) {
  const Tensor<T> &source = frame[op.getSource()];
  Tensor<T> result = frame[op.getDest()];
  FailureOr<Slice> slice = getSlice(op, result.getShape(), frame);
  if (failed(slice))
    return failure();
  if (getNumElements(slice->sizes) != source.getSize())
    return op.emitOpError("expects a source of the slice's size, ")
           << getNumElements(slice->sizes) << " elements, but got "
           << source.getSize();
  // The source may lack axes of extent 1: its elements have the same order.
  int64_t from = 0;
  forEachIndex(slice->sizes, [&](ArrayRef<int64_t> index) {
    result.copyElement(getOffset(result.getShape(), slice->getIndex(index)),
                       source, from++);
  });
  return frame.set(op.getResult(), std::move(result));
}

/// The index given by values; fails where it leaves `shape`.
template <typename T>
static FailureOr<int64_t> getElement(Operation *op, ArrayRef<int64_t> shape,
                                     ValueRange indices, Frame<T> &frame) {
  SmallVector<int64_t> index;
  for (auto [extent, value] : llvm::zip_equal(shape, indices)) {
    index.push_back(frame[value].integer());
    if (index.back() < 0 || index.back() >= extent)
      return op->emitOpError("expects an index below the extent ")
             << extent << ", but got " << index.back();
  }
  return getOffset(shape, index);
}

template <typename T>
static LogicalResult evaluate(tensor::ExtractOp op, Frame<T> &frame) {
  const Tensor<T> &source = frame[op.getTensor()];
  FailureOr<int64_t> from =
      getElement(op, source.getShape(), op.getIndices(), frame);
  if (failed(from))
    return failure();
  auto result = Tensor<T>::ofKind(source, {});
  result.copyElement(0, source, *from);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
static LogicalResult evaluate(tensor::InsertOp op, Frame<T> &frame) {
  Tensor<T> result = frame[op.getDest()];
  FailureOr<int64_t> to =
      getElement(op, result.getShape(), op.getIndices(), frame);
  if (failed(to))
    return failure();
  result.copyElement(*to, frame[op.getScalar()], 0);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
static LogicalResult evaluate(tensor::ConcatOp op, Frame<T> &frame) {
  int64_t axis = op.getDim();
  const Tensor<T> &first = frame[op.getInputs().front()];
  SmallVector<int64_t> shape(first.getShape());
  shape[axis] = 0;
  for (Value input : op.getInputs())
    shape[axis] += frame[input].getExtent(axis);

  auto result = Tensor<T>::ofKind(first, shape);
  int64_t begin = 0;
  for (Value value : op.getInputs()) {
    const Tensor<T> &input = frame[value];
    SmallVector<int64_t> expected(shape), to;
    expected[axis] = input.getExtent(axis);
    if (input.getShape() != ArrayRef(expected))
      return op.emitOpError("expects inputs of equal extents but for axis ")
             << axis << ", but got [" << input.getShape() << "] and ["
             << first.getShape() << "]";
    int64_t from = 0;
    forEachIndex(input.getShape(), [&](ArrayRef<int64_t> index) {
      to.assign(index.begin(), index.end());
      to[axis] += begin;
      result.copyElement(getOffset(shape, to), input, from++);
    });
    begin += input.getExtent(axis);
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addSlices(Registry<T> &registry) {
  registry.template add<tensor::ExtractSliceOp>(evaluate<T>);
  registry.template add<tensor::InsertSliceOp>(evaluate<T>);
  registry.template add<tensor::ExtractOp>(evaluate<T>);
  registry.template add<tensor::InsertOp>(evaluate<T>);
  registry.template add<tensor::ConcatOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addSlices);
