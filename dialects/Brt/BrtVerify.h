//===- BrtVerify.h - Checks that several verifiers share --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_DIALECTS_BRT_BRTVERIFY_H
#define BRT_DIALECTS_BRT_BRTVERIFY_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace brt {

/// Checks that `value` has the given shape; a dynamic extent on either side
/// agrees with anything. `name` is what the op calls the value.
llvm::LogicalResult verifyShape(mlir::Operation *op, llvm::StringRef name,
                                mlir::Value value,
                                llvm::ArrayRef<int64_t> shape);

/// Checks that `value` has the given rank.
llvm::LogicalResult verifyRank(mlir::Operation *op, llvm::StringRef name,
                               mlir::Value value, int64_t rank);

/// Checks that the number `name` is positive.
llvm::LogicalResult verifyPositive(mlir::Operation *op, llvm::StringRef name,
                                   double number);

inline mlir::RankedTensorType getTensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

} // namespace brt

#endif // BRT_DIALECTS_BRT_BRTVERIFY_H
