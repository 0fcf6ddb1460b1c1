//===- Buffer.h - Memory of the reference evaluator -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_REFERENCE_BUFFER_H
#define BRT_REFERENCE_BUFFER_H

#include "brt/Reference/Tensor.h"
#include "mlir/IR/Types.h"
#include <optional>
#include <vector>

namespace brt::reference {

/// A strided view of bytes that other buffers may view too, as a memref is one.
/// Elements lie in the bytes as a program has them in memory.
class Buffer {
public:
  using Index = llvm::SmallVector<int64_t, 4>;

  /// A dense buffer of its own, all of whose bits are set: reals that nothing
  /// has written are NaN.
  Buffer(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);

  mlir::Type getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  llvm::ArrayRef<int64_t> getStrides() const { return strides; }

  /// A view of the same bytes, `begin` elements from the first of this one on,
  /// with strides in elements. Null unless every element of it is in the bytes.
  std::optional<Buffer> view(int64_t begin, llvm::ArrayRef<int64_t> newShape,
                             llvm::ArrayRef<int64_t> newStrides) const;
  /// A dense view of elements of another type from byte `begin` on. Null unless
  /// every element of it is in the bytes.
  std::optional<Buffer> reinterpret(int64_t begin, mlir::Type type,
                                    llvm::ArrayRef<int64_t> newShape) const;

  bool contains(llvm::ArrayRef<int64_t> index) const;
  /// The element at an index that the buffer contains, as a scalar.
  template <typename T>
  Tensor<T> load(llvm::ArrayRef<int64_t> index) const;
  /// Rounds the first element of `scalar` to the element type.
  template <typename T>
  void store(llvm::ArrayRef<int64_t> index, const Tensor<T> &scalar) const;

  /// All elements.
  template <typename T>
  Tensor<T> read() const;
  /// Writes all elements; `tensor` has the shape of the buffer.
  template <typename T>
  void write(const Tensor<T> &tensor) const;

private:
  Buffer() = default;

  int64_t getElementBytes() const;
  bool isWithinBytes() const;
  char *getAddress(llvm::ArrayRef<int64_t> index) const;

  std::shared_ptr<std::vector<char>> bytes;
  mlir::Type elementType;
  /// Of the first element, in bytes.
  int64_t offset = 0;
  Index shape, strides;
};

template <typename T>
Tensor<T> Tensor<T>::ofBuffer(const Buffer &buffer) {
  Tensor tensor(buffer.getShape(), /*real=*/false);
  tensor.buffer = std::make_shared<const Buffer>(buffer);
  return tensor;
}

} // namespace brt::reference

#endif // BRT_REFERENCE_BUFFER_H
