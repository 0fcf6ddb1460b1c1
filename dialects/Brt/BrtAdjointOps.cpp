//===- BrtAdjointOps.cpp - Adjoints of norms, products and the loss -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;

LogicalResult SumLeadingOp::verify() {
  ArrayRef<int64_t> input = getInput().getType().getShape();
  size_t rank = getResult().getType().getRank();
  // (C1)
  if (rank > input.size())
    return emitOpError(
               "expects result to have no more axes than input, but got ")
           << getResult().getType() << " and " << getInput().getType();
  return verifyShape(*this, "result", getResult(), input.take_back(rank));
}

LogicalResult WeightGradientOp::verify() {
  ArrayRef<int64_t> input = getInput().getType().getShape();
  ArrayRef<int64_t> gradient = getGradient().getType().getShape();
  // (C1)
  if (input.empty() || gradient.empty())
    return emitOpError(
               "expects input and gradient to have a last axis, but got ")
           << getInput().getType() << " and " << getGradient().getType();
  SmallVector<int64_t> wanted(input.drop_back());
  wanted.push_back(gradient.back());
  if (failed(verifyShape(*this, "gradient", getGradient(), wanted)))
    return failure();
  // (C2)
  return verifyShape(*this, "result", getResult(),
                     {input.back(), gradient.back()});
}

LogicalResult EmbedAdjointOp::verify() {
  // (C1)
  if (failed(verifyRank(*this, "tokens", getTokens(), 2)) ||
      failed(verifyRank(*this, "result", getResult(), 2)))
    return failure();
  // (C2)
  ArrayRef<int64_t> tokens = getTokens().getType().getShape();
  return verifyShape(
      *this, "gradient", getGradient(),
      {tokens[0], tokens[1], getResult().getType().getDimSize(1)});
}

LogicalResult NormAdjointOp::verify() {
  RankedTensorType type = getInput().getType();
  // (C1)
  if (type.getRank() < 1)
    return emitOpError("expects input to have a last axis, but got ") << type;
  if (failed(
          verifyShape(*this, "scale", getScale(), type.getShape().take_back())))
    return failure();
  // (C2)
  return verifyPositive(*this, "epsilon", getEpsilon().convertToDouble());
}

LogicalResult UnitNormalizeAdjointOp::verify() {
  // (C1)
  return verifyPositive(*this, "epsilon", getEpsilon().convertToDouble());
}

LogicalResult ActivationAdjointOp::verify() {
  // (C1)
  if (getKind() == ActivationKind::None || getKind() == ActivationKind::SwiGLU)
    return emitOpError("expects kind to be 'relu', 'swish', 'sigmoid', 'tanh', "
                       "'softmax' or 'gelu', but got '")
           << stringifyEnum(getKind()) << "'";
  // (C2)
  if (getKind() == ActivationKind::Softmax &&
      getInput().getType().getRank() < 1)
    return emitOpError("expects input to have a last axis, but got ")
           << getInput().getType();
  return success();
}

LogicalResult CrossEntropyAdjointOp::verify() {
  // (C1)
  if (failed(verifyRank(*this, "logits", getLogits(), 3)))
    return failure();
  // (C2)
  ArrayRef<int64_t> shape = getLogits().getType().getShape().drop_back();
  return failure(failed(verifyShape(*this, "targets", getTargets(), shape)) ||
                 failed(verifyShape(*this, "mask", getMask(), shape)) ||
                 failed(verifyShape(*this, "gradient", getGradient(), shape)));
}
