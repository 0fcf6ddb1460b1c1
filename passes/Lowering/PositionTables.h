//===- PositionTables.h - Constants of relative positions -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by the relative bias and its adjoint (brt-spec 3.3).
//
//===----------------------------------------------------------------------===//

#ifndef BRT_PASSES_LOWERING_POSITIONTABLES_H
#define BRT_PASSES_LOWERING_POSITIONTABLES_H

#include "StructuredBuilder.h"

namespace brt {

inline constexpr double kPi = 3.14159265358979323846;

/// A constant tensor of numbers, in row-major order.
mlir::Value constantTable(StructuredBuilder &b, llvm::ArrayRef<int64_t> shape,
                          mlir::Type type, llvm::ArrayRef<double> numbers);

/// The T5 bucket of each distance from `first` on, [R] i32.
mlir::Value getBuckets(StructuredBuilder &b, int64_t first, int64_t columns);

/// The distances from `first` on, or their sizes, [R].
mlir::Value getDistances(StructuredBuilder &b, int64_t first, int64_t columns,
                         bool absolute, mlir::Type type);

/// The negated slopes of ALiBi, -2^(-8(h+1)/H), [H].
mlir::Value getSlopes(StructuredBuilder &b, int64_t heads, mlir::Type type);

/// cos(w_p n) and -sin(w_p n), [F, R], with `w_p = pi maxKeys^(-p/F)`.
struct Waves {
  mlir::Value cosines, negatedSines;
};
Waves getWaves(StructuredBuilder &b, int64_t maxKeys, int64_t frequencies,
               int64_t first, int64_t columns, mlir::Type type);

} // namespace brt

#endif // BRT_PASSES_LOWERING_POSITIONTABLES_H
