//===- BrtGradAttention.cpp - Adjoints of heads, positions, attention -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

LogicalResult SplitHeadsOp::emitAdjoint(OpBuilder &builder,
                                        Gradients &gradients) {
  gradients.add(builder, getInput(),
                MergeHeadsOp::create(builder, getLoc(),
                                     ValueRange(gradients.get(getResult()))));
  return success();
}

LogicalResult MergeHeadsOp::emitAdjoint(OpBuilder &builder,
                                        Gradients &gradients) {
  Location loc = getLoc();
  Value gradient = gradients.get(getResult());
  RankedTensorType type = getTensorType(getInputs().front());
  int64_t features = type.getDimSize(2) * type.getDimSize(3);
  SmallVector<OpFoldResult> offsets(3, builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(3, builder.getIndexAttr(1));
  for (auto [index, input] : llvm::enumerate(getInputs())) {
    if (!gradients.wants(input))
      continue;
    Value part = gradient;
    if (getInputs().size() > 1) {
      SmallVector<OpFoldResult> sizes =
          tensor::getMixedSizes(builder, loc, gradient);
      sizes[2] = builder.getIndexAttr(features);
      offsets[2] = builder.getIndexAttr(index * features);
      part = tensor::ExtractSliceOp::create(builder, loc, gradient, offsets,
                                            sizes, strides);
    }
    gradients.add(builder, input,
                  SplitHeadsOp::create(builder, loc, part, type.getDimSize(2)));
  }
  return success();
}

LogicalResult UnitNormalizeOp::emitAdjoint(OpBuilder &builder,
                                           Gradients &gradients) {
  gradients.add(builder, getInput(),
                UnitNormalizeAdjointOp::create(builder, getLoc(), getInput(),
                                               gradients.get(getResult()),
                                               getEpsilonAttr()));
  return success();
}

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

LogicalResult RotaryOp::emitAdjoint(OpBuilder &builder, Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  gradients.add(builder, getInput(),
                RotaryOp::create(builder, getLoc(), gradient.getType(),
                                 gradient, getPositions(), getFirst(),
                                 !getInverse()));
  return success();
}

LogicalResult RelativeBiasOp::emitAdjoint(OpBuilder &builder,
                                          Gradients &gradients) {
  auto adjoint = RelativeBiasAdjointOp::create(
      builder, getLoc(), getParameters().getTypes(), getKindAttr(),
      getParameters(), gradients.get(getResult()), getFirstDistanceAttr(),
      getMaxKeysAttr());
  for (auto [parameter, term] :
       llvm::zip_equal(getParameters(), adjoint.getParameterGradients()))
    gradients.add(builder, parameter, term);
  return success();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// The op with its log-sum-exp; replaces an op that does not give it.
template <typename OpT>
static OpT requestLogSumExp(OpT op) {
  if (op.getLogSumExp())
    return op;
  OpBuilder builder(op);
  SmallVector<Type> types(op->getResultTypes());
  types.push_back(getLogSumExpType(op.getQuery().getType()));
  auto replacement = OpT::create(builder, op.getLoc(), types, op->getOperands(),
                                 op->getAttrs());
  op.getResult().replaceAllUsesWith(replacement.getResult());
  op.erase();
  return replacement;
}

/// Adds the results of an adjoint to the gradients of the operands that are
/// given, in their order.
static void addTerms(OpBuilder &builder, Gradients &gradients,
                     ArrayRef<Value> operands, ValueRange terms) {
  for (Value operand : operands) {
    if (!operand)
      continue;
    gradients.add(builder, operand, terms.front());
    terms = terms.drop_front();
  }
}

/// Log-sum-exps only serve adjoints, which are not differentiated again.
template <typename OpT>
static LogicalResult verifyOnce(OpT op, Gradients &gradients) {
  if (!op.getLogSumExp() || !gradients.get(op.getLogSumExp()))
    return success();
  return op.emitOpError("expects log_sum_exp not to be differentiated, but got "
                        "a gradient of it");
}

LogicalResult WindowAttentionOp::emitAdjoint(OpBuilder &builder,
                                             Gradients &gradients) {
  if (failed(verifyOnce(*this, gradients)))
    return failure();
  Value gradient = gradients.get(getResult());
  WindowAttentionOp op = requestLogSumExp(*this);
  auto adjoint = WindowAttentionAdjointOp::create(
      builder, op.getLoc(), op.getQuery(), op.getKey(), op.getValue(),
      op.getTemperature(), op.getBias(), op.getSink(), op.getPositions(),
      op.getSeed(), op.getStep(), op.getResult(), op.getLogSumExp(), gradient,
      op.getWindowAttr(), op.getCausalAttr(), op.getTemperatureKindAttr(),
      op.getScaleAttr(), op.getDropoutRateAttr(), op.getDropoutSiteAttr());
  addTerms(builder, gradients,
           {op.getQuery(), op.getKey(), op.getValue(), op.getTemperature(),
            op.getBias(), op.getSink()},
           adjoint.getResults());
  return success();
}

LogicalResult StateAttentionOp::emitAdjoint(OpBuilder &builder,
                                            Gradients &gradients) {
  if (failed(verifyOnce(*this, gradients)))
    return failure();
  Value gradient = gradients.get(getResult());
  StateAttentionOp op = requestLogSumExp(*this);
  auto adjoint = StateAttentionAdjointOp::create(
      builder, op.getLoc(), op.getQuery(), op.getKey(), op.getValue(),
      op.getTemperature(), op.getResult(), op.getLogSumExp(), gradient,
      op.getTemperatureKindAttr(), op.getScaleAttr());
  addTerms(builder, gradients,
           {op.getQuery(), op.getKey(), op.getValue(), op.getTemperature()},
           adjoint.getResults());
  return success();
}
