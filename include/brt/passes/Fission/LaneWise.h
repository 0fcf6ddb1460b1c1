//===- LaneWise.h - Ops that treat each lane alike --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_LANEWISE_H
#define BRT_PASSES_FISSION_LANEWISE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

namespace brt {

/// A copy of `op` on other operands, whose results with lanes, all but sums
/// over them, have `factor` times as many.
mlir::Operation *cloneWithMoreLanes(mlir::Operation *op,
                                    mlir::OpBuilder &builder,
                                    mlir::ValueRange operands, int64_t factor);

/// `extent`, in lanes, times `factor`.
mlir::OpFoldResult multiplyLanes(mlir::OpBuilder &builder, mlir::Location loc,
                                 mlir::OpFoldResult extent, int64_t factor);

} // namespace brt

#include "brt/passes/Fission/LaneWiseOpInterface.h.inc"

namespace brt {

/// The interface's methods for any op, element-wise ones included; false for
/// ops that do not say.
bool isLaneWise(mlir::Operation *op);
bool hasLanes(mlir::OpOperand &operand);
bool sumsLanes(mlir::OpResult result);

/// A lane-wise op on `factor` times as many lanes.
mlir::Operation *cloneLaneWise(mlir::Operation *op, mlir::OpBuilder &builder,
                               mlir::ValueRange operands, int64_t factor);

} // namespace brt

#endif // BRT_PASSES_FISSION_LANEWISE_H
