//===- MemRef.cpp - Evaluate buffers and views of them --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "Slice.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Sets a value to a view, which is null where it leaves its buffer.
template <typename T>
static LogicalResult setView(Value value, const std::optional<Buffer> &view,
                             Frame<T> &frame) {
  if (!view)
    return value.getDefiningOp()->emitOpError(
        "expects a view within its buffer, but got one that leaves it");
  return frame.set(value, Tensor<T>::ofBuffer(*view));
}

template <typename T>
static LogicalResult evaluate(memref::DimOp op, Frame<T> &frame) {
  ArrayRef<int64_t> shape = frame[op.getSource()].getShape();
  int64_t axis = frame[op.getIndex()].integer();
  if (axis < 0 || axis >= int64_t(shape.size()))
    return op.emitOpError("expects an axis below the rank ")
           << shape.size() << ", but got " << axis;
  return frame.set(op.getResult(), Tensor<T>::ofIntegers({}, shape[axis]));
}

template <typename T>
static LogicalResult evaluate(memref::CastOp op, Frame<T> &frame) {
  return frame.set(op.getResult(), frame[op.getSource()]);
}

template <typename T>
static LogicalResult evaluate(memref::LoadOp op, Frame<T> &frame) {
  FailureOr<SmallVector<int64_t>> index =
      frame.getIndex(op, op.getMemRef(), op.getIndices());
  if (failed(index))
    return failure();
  return frame.set(op.getResult(),
                   frame[op.getMemRef()].getBuffer().template load<T>(*index));
}

template <typename T>
static LogicalResult evaluate(memref::StoreOp op, Frame<T> &frame) {
  FailureOr<SmallVector<int64_t>> index =
      frame.getIndex(op, op.getMemRef(), op.getIndices());
  if (failed(index))
    return failure();
  frame[op.getMemRef()].getBuffer().store(*index, frame[op.getValue()]);
  return success();
}

template <typename T>
static LogicalResult evaluate(memref::CopyOp op, Frame<T> &frame) {
  const Buffer &source = frame[op.getSource()].getBuffer();
  const Buffer &target = frame[op.getTarget()].getBuffer();
  if (source.getShape() != target.getShape())
    return op.emitOpError("expects buffers of one shape, but got [")
           << source.getShape() << "] and [" << target.getShape() << "]";
  target.write(source.read<T>());
  return success();
}

template <typename T>
static LogicalResult evaluate(memref::ViewOp op, Frame<T> &frame) {
  SmallVector<int64_t> shape = frame.getIntegers(
      getMixedValues(op.getType().getShape(), op.getSizes(), op.getContext()));
  if (failed(verifySize(op, shape)))
    return failure();
  return setView<T>(op.getResult(),
                    frame[op.getSource()].getBuffer().reinterpret(
                        frame[op.getByteShift()].integer(),
                        op.getType().getElementType(), shape),
                    frame);
}

template <typename T>
static LogicalResult evaluate(memref::SubViewOp op, Frame<T> &frame) {
  const Buffer &source = frame[op.getSource()].getBuffer();
  FailureOr<Slice> slice = getSlice(op, source.getShape(), frame);
  if (failed(slice))
    return failure();
  // The result may lack axes of extent 1.
  llvm::SmallBitVector dropped = op.getDroppedDims();
  int64_t begin = 0;
  SmallVector<int64_t> shape, strides;
  for (auto [axis, stride] : llvm::enumerate(source.getStrides())) {
    begin += slice->offsets[axis] * stride;
    if (dropped.test(axis))
      continue;
    shape.push_back(slice->sizes[axis]);
    strides.push_back(stride * slice->strides[axis]);
  }
  return setView<T>(op.getResult(), source.view(begin, shape, strides), frame);
}

template <typename T>
static LogicalResult evaluate(memref::ExpandShapeOp op, Frame<T> &frame) {
  const Buffer &source = frame[op.getSrc()].getBuffer();
  SmallVector<int64_t> shape = frame.getIntegers(op.getMixedOutputShape());
  if (failed(verifySize(op, shape)))
    return failure();
  SmallVector<int64_t> strides(shape.size());
  for (auto [axis, group] : llvm::enumerate(op.getReassociationIndices())) {
    int64_t stride = source.getStrides()[axis], count = 1;
    for (int64_t part : llvm::reverse(group)) {
      strides[part] = stride * count;
      count *= shape[part];
    }
    if (count != source.getShape()[axis])
      return op.emitOpError("expects a shape of as many elements as axis ")
             << axis << ", " << source.getShape()[axis] << ", but got "
             << count;
  }
  return setView<T>(op.getResult(), source.view(0, shape, strides), frame);
}

template <typename T>
static LogicalResult evaluate(memref::CollapseShapeOp op, Frame<T> &frame) {
  const Buffer &source = frame[op.getSrc()].getBuffer();
  SmallVector<int64_t> shape, strides;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    int64_t count = 1, stride = 1;
    for (int64_t axis : llvm::reverse(group)) {
      int64_t extent = source.getShape()[axis];
      if (extent == 1)
        continue;
      if (count == 1)
        stride = source.getStrides()[axis];
      else if (source.getStrides()[axis] != stride * count)
        return op.emitOpError("expects axes that lie side by side, but got a "
                              "stride of ")
               << source.getStrides()[axis] << " for axis " << axis;
      count *= extent;
    }
    shape.push_back(count);
    strides.push_back(stride);
  }
  return setView<T>(op.getResult(), source.view(0, shape, strides), frame);
}

template <typename T>
static LogicalResult evaluate(memref::GetGlobalOp op, Frame<T> &frame) {
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
      op, op.getNameAttr());
  auto elements =
      dyn_cast_or_null<DenseElementsAttr>(global.getConstantInitValue());
  if (!elements)
    return op.emitOpError("expects a global of known elements, but got '")
           << op.getName() << "'";
  Buffer buffer(op.getType().getElementType(), op.getType().getShape());
  buffer.write(readElements<T>(elements));
  return frame.set(op.getResult(), Tensor<T>::ofBuffer(buffer));
}

template <typename T>
void reference::addMemRef(Registry<T> &registry) {
  registry.template add<memref::CastOp>(evaluate<T>);
  registry.template add<memref::CollapseShapeOp>(evaluate<T>);
  registry.template add<memref::CopyOp>(evaluate<T>);
  registry.template add<memref::DimOp>(evaluate<T>);
  registry.template add<memref::ExpandShapeOp>(evaluate<T>);
  registry.template add<memref::GetGlobalOp>(evaluate<T>);
  registry.template add<memref::LoadOp>(evaluate<T>);
  registry.template add<memref::StoreOp>(evaluate<T>);
  registry.template add<memref::SubViewOp>(evaluate<T>);
  registry.template add<memref::ViewOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addMemRef);
