//===- LaneWiseModels.h - What ops say of their lanes -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_LANEWISEMODELS_H
#define BRT_PASSES_FISSION_LANEWISEMODELS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace brt {

/// Ops of the dialect `brt`.
void registerCellModels(mlir::DialectRegistry &registry);
/// Ops of `tensor` and `linalg`.
void registerUpstreamModels(mlir::DialectRegistry &registry);

} // namespace brt

#endif // BRT_PASSES_FISSION_LANEWISEMODELS_H
