//===- Flops.h - Floating-point operations of products ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_ANALYSIS_FLOPS_H
#define BRT_ANALYSIS_FLOPS_H

#include "mlir/IR/Operation.h"

namespace brt {

/// FLOPs of the products in an op of the level `cell`, a product and a sum
/// counted as two: what of the work grows with two extents. A dynamic extent,
/// the lanes, counts as one; attention counts the pairs that are visible, W
/// keys for each query of a window. Of an op with regions, those in them, each
/// block of a recurrence.
int64_t countFlops(mlir::Operation *op);

} // namespace brt

#endif // BRT_ANALYSIS_FLOPS_H
