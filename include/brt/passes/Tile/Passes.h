//===- Passes.h - Kernels as programs over tiles ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_TILE_PASSES_H
#define BRT_PASSES_TILE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace brt {

#define GEN_PASS_DECL
#include "brt/passes/Tile/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "brt/passes/Tile/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_TILE_PASSES_H
