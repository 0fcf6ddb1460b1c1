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

/// Inits are written, all other buffers read.
static void
addEffects(DestinationStyleOpInterface op,
           SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
               &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (op.isDpsInit(&operand))
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

/// Checks queries, keys, values and, `like` queries, what belongs to them.
template <typename OpT>
static LogicalResult verifyRows(OpT op, StringRef name, Value like) {
  auto query = cast<ShapedType>(op.getQuery().getType());
  auto key = cast<ShapedType>(op.getKey().getType());
  auto isStatic = [](ShapedType type) {
    return type.getRank() == 4 &&
           llvm::none_of(type.getShape().drop_front(), ShapedType::isDynamic);
  };
  if (!isStatic(query) || !isStatic(key))
    return op.emitOpError("expects query and key to have four axes, of which "
                          "only the first is dynamic, but got ")
           << query << " and " << key;
  ArrayRef<int64_t> shape = query.getShape();
  SmallVector<int64_t> keys = {shape[0], key.getDimSize(1), shape[2], shape[3]};
  if (failed(verifyShape(op, "key", op.getKey(), keys)) ||
      failed(verifyShape(op, "value", op.getValue(), keys)) ||
      failed(verifyShape(op, name, like, shape)))
    return failure();
  for (Value operand : {op.getKey(), op.getValue(), like})
    if (getElementTypeOrSelf(operand) != query.getElementType() ||
        !isa<FloatType>(query.getElementType()))
      return op.emitOpError("expects queries, keys, values and the ")
             << name << " to have one floating-point type, but got " << query
             << " and " << operand.getType();
  return success();
}

/// Checks a window and what goes with it.
template <typename OpT>
static LogicalResult verifyWindow(OpT op) {
  if (op.getWindow() ? static_cast<int64_t>(*op.getWindow()) < 1
                     : op.getBias() || op.getPositions() || op.getSeed())
    return op.emitOpError("expects bias, positions and draw to go with a "
                          "window, which is positive, but got ")
           << (op.getWindow()
                   ? std::to_string(static_cast<int64_t>(*op.getWindow()))
                   : "none");
  if (!op.getSeed() != !op.getStep())
    return op.emitOpError("expects draw to have a seed and a step, but got "
                          "one");
  if (!op.getBias())
    return success();
  int64_t heads = cast<ShapedType>(op.getQuery().getType()).getDimSize(2);
  auto bias = cast<ShapedType>(op.getBias().getType());
  if (bias.getRank() != 2 || bias.getDimSize(0) != heads ||
      bias.getDimSize(1) < op.getDistances())
    return op.emitOpError("expects bias to have shape [")
           << heads << ", " << op.getDistances() << "] or more, but got "
           << bias;
  return success();
}

//===----------------------------------------------------------------------===//
// AttentionOp
//===----------------------------------------------------------------------===//

void AttentionOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  addEffects(*this, effects);
}

LogicalResult AttentionOp::verify() {
  // (C7)
  if (getInits().empty() || getInits().size() > 2)
    return emitOpError("expects an init for the result and at most one for "
                       "log_sum_exp, but got ")
           << getInits().size();
  // (C1)
  if (failed(verifyRows(*this, "result", getInits().front())))
    return failure();
  ArrayRef<int64_t> shape = cast<ShapedType>(getQuery().getType()).getShape();
  int64_t lanes = shape[0], heads = shape[2];
  // (C2), (C4), (C7)
  if (failed(verifyShape(*this, "temperature", getTemperature(), heads)) ||
      failed(verifyShape(*this, "sink", getSink(), heads)) ||
      failed(verifyShape(*this, "positions", getPositions(), lanes)) ||
      failed(verifyShape(*this, "log_sum_exp", getLogSumExpInit(),
                         {lanes, heads, shape[1]})))
    return failure();
  // (C5), (C6), (C3)
  return verifyWindow(*this);
}

//===----------------------------------------------------------------------===//
// AttentionAdjointOp
//===----------------------------------------------------------------------===//

void AttentionAdjointOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  addEffects(*this, effects);
}

LogicalResult AttentionAdjointOp::verify() {
  // (C1)
  if (failed(verifyRows(*this, "gradient", getGradient())))
    return failure();
  ArrayRef<int64_t> shape = cast<ShapedType>(getQuery().getType()).getShape();
  int64_t lanes = shape[0], heads = shape[2];
  SmallVector<int64_t> rows = {lanes, heads, shape[1]};
  // (C2), (C3), (C5)
  if (failed(verifyShape(*this, "log_sum_exp", getLogSumExp(), rows)) ||
      failed(verifyShape(*this, "delta", getDelta(), rows)) ||
      failed(verifyShape(*this, "temperature", getTemperature(), heads)) ||
      failed(verifyShape(*this, "positions", getPositions(), lanes)))
    return failure();
  Type type = getElementTypeOrSelf(getLogSumExp());
  if (!isa<FloatType>(type) || getElementTypeOrSelf(getDelta()) != type)
    return emitOpError("expects log_sum_exp and delta to have one "
                       "floating-point type, but got ")
           << getLogSumExp().getType() << " and " << getDelta().getType();
  // (C6), (C7), (C4)
  if (failed(verifyWindow(*this)))
    return failure();

  // (C8)
  size_t count = 3 + !!getTemperature() + !!getBias();
  if (getInits().size() != count)
    return emitOpError("expects ")
           << count << " inits, one for each gradient, but got "
           << getInits().size();
  ArrayRef<int64_t> keys = cast<ShapedType>(getKey().getType()).getShape();
  SmallVector<int64_t> bias = {lanes, heads};
  if (getBias())
    bias.push_back(cast<ShapedType>(getBias().getType()).getDimSize(1));
  struct Gradient {
    StringRef name;
    Value init;
    ArrayRef<int64_t> shape;
    Type type;
  };
  Type keyType = getElementTypeOrSelf(getKey());
  for (auto [name, init, shape, type] :
       {Gradient{"query_gradient", getQueryGradientInit(), shape, type},
        Gradient{"key_gradient", getKeyGradientInit(), keys, keyType},
        Gradient{"value_gradient", getValueGradientInit(), keys, keyType},
        Gradient{"temperature_gradient", getTemperatureGradientInit(), rows,
                 type},
        Gradient{"bias_gradient", getBiasGradientInit(), bias, type}}) {
    if (failed(verifyShape(*this, name, init, shape)))
      return failure();
    // (C9)
    if (init && getElementTypeOrSelf(init) != type)
      return emitOpError("expects ")
             << name << " to be of " << type << ", but got " << init.getType();
  }
  return success();
}
