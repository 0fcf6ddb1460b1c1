//===- Object.h - Compiled programs as files --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TRANSLATE_OBJECT_H
#define BRT_TRANSLATE_OBJECT_H

#include "brt/passes/Pipelines/Lowering.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <string>

namespace brt {

struct ObjectOptions {
  /// The target: "x86-64".
  std::string target = "x86-64";
  /// Its instruction sets; the program picks the best that the machine has.
  llvm::SmallVector<std::string> instructionSets = {"avx512_bf16", "avx512",
                                                    "avx2"};
  /// A processor, by LLVM's name, to compile for alone: for the best
  /// instruction set that it has, scheduled for it. Empty for all of
  /// `instructionSets`.
  std::string cpu;
  /// Options of --brt-add-optimizer, for a program with the entry point
  /// `train_step`; without them it has none.
  std::optional<std::string> training;
  /// The folder of libBrtRuntime.a and libBrtProgramMain.a; empty for the
  /// folder `lib` beside the folder of the running tool.
  std::string runtimeDir;
  /// A folder that keeps compiled objects by the content that they were
  /// compiled from; empty for none.
  std::string cacheDir;
  AttentionOptions attention;
  /// What each entry point has to fit into, if into anything.
  std::optional<MemoryBudget> memory;
};

/// Compile a module of the level `model` or `cell` and write a file:
/// a relocatable object that exports `brt_program` (brt-c/Program.h);
llvm::LogicalResult translateToObject(mlir::ModuleOp module,
                                      const ObjectOptions &options,
                                      llvm::StringRef outputPath);
/// a shared object that exports it, which takes the runtime's functions of
/// brt-c/Program.h from its loader;
llvm::LogicalResult translateToShared(mlir::ModuleOp module,
                                      const ObjectOptions &options,
                                      llvm::StringRef outputPath);
/// an executable that holds the runtime.
llvm::LogicalResult translateToExe(mlir::ModuleOp module,
                                   const ObjectOptions &options,
                                   llvm::StringRef outputPath);

} // namespace brt

#endif // BRT_TRANSLATE_OBJECT_H
