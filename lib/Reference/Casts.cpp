//===- Casts.cpp - Evaluate casts between kinds of elements ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Casts of integers to integers; the setting of the result drops high bits.
template <typename OpT, typename T>
static void addResize(Registry<T> &registry, bool isSigned) {
  registry.add(OpT::getOperationName(), [=](Operation *op, Frame<T> &frame) {
    unsigned width = getIntegerWidth(op->getOperand(0).getType());
    Tensor<T> result = frame[op->getOperand(0)];
    for (int64_t &x : result.getIntegers())
      x = isSigned ? toSigned(x, width) : int64_t(toUnsigned(x, width));
    return frame.set(op->getResult(0), std::move(result));
  });
}

template <typename OpT, typename T>
static void addToReal(Registry<T> &registry, bool isSigned) {
  registry.add(OpT::getOperationName(), [=](Operation *op, Frame<T> &frame) {
    unsigned width = getIntegerWidth(op->getOperand(0).getType());
    const Tensor<T> &input = frame[op->getOperand(0)];
    auto result = Tensor<T>::ofReals(input.getShape());
    for (auto [x, i] : llvm::zip_equal(result.getReals(), input.getIntegers()))
      x = isSigned ? T(toSigned(i, width)) : T(toUnsigned(i, width));
    return frame.set(op->getResult(0), std::move(result));
  });
}

/// Rounds to zero.
template <typename OpT, typename T>
static void addToInteger(Registry<T> &registry, bool isSigned) {
  registry.add(OpT::getOperationName(),
               [=](Operation *op, Frame<T> &frame) -> LogicalResult {
                 unsigned width = getIntegerWidth(op->getResult(0).getType());
                 T low = isSigned ? -std::exp2(T(width - 1)) : T(0);
                 T end = std::exp2(T(isSigned ? width - 1 : width));
                 const Tensor<T> &input = frame[op->getOperand(0)];
                 auto result = Tensor<T>::ofIntegers(input.getShape());
                 for (auto [i, x] :
                      llvm::zip_equal(result.getIntegers(), input.getReals())) {
                   T whole = std::trunc(x);
                   if (!(whole >= low && whole < end))
                     return op->emitOpError(
                                "expects an operand in the range of its "
                                "result, but got ")
                            << double(x);
                   i = isSigned ? int64_t(whole) : int64_t(uint64_t(whole));
                 }
                 return frame.set(op->getResult(0), std::move(result));
               });
}

template <typename T>
void reference::addCasts(Registry<T> &registry) {
  addResize<arith::ExtSIOp>(registry, /*isSigned=*/true);
  addResize<arith::ExtUIOp>(registry, /*isSigned=*/false);
  addResize<arith::TruncIOp>(registry, /*isSigned=*/true);
  addResize<arith::IndexCastOp>(registry, /*isSigned=*/true);
  addResize<arith::IndexCastUIOp>(registry, /*isSigned=*/false);
  addToReal<arith::SIToFPOp>(registry, /*isSigned=*/true);
  addToReal<arith::UIToFPOp>(registry, /*isSigned=*/false);
  addToInteger<arith::FPToSIOp>(registry, /*isSigned=*/true);
  addToInteger<arith::FPToUIOp>(registry, /*isSigned=*/false);
}
BRT_REFERENCE_INSTANTIATE(addCasts);
