//===- KernelCost.cpp - Arithmetic and memory of kernels ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Analysis/KernelCost.h"
#include "brt/dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace brt;

/// FLOPs for each feature of a pair of query and key: of the logit and the mean
/// of values; and backward, of the logit again and of four gradients.
static constexpr int64_t kForwardFlops = 4, kAdjointFlops = 10;

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

/// Pairs of a query and a key that it sees, in a head of a lane. A query of a
/// position that only its lane knows sees as many as any does.
template <typename OpT>
static int64_t countPairs(OpT op) {
  int64_t queries = cast<ShapedType>(op.getQuery().getType()).getDimSize(1);
  int64_t keys = cast<ShapedType>(op.getKey().getType()).getDimSize(1);
  if (!op.getWindow())
    return queries * keys;
  int64_t window = *op.getWindow();
  if (op.getPositions())
    return queries * std::min(op.getCausal() ? window : 2 * window, keys);
  int64_t pairs = 0;
  for (int64_t position = keys - queries; position < keys; ++position) {
    int64_t end = position;
    int64_t begin = position;
    if (!op.getCausal()) {
      begin = llvm::divideFloorSigned(position, window) * window;
      end = begin + window;
    }
    begin = std::max<int64_t>(begin - window, 0);
    pairs += std::max<int64_t>(std::min(end, keys) - begin, 0);
  }
  return pairs;
}

template <typename OpT>
static void addAttention(OpT op, int64_t flopsPerFeature, KernelCost &cost) {
  ShapeProduct flops;
  flops.factor = flopsPerFeature * countPairs(op);
  for (int64_t axis : {0, 2, 3})
    multiply(flops, op.getQuery(), axis);
  cost.flops.push_back(std::move(flops));
  for (Value operand : op->getOperands())
    if (isa<MemRefType>(operand.getType()))
      cost.bytes.push_back(countBytes(operand));
}

KernelCost brt::getKernelCost(FunctionOpInterface function) {
  KernelCost cost;
  function.walk([&](linalg::LinalgOp op) {
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
  function.walk(
      [&](kernel::AttentionOp op) { addAttention(op, kForwardFlops, cost); });
  function.walk([&](kernel::AttentionAdjointOp op) {
    addAttention(op, kAdjointFlops, cost);
  });
  return cost;
}
