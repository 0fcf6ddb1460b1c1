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

/// Checks that the number `name` is positive and finite.
llvm::LogicalResult verifyPositive(mlir::Operation *op, llvm::StringRef name,
                                   double number);

/// Checks that the integer `name` is less than 2^31 in magnitude, so that sums
/// with positions do not overflow.
llvm::LogicalResult verifyOffset(mlir::Operation *op, llvm::StringRef name,
                                 int64_t number);

/// Checks that a dropout rate is in [0, 1), and that its site is between 0 and
/// 2^31 - 1.
llvm::LogicalResult verifyDropout(mlir::Operation *op, llvm::StringRef rateName,
                                  const llvm::APFloat &rate,
                                  llvm::StringRef siteName, int64_t site);

/// Checks that `value`, which may be null, has elements of type `element`.
llvm::LogicalResult verifyElement(mlir::Operation *op, llvm::StringRef name,
                                  mlir::Value value, mlir::Type element);

/// Checks that a parameter, which may be null, has the element type of the
/// activations, or f32 under bf16.
llvm::LogicalResult verifyParameter(mlir::Operation *op, llvm::StringRef name,
                                    mlir::Value parameter,
                                    mlir::Type activation);

/// Whether only axis 0 is dynamic, and no extent is out of bounds.
bool hasLanesShape(mlir::RankedTensorType type);

/// Whether no axis is dynamic, and no extent is out of bounds.
bool hasParameterShape(mlir::RankedTensorType type);

/// Extents are less than this, so that a product of two is 64 bits.
constexpr int64_t kExtentLimit = int64_t(1) << 31;
/// The type [B, H, n] of an attention's log-sum-exp, by that of its query,
/// which has rank 4.
mlir::RankedTensorType getLogSumExpType(mlir::RankedTensorType query);

/// Checks that the types of results can be inferred. The interface checks it
/// too, but after the op's own verifier, and with an error of its own behind
/// ours.
template <typename OpT>
llvm::LogicalResult verifyInferable(OpT op) {
  llvm::SmallVector<mlir::Type> types;
  return OpT::inferReturnTypes(op.getContext(), op.getLoc(),
                               typename OpT::Adaptor(op), types);
}

inline mlir::RankedTensorType getTensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

} // namespace brt

#endif // BRT_DIALECTS_BRT_BRTVERIFY_H
