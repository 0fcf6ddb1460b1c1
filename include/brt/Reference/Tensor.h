//===- Tensor.h - A value of the reference evaluator ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_REFERENCE_TENSOR_H
#define BRT_REFERENCE_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <cassert>
#include <cstdint>
#include <memory>

namespace brt::reference {

class Buffer;

/// Number of elements of a shape.
inline int64_t getNumElements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

/// Place of an index in row-major order.
inline int64_t getOffset(llvm::ArrayRef<int64_t> shape,
                         llvm::ArrayRef<int64_t> index) {
  assert(shape.size() == index.size() && "an index for each axis");
  int64_t offset = 0;
  for (auto [extent, i] : llvm::zip_equal(shape, index)) {
    assert(i >= 0 && i < extent && "index out of bounds");
    offset = offset * extent + i;
  }
  return offset;
}

/// Calls `body` with every index of `shape`, in row-major order.
inline void
forEachIndex(llvm::ArrayRef<int64_t> shape,
             llvm::function_ref<void(llvm::ArrayRef<int64_t>)> body) {
  llvm::SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t count = getNumElements(shape); count > 0; --count) {
    body(index);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis])
        break;
      index[axis] = 0;
    }
  }
}

/// A dense row-major tensor, or a scalar as a tensor of rank 0. Its elements
/// are either reals, held as T, or integers, flags and indices, held as 64 bits
/// with their sign extended (a flag as 0 or 1). Or a buffer, which has no
/// elements here but those in its memory.
template <typename T>
class Tensor {
public:
  using Shape = llvm::SmallVector<int64_t, 4>;

  Tensor() = default;

  static Tensor ofReals(llvm::ArrayRef<int64_t> shape, T value = T(0)) {
    Tensor tensor(shape, /*real=*/true);
    tensor.reals.assign(getNumElements(shape), value);
    return tensor;
  }
  static Tensor ofIntegers(llvm::ArrayRef<int64_t> shape, int64_t value = 0) {
    Tensor tensor(shape, /*real=*/false);
    tensor.integers.assign(getNumElements(shape), value);
    return tensor;
  }
  static Tensor ofBuffer(const Buffer &buffer);
  /// A tensor of zeros with elements of the same kind as those of `like`.
  template <typename U>
  static Tensor ofKind(const Tensor<U> &like, llvm::ArrayRef<int64_t> shape) {
    return like.isReal() ? ofReals(shape) : ofIntegers(shape);
  }
  /// Element `index` of the result is the element of `source` at the place that
  /// `from` gives for it.
  static Tensor
  gather(const Tensor &source, llvm::ArrayRef<int64_t> shape,
         llvm::function_ref<int64_t(llvm::ArrayRef<int64_t>)> from) {
    Tensor result = ofKind(source, shape);
    int64_t to = 0;
    forEachIndex(shape, [&](llvm::ArrayRef<int64_t> index) {
      result.copyElement(to++, source, from(index));
    });
    return result;
  }

  bool isReal() const { return real; }
  bool isBuffer() const { return buffer != nullptr; }
  const Buffer &getBuffer() const { return *buffer; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t getExtent(int64_t axis) const { return shape[axis]; }
  int64_t getSize() const { return real ? reals.size() : integers.size(); }

  /// The real element at an index.
  template <typename... Index>
  T &operator()(Index... index) {
    return reals[getOffset(shape, {static_cast<int64_t>(index)...})];
  }
  template <typename... Index>
  T operator()(Index... index) const {
    return reals[getOffset(shape, {static_cast<int64_t>(index)...})];
  }
  /// The integer element at an index.
  template <typename... Index>
  int64_t &integer(Index... index) {
    return integers[getOffset(shape, {static_cast<int64_t>(index)...})];
  }
  template <typename... Index>
  int64_t integer(Index... index) const {
    return integers[getOffset(shape, {static_cast<int64_t>(index)...})];
  }

  llvm::MutableArrayRef<T> getReals() { return reals; }
  llvm::ArrayRef<T> getReals() const { return reals; }
  llvm::MutableArrayRef<int64_t> getIntegers() { return integers; }
  llvm::ArrayRef<int64_t> getIntegers() const { return integers; }

  void copyElement(int64_t to, const Tensor &source, int64_t from) {
    if (real)
      reals[to] = source.reals[from];
    else
      integers[to] = source.integers[from];
  }

  /// The same elements in another shape of equal size.
  Tensor reshape(llvm::ArrayRef<int64_t> newShape) const {
    assert(getNumElements(newShape) == getSize() && "size of a reshape");
    Tensor result = *this;
    result.shape.assign(newShape.begin(), newShape.end());
    return result;
  }

  /// The same values in another arithmetic.
  template <typename U>
  Tensor<U> convert() const {
    Tensor<U> result = Tensor<U>::ofKind(*this, shape);
    for (auto [to, from] : llvm::zip_equal(result.getReals(), reals))
      to = static_cast<U>(from);
    llvm::copy(integers, result.getIntegers().begin());
    result.buffer = buffer;
    return result;
  }

private:
  template <typename U>
  friend class Tensor;

  Tensor(llvm::ArrayRef<int64_t> shape, bool real)
      : shape(shape.begin(), shape.end()), real(real) {}

  Shape shape;
  bool real = true;
  llvm::SmallVector<T, 1> reals;
  llvm::SmallVector<int64_t, 1> integers;
  std::shared_ptr<const Buffer> buffer;
};

} // namespace brt::reference

#endif // BRT_REFERENCE_TENSOR_H
