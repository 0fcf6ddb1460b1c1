//===- BrtVerify.cpp - Checks that several verifiers share ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"

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
  if (number > 0)
    return success();
  return op->emitOpError("expects ")
         << name << " to be positive, but got " << number;
}
