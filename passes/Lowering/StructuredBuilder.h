//===- StructuredBuilder.h - Structured ops from scalar code ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversions of `brt` ops say what one element of a result is; this builder
// makes the linalg ops around it.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_PASSES_LOWERING_STRUCTUREDBUILDER_H
#define BRT_PASSES_LOWERING_STRUCTUREDBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace brt {

/// The element type that is computed in: f32 for bf16, else the type itself.
mlir::Type getComputeType(mlir::Type elementType);

/// Element type and static extents of a tensor value.
mlir::Type getElementType(mlir::Value tensor);
int64_t getExtent(mlir::Value tensor, int64_t axis);

/// Scalar code in the body of a structured op. Numbers take the type of the
/// other operand.
class ScalarBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  mlir::Value constant(mlir::Type type, double value);
  mlir::Value constantIndex(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, double b) { return add(a, like(a, b)); }
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, double b) { return mul(a, like(a, b)); }
  mlir::Value div(mlir::Value a, mlir::Value b);
  /// The larger of two numbers that are not NaN; a NaN if one is.
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, double b) { return max(a, like(a, b)); }
  mlir::Value exp(mlir::Value a);
  /// 1 / sqrt(a).
  mlir::Value rsqrt(mlir::Value a);
  mlir::Value abs(mlir::Value a);
  mlir::Value neg(mlir::Value a);
  /// -1, 0 or 1, in the type of `a`.
  mlir::Value sign(mlir::Value a);
  /// 1 / (1 + exp(-a)).
  mlir::Value sigmoid(mlir::Value a);
  mlir::Value select(mlir::Value flag, mlir::Value a, mlir::Value b);
  mlir::Value less(mlir::Value a, mlir::Value b);
  /// An integer mod `count`, from 0 on for negative ones too.
  mlir::Value floorModulo(mlir::Value a, int64_t count);
  /// Widens or narrows a floating-point number.
  mlir::Value convert(mlir::Value a, mlir::Type type);
  /// The index of a loop of the structured op, as an index or an i32.
  mlir::Value loopIndex(int64_t loop);
  mlir::Value loopIndex32(int64_t loop);
  /// An element of a tensor from outside of the structured op.
  mlir::Value element(mlir::Value tensor, mlir::ValueRange indices);
  /// An integer or index as an index, and as a floating-point number.
  mlir::Value toIndex(mlir::Value a);
  mlir::Value toFloat(mlir::Value a, mlir::Type type);

private:
  mlir::Value like(mlir::Value a, double value) {
    return constant(a.getType(), value);
  }
};

/// A tensor that a structured op reads or writes, and the loop that indexes
/// each of its axes.
struct Access {
  mlir::Value tensor;
  llvm::SmallVector<int64_t> loops;
};

/// Scalar code: from one element of each tensor read, in the compute type
/// (reductions: then the value so far), to one element of the result.
using Payload =
    llvm::function_ref<mlir::Value(ScalarBuilder &, mlir::ValueRange)>;

class StructuredBuilder : public ScalarBuilder {
public:
  using ScalarBuilder::ScalarBuilder;

  /// Builds what replaces `op`, at locations with its name: kernels are called
  /// by it.
  StructuredBuilder(mlir::Operation *op, mlir::OpBuilder &builder);

  /// Extents of `tensor`, or of some of its axes.
  llvm::SmallVector<mlir::OpFoldResult> sizesOf(mlir::Value tensor);
  llvm::SmallVector<mlir::OpFoldResult> sizesOf(mlir::Value tensor,
                                                llvm::ArrayRef<int64_t> axes);

  mlir::Value empty(llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type type);
  mlir::Value filled(llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type type,
                     double value);

  /// The tensor of `sizes` whose element at each index `payload` computes. It
  /// is converted to `type`.
  mlir::Value map(llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type type,
                  llvm::ArrayRef<Access> reads, Payload payload);

  /// Reduces over the loops that `init` does not index, in their order.
  mlir::Value reduce(Access init, llvm::ArrayRef<Access> reads,
                     Payload payload);

  /// The tensor of `sizes`, indexed by the loops `kept`, of sums over the other
  /// loops of what `payload` makes of one element of each read. In the compute
  /// type `type`.
  mlir::Value sum(llvm::ArrayRef<mlir::OpFoldResult> sizes,
                  llvm::ArrayRef<int64_t> kept, llvm::ArrayRef<Access> reads,
                  mlir::Type type, Payload payload);

  /// init + sum over the loops that `init` does not index of lhs * rhs, whose
  /// elements are rounded to `factor` first where that is narrower.
  mlir::Value contract(Access init, Access lhs, Access rhs,
                       mlir::Type factor = {});

  /// `tensor` with its elements converted; itself where they have the type.
  mlir::Value converted(mlir::Value tensor, mlir::Type type);
  /// Converted to the compute type of its elements.
  mlir::Value widened(mlir::Value tensor);

  /// Axes in another order: axis i of the result is axis `order[i]`.
  mlir::Value transposed(mlir::Value tensor, llvm::ArrayRef<int64_t> order);

  /// A slice with `size` of axis `axis` from `offset` on, all of the others.
  mlir::Value slice(mlir::Value tensor, int64_t axis, mlir::OpFoldResult offset,
                    mlir::OpFoldResult size);
  /// `whole` with `part` in the place of that slice.
  mlir::Value insert(mlir::Value part, mlir::Value whole, int64_t axis,
                     mlir::OpFoldResult offset);

private:
  mlir::Value structured(Access init, llvm::ArrayRef<Access> reads,
                         unsigned loops, bool readsInit, Payload payload);
};

/// The loops 0, 1, ..., rank - 1.
llvm::SmallVector<int64_t> allLoops(mlir::Value tensor);

/// The same but for the last: those of one number a row.
llvm::SmallVector<int64_t> rowLoops(mlir::Value tensor);

} // namespace brt

#endif // BRT_PASSES_LOWERING_STRUCTUREDBUILDER_H
