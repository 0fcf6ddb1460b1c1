//===- Passes.h - Where buffers are -----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_MEMORY_PASSES_H
#define BRT_PASSES_MEMORY_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace brt {

#define GEN_PASS_DECL
#include "brt/passes/Memory/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "brt/passes/Memory/Passes.h.inc"

} // namespace brt

#endif // BRT_PASSES_MEMORY_PASSES_H
