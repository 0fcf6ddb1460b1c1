//===- LaneExtents.h - Extents as functions of the lanes --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_MEMORY_LANEEXTENTS_H
#define BRT_PASSES_MEMORY_LANEEXTENTS_H

#include "brt/passes/Memory/ArenaPlan.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace brt {

/// The bytes of a buffer that an entry point allocates, in which every dynamic
/// extent of an argument is the number of lanes. Nothing where they are no
/// affine function of it.
std::optional<LaneBytes> getLaneBytes(mlir::memref::AllocOp alloc);

} // namespace brt

#endif // BRT_PASSES_MEMORY_LANEEXTENTS_H
