//===- BrtVerify.cpp - Checks that several verifiers share ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"
#include <cmath>

using namespace mlir;

LogicalResult brt::verifyShape(Operation *op, StringRef name, Value value,
                               ArrayRef<int64_t> shape) {
  RankedTensorType type = getTensorType(value);
  if (succeeded(verifyCompatibleShape(type.getShape(), shape)))
    return success();
  InFlightDiagnostic error = op->emitOpError("expects ")
                             << name << " to have shape [";
  llvm::interleaveComma(shape, error, [&](int64_t extent) {
    if (ShapedType::isDynamic(extent))
      error << "?";
    else
      error << extent;
  });
  return error << "], but got " << type;
}

LogicalResult brt::verifyRank(Operation *op, StringRef name, Value value,
                              int64_t rank) {
  RankedTensorType type = getTensorType(value);
  if (type.getRank() == rank)
    return success();
  return op->emitOpError("expects ")
         << name << " to have rank " << rank << ", but got " << type;
}

LogicalResult brt::verifyPositive(Operation *op, StringRef name,
                                  double number) {
  if (number > 0 && std::isfinite(number))
    return success();
  return op->emitOpError("expects ")
         << name << " to be positive and finite, but got " << number;
}

LogicalResult brt::verifyOffset(Operation *op, StringRef name, int64_t number) {
  if (-kExtentLimit < number && number < kExtentLimit)
    return success();
  return op->emitOpError("expects ")
         << name << " to be less than 2^31 in magnitude, but got " << number;
}

LogicalResult brt::verifyDropout(Operation *op, StringRef rateName,
                                 const APFloat &rate, StringRef siteName,
                                 int64_t site) {
  double number = rate.convertToDouble();
  if (!(number >= 0 && number < 1))
    return op->emitOpError("expects ")
           << rateName << " to be in [0, 1), but got " << number;
  if (site >= 0 && site < kExtentLimit)
    return success();
  return op->emitOpError("expects ")
         << siteName << " to be between 0 and 2^31 - 1, but got " << site;
}

LogicalResult brt::verifyElement(Operation *op, StringRef name, Value value,
                                 Type element) {
  if (!value || getTensorType(value).getElementType() == element)
    return success();
  return op->emitOpError("expects ")
         << name << " to have elements of type " << element << ", but got "
         << value.getType();
}

LogicalResult brt::verifyParameter(Operation *op, StringRef name,
                                   Value parameter, Type activation) {
  if (parameter && activation.isBF16() &&
      getTensorType(parameter).getElementType().isF32())
    return success();
  return verifyElement(op, name, parameter, activation);
}

static bool isExtent(int64_t extent) {
  return extent >= 1 && extent < brt::kExtentLimit;
}

bool brt::hasLanesShape(RankedTensorType type) {
  // No lanes at all are lanes too.
  ArrayRef<int64_t> shape = type.getShape();
  return shape.empty() || (shape.front() < kExtentLimit &&
                           llvm::all_of(shape.drop_front(), isExtent));
}

bool brt::hasParameterShape(RankedTensorType type) {
  return llvm::all_of(type.getShape(), isExtent);
}
