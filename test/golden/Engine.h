//===- Engine.h - What evaluates an entry point -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_GOLDEN_ENGINE_H
#define BRT_TEST_GOLDEN_ENGINE_H

#include "brt/Reference/Entry.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace brt::golden {

/// Evaluates the entry points of one model.
class Engine {
public:
  virtual ~Engine() = default;

  /// The arguments and results of an entry point. What goes wrong is a
  /// diagnostic.
  virtual llvm::FailureOr<reference::EntryPoint>
  find(llvm::StringRef entry) = 0;

  /// The results of an entry point for the arguments among `tensors`.
  virtual llvm::FailureOr<reference::NamedTensors>
  run(llvm::StringRef entry, const reference::NamedTensors &tensors) = 0;
};

/// The reference evaluator on a module of the level `cell`.
std::unique_ptr<Engine>
createReferenceEngine(mlir::OwningOpRef<mlir::ModuleOp> module,
                      reference::Arithmetic arithmetic);

/// The module compiled to a program for the instruction set `isa`, or for the
/// best of this machine where that is empty. Null after a diagnostic.
std::unique_ptr<Engine>
createCompiledEngine(mlir::OwningOpRef<mlir::ModuleOp> module,
                     llvm::StringRef isa);

/// Sizes of tiles: those of AVX2, or such as a GPU would choose.
enum class TileSizes { X86, GPU };

/// The reference evaluator on the module at the level `tile`. Null after a
/// diagnostic.
std::unique_ptr<Engine>
createTileEngine(mlir::OwningOpRef<mlir::ModuleOp> module, TileSizes sizes);

} // namespace brt::golden

#endif // BRT_TEST_GOLDEN_ENGINE_H
