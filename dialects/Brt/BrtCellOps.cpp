//===- BrtCellOps.cpp - Embedding, norms, projections, activations --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;

LogicalResult EmbedOp::verify() {
  // (C1)
  if (failed(verifyRank(*this, "tokens", getTokens(), 2)) ||
      failed(verifyRank(*this, "table", getTable(), 2)))
    return failure();
  // (C2)
  ArrayRef<int64_t> tokens = getTokens().getType().getShape();
  if (failed(verifyShape(
          *this, "result", getResult(),
          {tokens[0], tokens[1], getTable().getType().getDimSize(1)})))
    return failure();
  // (C3)
  return verifyParameter(*this, "table", getTable(),
                         getResult().getType().getElementType());
}

LogicalResult AddAbsolutePositionsOp::verify() {
  RankedTensorType type = getInput().getType();
  // (C1)
  if (failed(verifyRank(*this, "input", getInput(), 3)))
    return failure();
  if (type.getDimSize(2) % 2 != 0)
    return emitOpError("expects the last extent of input to be even, but got ")
           << type;
  // (C2)
  if (getPositions())
    return verifyShape(*this, "positions", getPositions(),
                       type.getShape().take_front());
  return success();
}

LogicalResult NormOp::verify() {
  RankedTensorType type = getInput().getType();
  // (C1)
  if (type.getRank() < 1)
    return emitOpError("expects input to have a last axis, but got ") << type;
  ArrayRef<int64_t> features = type.getShape().take_back();
  if (failed(verifyShape(*this, "scale", getScale(), features)))
    return failure();
  if (getBias()) {
    if (failed(verifyShape(*this, "bias", getBias(), features)))
      return failure();
    // (C2)
    if (getKind() != NormKind::Layer)
      return emitOpError("expects a bias to go with kind 'layer', but got '")
             << stringifyEnum(getKind()) << "'";
  }
  // (C3)
  if (failed(verifyPositive(*this, "epsilon", getEpsilon().convertToDouble())))
    return failure();
  // (C4)
  Type element = type.getElementType();
  return failure(failed(verifyParameter(*this, "scale", getScale(), element)) ||
                 failed(verifyParameter(*this, "bias", getBias(), element)));
}

LogicalResult LinearOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  RankedTensorType weight = getTensorType(adaptor.getWeight());
  // (C1): needed to name the result's type at all.
  if (weight.getRank() != 2 || input.getRank() < 1)
    return emitOptionalError(location,
                             "'brt.linear' op expects weight to have "
                             "rank 2 and input rank 1 or more, but "
                             "got ",
                             weight, " and ", input);
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weight.getDimSize(adaptor.getTransposed() ? 0 : 1);
  inferred.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult LinearOp::verify() {
  if (failed(verifyInferable(*this)))
    return failure();
  int64_t depth = getInput().getType().getShape().back();
  int64_t width = getWeight().getType().getDimSize(getTransposed() ? 0 : 1);
  SmallVector<int64_t> wanted = {depth, width};
  if (getTransposed())
    std::swap(wanted[0], wanted[1]);
  // (C1)
  if (failed(verifyShape(*this, "weight", getWeight(), wanted)))
    return failure();
  // (C2)
  if (getBias() && failed(verifyShape(*this, "bias", getBias(), width)))
    return failure();
  // (C3)
  Type element = getInput().getType().getElementType();
  return failure(
      failed(verifyParameter(*this, "weight", getWeight(), element)) ||
      failed(verifyParameter(*this, "bias", getBias(), element)));
}

LogicalResult ActivationOp::verify() {
  // (C1)
  if (getKind() == ActivationKind::SwiGLU)
    return emitOpError(
        "expects kind to be an activation of one input, but got "
        "'swiglu', which is a 'swish' times a second projection");
  // (C2)
  if (getKind() == ActivationKind::Softmax &&
      getInput().getType().getRank() < 1)
    return emitOpError("expects input to have a last axis, but got ")
           << getInput().getType();
  return success();
}

int64_t DropoutOp::getTile(int64_t length) {
  constexpr int64_t kLargest = 128, kSmallest = 8;
  int64_t tile = std::min(length, kLargest);
  while (length % tile != 0)
    tile /= 2;
  return tile < kSmallest ? length : tile;
}

uint64_t DropoutOp::getThreshold(double rate) {
  return static_cast<uint64_t>(rate * 0x1p32);
}

LogicalResult DropoutOp::verify() {
  // (C1)
  if (failed(verifyRank(*this, "input", getInput(), 3)))
    return failure();
  // (C2), (C3)
  return verifyDropout(*this, "rate", getRate(), "site", getSite());
}

LogicalResult LogitsOp::verify() {
  RankedTensorType input = getInput().getType();
  RankedTensorType table = getTable().getType();
  // (C1)
  if (failed(verifyRank(*this, "input", getInput(), 3)) ||
      failed(verifyRank(*this, "table", getTable(), 2)) ||
      failed(verifyShape(*this, "table", getTable(),
                         {table.getDimSize(0), input.getDimSize(2)})))
    return failure();
  // (C2)
  if (failed(verifyShape(
          *this, "result", getResult(),
          {input.getDimSize(0), input.getDimSize(1), table.getDimSize(0)})))
    return failure();
  // (C3)
  if (failed(verifyPositive(*this, "divisor", getDivisor().convertToDouble())))
    return failure();
  // (C4)
  Type element = input.getElementType();
  if (failed(verifyParameter(*this, "table", getTable(), element)))
    return failure();
  // (C5)
  if (element.isBF16())
    element = Float32Type::get(getContext());
  return verifyElement(*this, "result", getResult(), element);
}
