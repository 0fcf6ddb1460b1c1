//===- Buffer.cpp - Memory of the reference evaluator ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Reference/Buffer.h"
#include "Interpreter.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

static Buffer::Index getDenseStrides(ArrayRef<int64_t> shape) {
  Buffer::Index strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;)
    strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

Buffer::Buffer(Type elementType, ArrayRef<int64_t> shape)
    : elementType(elementType), shape(shape), strides(getDenseStrides(shape)) {
  bytes = std::make_shared<std::vector<char>>(
      getNumElements(shape) * getElementBytes(), char(0xff));
}

int64_t Buffer::getElementBytes() const {
  return llvm::divideCeil(getIntegerWidth(elementType), 8);
}

bool Buffer::isWithinBytes() const {
  int64_t first = offset, end = offset + getElementBytes();
  for (auto [extent, stride] : llvm::zip_equal(shape, strides)) {
    if (extent == 0)
      return true;
    int64_t reach;
    if (extent < 0 || llvm::MulOverflow(extent - 1, stride, reach) ||
        llvm::MulOverflow(reach, getElementBytes(), reach) ||
        llvm::AddOverflow(reach < 0 ? first : end, reach,
                          reach < 0 ? first : end))
      return false;
  }
  return first >= 0 && end <= int64_t(bytes->size());
}

std::optional<Buffer> Buffer::view(int64_t begin, ArrayRef<int64_t> newShape,
                                   ArrayRef<int64_t> newStrides) const {
  Buffer result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  result.strides.assign(newStrides.begin(), newStrides.end());
  if (llvm::MulOverflow(begin, getElementBytes(), begin) ||
      llvm::AddOverflow(offset, begin, result.offset) ||
      !result.isWithinBytes())
    return std::nullopt;
  return result;
}

std::optional<Buffer> Buffer::reinterpret(int64_t begin, Type type,
                                          ArrayRef<int64_t> newShape) const {
  Buffer result;
  result.bytes = bytes;
  result.elementType = type;
  result.shape.assign(newShape.begin(), newShape.end());
  result.strides = getDenseStrides(newShape);
  if (llvm::AddOverflow(offset, begin, result.offset) ||
      !result.isWithinBytes())
    return std::nullopt;
  return result;
}

bool Buffer::contains(ArrayRef<int64_t> index) const {
  return llvm::all_of(llvm::zip_equal(index, shape), [](auto pair) {
    auto [i, extent] = pair;
    return i >= 0 && i < extent;
  });
}

char *Buffer::getAddress(ArrayRef<int64_t> index) const {
  assert(contains(index) && "index out of bounds");
  int64_t element = 0;
  for (auto [i, stride] : llvm::zip_equal(index, strides))
    element += i * stride;
  return bytes->data() + offset + element * getElementBytes();
}

template <typename T>
Tensor<T> Buffer::load(ArrayRef<int64_t> index) const {
  uint64_t bits = 0;
  std::memcpy(&bits, getAddress(index), getElementBytes());
  auto real = dyn_cast<FloatType>(elementType);
  if (!real) {
    unsigned width = getIntegerWidth(elementType);
    return Tensor<T>::ofIntegers(
        {}, width == 1 ? bits & 1 : llvm::SignExtend64(bits, width));
  }
  APFloat number(real.getFloatSemantics(), APInt(real.getWidth(), bits));
  bool loses;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &loses);
  return Tensor<T>::ofReals({}, T(number.convertToDouble()));
}

template <typename T>
void Buffer::store(ArrayRef<int64_t> index, const Tensor<T> &scalar) const {
  uint64_t bits;
  if (auto real = dyn_cast<FloatType>(elementType)) {
    APFloat number(double(scalar.getReals().front()));
    bool loses;
    number.convert(real.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                   &loses);
    bits = number.bitcastToAPInt().getZExtValue();
  } else {
    bits = scalar.getIntegers().front();
  }
  std::memcpy(getAddress(index), &bits, getElementBytes());
}

template <typename T>
Tensor<T> Buffer::read() const {
  Tensor<T> tensor = isa<FloatType>(elementType) ? Tensor<T>::ofReals(shape)
                                                 : Tensor<T>::ofIntegers(shape);
  int64_t place = 0;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    tensor.copyElement(place++, load<T>(index), 0);
  });
  return tensor;
}

template <typename T>
void Buffer::write(const Tensor<T> &tensor) const {
  int64_t place = 0;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    auto scalar = Tensor<T>::ofKind(tensor, {});
    scalar.copyElement(0, tensor, place++);
    store(index, scalar);
  });
}

#define BRT_INSTANTIATE(T)                                                     \
  template Tensor<T> Buffer::load(ArrayRef<int64_t>) const;                    \
  template void Buffer::store(ArrayRef<int64_t>, const Tensor<T> &) const;     \
  template Tensor<T> Buffer::read() const;                                     \
  template void Buffer::write(const Tensor<T> &) const
BRT_INSTANTIATE(float);
BRT_INSTANTIATE(double);
