//===- BrtGradSums.cpp - Adjoints of sums over lanes and positions --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

/// `value` with elements of another floating-point type.
static Value convert(OpBuilder &builder, Value value, Type element) {
  RankedTensorType type = getTensorType(value);
  unsigned from = type.getElementTypeBitWidth();
  unsigned to = element.getIntOrFloatBitWidth();
  if (from < to)
    return arith::ExtFOp::create(builder, value.getLoc(), type.clone(element),
                                 value);
  if (from > to)
    return arith::TruncFOp::create(builder, value.getLoc(), type.clone(element),
                                   value);
  return value;
}

LogicalResult SumLeadingOp::emitAdjoint(OpBuilder &builder,
                                        Gradients &gradients) {
  Location loc = getLoc();
  Type element = getInput().getType().getElementType();
  Value gradient = convert(builder, gradients.get(getResult()), element);
  int64_t leading =
      getInput().getType().getRank() - getResult().getType().getRank();
  SmallVector<int64_t> added;
  for (int64_t axis = 0; axis < leading; ++axis)
    added.push_back(axis);
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, getInput()), element);
  auto broadcast =
      linalg::BroadcastOp::create(builder, loc, gradient, empty, added);
  gradients.add(builder, getInput(), broadcast->getResult(0));
  return success();
}

LogicalResult WeightGradientOp::emitAdjoint(OpBuilder &builder,
                                            Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  auto product = [&](Value left, bool transposed, Type element) {
    Value result = LinearOp::create(builder, getLoc(), left, gradient,
                                    /*bias=*/Value(), transposed);
    return convert(builder, result, element);
  };
  Type ofInput = getInput().getType().getElementType();
  Type ofGradient = getGradient().getType().getElementType();
  if (gradients.wants(getInput()))
    gradients.add(builder, getInput(),
                  product(getGradient(), /*transposed=*/true, ofInput));
  if (gradients.wants(getGradient()))
    gradients.add(builder, getGradient(),
                  product(getInput(), /*transposed=*/false, ofGradient));
  return success();
}
