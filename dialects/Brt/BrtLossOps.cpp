//===- BrtLossOps.cpp - Targets, masks and cross entropy ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace brt;

LogicalResult ShiftTargetsOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
    SmallVectorImpl<Type> &inferred) {
  RankedTensorType tokens = getTensorType(adaptor.getTokens());
  inferred.push_back(tokens);
  inferred.push_back(tokens.clone(IntegerType::get(context, 1)));
  return success();
}

LogicalResult ShiftTargetsOp::verify() {
  // (C1)
  if (failed(verifyRank(*this, "tokens", getTokens(), 2)))
    return failure();
  if (getInputMask())
    return verifyShape(*this, "mask", getInputMask(),
                       getTokens().getType().getShape());
  return success();
}

LogicalResult CrossEntropyOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
    SmallVectorImpl<Type> &inferred) {
  RankedTensorType logits = getTensorType(adaptor.getLogits());
  // (C1): needed to name the result's type at all.
  if (logits.getRank() != 3)
    return emitOptionalError(
        location,
        "'brt.cross_entropy' op expects logits to have rank 3, but got ",
        logits);
  Type element = logits.getElementType();
  inferred.push_back(
      RankedTensorType::get(logits.getShape().drop_back(), element));
  inferred.push_back(RankedTensorType::get({}, element));
  inferred.push_back(RankedTensorType::get({}, IntegerType::get(context, 64)));
  return success();
}

LogicalResult CrossEntropyOp::verify() {
  if (failed(verifyInferable(*this)))
    return failure();
  // (C1)
  ArrayRef<int64_t> shape = getLogits().getType().getShape().drop_back();
  return failure(failed(verifyShape(*this, "targets", getTargets(), shape)) ||
                 failed(verifyShape(*this, "mask", getMask(), shape)));
}
