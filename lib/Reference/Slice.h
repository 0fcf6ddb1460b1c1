//===- Slice.h - The part of a whole that an op names -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_REFERENCE_SLICE_H
#define BRT_LIB_REFERENCE_SLICE_H

#include "Interpreter.h"
#include "llvm/Support/MathExtras.h"

namespace brt::reference {

/// Where the elements of a slice are in the whole.
struct Slice {
  llvm::SmallVector<int64_t> offsets, sizes, strides;

  llvm::SmallVector<int64_t> getIndex(llvm::ArrayRef<int64_t> index) const {
    llvm::SmallVector<int64_t> whole(offsets);
    for (auto [axis, i] : llvm::enumerate(index))
      whole[axis] += i * strides[axis];
    return whole;
  }
};

/// The slice an op names; fails where it leaves `shape`.
template <typename OpT, typename T>
llvm::FailureOr<Slice> getSlice(OpT op, llvm::ArrayRef<int64_t> shape,
                                Frame<T> &frame) {
  Slice slice = {frame.getIntegers(op.getMixedOffsets()),
                 frame.getIntegers(op.getMixedSizes()),
                 frame.getIntegers(op.getMixedStrides())};
  for (auto [axis, extent] : llvm::enumerate(shape)) {
    int64_t size = slice.sizes[axis], first = slice.offsets[axis], last;
    bool overflows =
        llvm::MulOverflow(size - (size > 0), slice.strides[axis], last) ||
        llvm::AddOverflow(first, last, last);
    if (size < 0 || (size > 0 && (overflows || std::min(first, last) < 0 ||
                                  std::max(first, last) >= extent)))
      return op.emitOpError("expects a slice within the extent ")
             << extent << " of axis " << axis << ", but got " << size
             << " elements from " << first << " by " << slice.strides[axis];
  }
  return slice;
}

} // namespace brt::reference

#endif // BRT_LIB_REFERENCE_SLICE_H
