//===- Kernel.h - The kernel dialect ----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_DIALECTS_KERNEL_KERNEL_H
#define BRT_DIALECTS_KERNEL_KERNEL_H

#include "brt/dialects/Brt/Defaults.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "brt/dialects/Kernel/KernelDialect.h.inc"

#define GET_OP_CLASSES
#include "brt/dialects/Kernel/KernelOps.h.inc"

namespace brt::kernel {

/// Lets one-shot bufferization put the ops on buffers.
void registerBufferizableModels(mlir::DialectRegistry &registry);

} // namespace brt::kernel

#endif // BRT_DIALECTS_KERNEL_KERNEL_H
