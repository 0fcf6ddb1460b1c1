//===- Manifest.h - What entry points take and return, as JSON --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TARGET_MANIFEST_H
#define BRT_TARGET_MANIFEST_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace brt {

/// The manifest of the entry points of a module of the level `cell`, as
/// brt-c/Program.h defines it, and the names of the entry points in its order.
struct Manifest {
  llvm::json::Object root;
  llvm::SmallVector<std::string> entries;

  /// Fails with an error at the entry point where an argument or result has a
  /// type that no buffer has.
  static llvm::FailureOr<Manifest> build(mlir::ModuleOp module);
  /// Adds the kernels that --brt-instrument-kernels has numbered.
  void addKernels(mlir::ModuleOp module);
  /// Adds the sizes of the arenas that --brt-plan-memory has given the same
  /// entry points, further down.
  void addArenas(mlir::ModuleOp module);
};

} // namespace brt

#endif // BRT_TARGET_MANIFEST_H
