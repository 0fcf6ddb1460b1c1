//===- InitAll.h - Registration of everything -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_INITALL_H
#define BRT_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace brt {

/// Adds `brt` and the upstream dialects of all levels, with their interfaces.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers all passes and pipelines.
void registerAllPasses();

} // namespace brt

#endif // BRT_INITALL_H
