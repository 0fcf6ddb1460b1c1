//===- BrtGradCell.cpp - Adjoints of what is local to a token -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

LogicalResult EmbedOp::emitAdjoint(OpBuilder &builder, Gradients &gradients) {
  if (gradients.wants(getTable()))
    gradients.add(builder, getTable(),
                  EmbedAdjointOp::create(builder, getLoc(),
                                         getTable().getType(), getTokens(),
                                         gradients.get(getResult())));
  return success();
}

LogicalResult AddAbsolutePositionsOp::emitAdjoint(OpBuilder &builder,
                                                  Gradients &gradients) {
  gradients.add(builder, getInput(), gradients.get(getResult()));
  return success();
}

LogicalResult NormOp::emitAdjoint(OpBuilder &builder, Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  auto adjoint =
      NormAdjointOp::create(builder, getLoc(), getKindAttr(), getInput(),
                            getScale(), gradient, getEpsilonAttr());
  gradients.add(builder, getInput(), adjoint.getInputGradient());
  gradients.add(builder, getScale(), adjoint.getScaleGradient());
  if (getBias() && gradients.wants(getBias()))
    gradients.add(
        builder, getBias(),
        SumLeadingOp::create(builder, getLoc(), getBias().getType(), gradient));
  return success();
}

LogicalResult LinearOp::emitAdjoint(OpBuilder &builder, Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  if (gradients.wants(getInput()))
    gradients.add(builder, getInput(),
                  LinearOp::create(builder, getLoc(), gradient, getWeight(),
                                   /*bias=*/Value(), !getTransposed()));
  if (gradients.wants(getWeight())) {
    Value left = getInput(), right = gradient;
    if (getTransposed())
      std::swap(left, right);
    gradients.add(builder, getWeight(),
                  WeightGradientOp::create(builder, getLoc(),
                                           getWeight().getType(), left, right));
  }
  if (getBias() && gradients.wants(getBias()))
    gradients.add(
        builder, getBias(),
        SumLeadingOp::create(builder, getLoc(), getBias().getType(), gradient));
  return success();
}

LogicalResult ActivationOp::emitAdjoint(OpBuilder &builder,
                                        Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  // Where a ReLU's result is positive, so is its input, which nothing else
  // keeps for the backward pass.
  Value input = getKind() == ActivationKind::ReLU ? getResult() : getInput();
  if (getKind() != ActivationKind::None)
    gradient = ActivationAdjointOp::create(builder, getLoc(), getKind(), input,
                                           gradient);
  gradients.add(builder, getInput(), gradient);
  return success();
}

LogicalResult DropoutOp::emitAdjoint(OpBuilder &builder, Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  gradients.add(builder, getInput(),
                DropoutOp::create(builder, getLoc(), gradient.getType(),
                                  gradient, getSeed(), getStep(), getRate(),
                                  getSite()));
  return success();
}

LogicalResult GateOp::emitAdjoint(OpBuilder &builder, Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  if (getKind() == GateKind::Residual) {
    gradients.add(builder, getState(), gradient);
    gradients.add(builder, getUpdate(), gradient);
    return success();
  }
  auto adjoint = GateAdjointOp::create(builder, getLoc(), getKind(), getState(),
                                       getUpdate(), gradient, getActivations());
  gradients.add(builder, getState(), adjoint.getStateGradient());
  gradients.add(builder, getUpdate(), adjoint.getUpdateGradient());
  for (auto [activation, term] :
       llvm::zip_equal(getActivations(), adjoint.getActivationGradients()))
    gradients.add(builder, activation, term);
  return success();
}

/// The activations are narrower than logits where the precision is bf16.
static Value truncateTo(OpBuilder &builder, Value value, Type type) {
  if (value.getType() == type)
    return value;
  return arith::TruncFOp::create(builder, value.getLoc(), type, value);
}

LogicalResult LogitsOp::emitAdjoint(OpBuilder &builder, Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  double factor = 1 / getDivisor().convertToDouble();
  auto scale = [&](Value product) -> Value {
    return arith::MulFOp::create(
        builder, getLoc(), product,
        createSplatLike(builder, getLoc(), factor, product));
  };
  if (gradients.wants(getInput())) {
    Value product = LinearOp::create(builder, getLoc(), gradient, getTable(),
                                     /*bias=*/Value());
    gradients.add(builder, getInput(),
                  truncateTo(builder, scale(product), getInput().getType()));
  }
  if (gradients.wants(getTable()))
    gradients.add(
        builder, getTable(),
        scale(WeightGradientOp::create(builder, getLoc(), getTable().getType(),
                                       gradient, getInput())));
  return success();
}

LogicalResult CrossEntropyOp::emitAdjoint(OpBuilder &builder,
                                          Gradients &gradients) {
  Location loc = getLoc();
  Value gradient = gradients.get(getTokenLoss());
  if (Value ofSum = gradients.get(getLossSum())) {
    RankedTensorType type = getTokenLoss().getType();
    SmallVector<Value> extents;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (type.isDynamicDim(axis))
        extents.push_back(
            tensor::DimOp::create(builder, loc, getLogits(), axis));
    Value scalar = tensor::ExtractOp::create(builder, loc, ofSum, ValueRange());
    Value each = tensor::SplatOp::create(builder, loc, type, scalar, extents);
    gradient =
        gradient ? arith::AddFOp::create(builder, loc, gradient, each) : each;
  }
  gradients.add(builder, getLogits(),
                CrossEntropyAdjointOp::create(builder, loc, getLogits(),
                                              getTargets(), getMask(),
                                              gradient));
  return success();
}
