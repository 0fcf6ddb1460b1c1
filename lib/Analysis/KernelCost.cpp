//===- KernelCost.cpp - Arithmetic and memory of kernels ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Analysis/KernelCost.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace brt;

/// Multiplies by the extent of an axis of a buffer.
static void multiply(ShapeProduct &product, Value buffer, int64_t axis) {
  int64_t extent = cast<MemRefType>(buffer.getType()).getDimSize(axis);
  if (!ShapedType::isDynamic(extent)) {
    product.factor *= extent;
    return;
  }
  // What is dynamic comes from outside.
  auto argument = dyn_cast<BlockArgument>(buffer);
  if (argument && argument.getOwner()->isEntryBlock())
    product.extents.push_back({argument.getArgNumber(), axis});
}

static ShapeProduct countBytes(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  ShapeProduct product;
  product.factor = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    multiply(product, buffer, axis);
  return product;
}

/// Iterations of all loops of an op.
static ShapeProduct countIterations(linalg::LinalgOp op) {
  ShapeProduct product;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    AffineExpr expr = getAffineDimExpr(loop, op.getContext());
    for (OpOperand &operand : op->getOpOperands()) {
      std::optional<unsigned> axis =
          op.getMatchingIndexingMap(&operand).getResultPosition(expr);
      if (!axis || !isa<MemRefType>(operand.get().getType()))
        continue;
      multiply(product, operand.get(), *axis);
      break;
    }
  }
  return product;
}

/// Ops on floating-point numbers in the body of an op.
static int64_t countBodyFlops(linalg::LinalgOp op) {
  int64_t flops = 0;
  op.getBlock()->walk([&](Operation *nested) {
    bool computes =
        !isa<linalg::YieldOp>(nested) &&
        !isa_and_present<CastOpInterface>(nested) &&
        llvm::any_of(nested->getOperandTypes(), llvm::IsaPred<FloatType>);
    flops += computes;
  });
  return flops;
}

KernelCost brt::getKernelCost(FunctionOpInterface kernel) {
  KernelCost cost;
  kernel.walk([&](linalg::LinalgOp op) {
    ShapeProduct flops = countIterations(op);
    flops.factor *= countBodyFlops(op);
    if (flops.factor)
      cost.flops.push_back(std::move(flops));
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<MemRefType>(operand.get().getType()))
        continue;
      if (op.payloadUsesValueFromOperand(&operand))
        cost.bytes.push_back(countBytes(operand.get()));
      if (op.isDpsInit(&operand))
        cost.bytes.push_back(countBytes(operand.get()));
    }
  });
  return cost;
}
