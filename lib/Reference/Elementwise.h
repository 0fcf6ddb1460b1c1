//===- Elementwise.h - Registration of element-wise ops ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_REFERENCE_ELEMENTWISE_H
#define BRT_LIB_REFERENCE_ELEMENTWISE_H

#include "Interpreter.h"
#include <optional>

namespace brt::reference {

/// Reals to reals.
template <typename OpT, typename T>
void addUnary(Registry<T> &registry, T (*function)(T)) {
  registry.add(OpT::getOperationName(),
               [=](mlir::Operation *op, Frame<T> &frame) {
                 Tensor<T> result = frame[op->getOperand(0)];
                 for (T &x : result.getReals())
                   x = function(x);
                 return frame.set(op->getResult(0), std::move(result));
               });
}

/// Pairs of reals to reals.
template <typename OpT, typename T>
void addBinary(Registry<T> &registry, T (*function)(T, T)) {
  registry.add(OpT::getOperationName(),
               [=](mlir::Operation *op, Frame<T> &frame) {
                 Tensor<T> result = frame[op->getOperand(0)];
                 llvm::ArrayRef<T> right = frame[op->getOperand(1)].getReals();
                 for (auto [x, y] : llvm::zip_equal(result.getReals(), right))
                   x = function(x, y);
                 return frame.set(op->getResult(0), std::move(result));
               });
}

/// Pairs of integers of `width` bits, with their sign extended, to integers.
/// `function` returns nothing for operands at which the op is not defined.
using IntegerFunction = std::optional<int64_t> (*)(int64_t x, int64_t y,
                                                   unsigned width);

template <typename OpT, typename T>
void addIntegerBinary(Registry<T> &registry, IntegerFunction function) {
  registry.add(
      OpT::getOperationName(),
      [=](mlir::Operation *op, Frame<T> &frame) -> llvm::LogicalResult {
        unsigned width = getIntegerWidth(op->getOperand(0).getType());
        Tensor<T> result = frame[op->getOperand(0)];
        llvm::ArrayRef<int64_t> right = frame[op->getOperand(1)].getIntegers();
        for (auto [x, y] : llvm::zip_equal(result.getIntegers(), right)) {
          std::optional<int64_t> value = function(x, y, width);
          if (!value)
            return op->emitOpError("expects operands at which it is defined, "
                                   "but got ")
                   << x << " and " << y;
          x = *value;
        }
        return frame.set(op->getResult(0), std::move(result));
      });
}

} // namespace brt::reference

#endif // BRT_LIB_REFERENCE_ELEMENTWISE_H
