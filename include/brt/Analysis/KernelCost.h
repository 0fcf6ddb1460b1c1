//===- KernelCost.h - Arithmetic and memory of kernels ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_ANALYSIS_KERNELCOST_H
#define BRT_ANALYSIS_KERNELCOST_H

#include "mlir/Interfaces/FunctionInterfaces.h"

namespace brt {

/// A number that follows from shapes: a factor times the extents of some axes
/// of arguments, which are known when the kernel runs.
struct ShapeProduct {
  struct Extent {
    unsigned argument;
    int64_t axis;
  };
  int64_t factor = 1;
  llvm::SmallVector<Extent> extents;
};

/// What one run of a kernel costs, each a sum.
struct KernelCost {
  /// FLOPs: a product and a sum count as two, an element-wise function as one.
  llvm::SmallVector<ShapeProduct> flops;
  /// Bytes of the buffers that are read and of those that are written, each
  /// once.
  llvm::SmallVector<ShapeProduct> bytes;
};

/// The cost of a function of structured ops and fused kernels on buffers, as
/// --brt-outline-kernels makes them.
KernelCost getKernelCost(mlir::FunctionOpInterface function);

} // namespace brt

#endif // BRT_ANALYSIS_KERNELCOST_H
