//===- KernelOps.cpp - Fused kernels --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Kernel/Kernel.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace brt::kernel;

#include "brt/dialects/Kernel/KernelDialect.cpp.inc"
#define GET_OP_CLASSES
#include "brt/dialects/Kernel/KernelOps.cpp.inc"

void KernelDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "brt/dialects/Kernel/KernelOps.cpp.inc"
      >();
}

void AttentionOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand &operand : (*this)->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

/// Checks the shape of an operand, which may be null.
static LogicalResult verifyShape(Operation *op, StringRef name, Value value,
                                 ArrayRef<int64_t> shape) {
  if (!value || succeeded(verifyCompatibleShape(
                    cast<ShapedType>(value.getType()).getShape(), shape)))
    return success();
  auto diagnostic = op->emitOpError("expects ") << name << " to have shape [";
  llvm::interleaveComma(shape, diagnostic, [&](int64_t extent) {
    ShapedType::isDynamic(extent) ? diagnostic << "?" : diagnostic << extent;
  });
  return diagnostic << "], but got " << value.getType();
}

LogicalResult AttentionOp::verify() {
  // (C7)
  if (getInits().empty() || getInits().size() > 2)
    return emitOpError("expects an init for the result and at most one for "
                       "log_sum_exp, but got ")
           << getInits().size();
  // (C1)
  auto query = cast<ShapedType>(getQuery().getType());
  auto key = cast<ShapedType>(getKey().getType());
  auto isStatic = [](ShapedType type) {
    return type.getRank() == 4 &&
           llvm::none_of(type.getShape().drop_front(), ShapedType::isDynamic);
  };
  if (!isStatic(query) || !isStatic(key))
    return emitOpError("expects query and key to have four axes, of which only "
                       "the first is dynamic, but got ")
           << query << " and " << key;
  ArrayRef<int64_t> shape = query.getShape();
  int64_t lanes = shape[0], heads = shape[2];
  SmallVector<int64_t> keys = {lanes, key.getDimSize(1), heads, shape[3]};
  Value result = getInits().front();
  if (failed(verifyShape(*this, "key", getKey(), keys)) ||
      failed(verifyShape(*this, "value", getValue(), keys)) ||
      failed(verifyShape(*this, "result", result, shape)))
    return failure();
  for (Value operand : {getKey(), getValue(), result})
    if (getElementTypeOrSelf(operand) != query.getElementType() ||
        !isa<FloatType>(query.getElementType()))
      return emitOpError("expects queries, keys, values and the result to have "
                         "one floating-point type, but got ")
             << query << " and " << operand.getType();
  // (C2), (C4)
  if (failed(verifyShape(*this, "temperature", getTemperature(), heads)) ||
      failed(verifyShape(*this, "sink", getSink(), heads)) ||
      failed(verifyShape(*this, "positions", getPositions(), lanes)) ||
      failed(verifyShape(*this, "log_sum_exp", getLogSumExpInit(),
                         {lanes, heads, shape[1]})))
    return failure();
  // (C5)
  if (getWindow() ? static_cast<int64_t>(*getWindow()) < 1
                  : getBias() || getPositions() || getSeed())
    return emitOpError("expects bias, positions and draw to go with a window, "
                       "which is positive, but got ")
           << (getWindow() ? std::to_string(static_cast<int64_t>(*getWindow()))
                           : "none");
  // (C6)
  if (!getSeed() != !getStep())
    return emitOpError("expects draw to have a seed and a step, but got one");
  // (C3)
  if (!getBias())
    return success();
  auto bias = cast<ShapedType>(getBias().getType());
  if (bias.getRank() != 2 || bias.getDimSize(0) != heads ||
      bias.getDimSize(1) < getDistances())
    return emitOpError("expects bias to have shape [")
           << heads << ", " << getDistances() << "] or more, but got " << bias;
  return success();
}
