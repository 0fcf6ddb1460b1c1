//===- X86.h - Object code for x86-64 ---------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TARGET_X86_H
#define BRT_TARGET_X86_H

#include "brt/passes/Pipelines/Lowering.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <string>

namespace brt::x86 {

/// An instruction set that code is made for.
struct InstructionSet {
  /// The name in brt_variant_t.
  llvm::StringLiteral name;
  /// The processor that LLVM is told.
  llvm::StringLiteral cpu;
  /// What tells processors that have it, as LLVM names features.
  llvm::StringLiteral extensions;
  int64_t vectorBytes, vectorRegisters;
  /// Whether it has instructions for numbers of bf16.
  bool hasBF16;
};

/// All instruction sets, the best first.
llvm::ArrayRef<InstructionSet> getInstructionSets();

/// The name of the best instruction set that a processor has, which is named as
/// LLVM names it, such as "znver4". An error at `loc` if there is none.
llvm::FailureOr<std::string> findInstructionSetOf(mlir::Location loc,
                                                  llvm::StringRef cpu);

struct CompileOptions {
  /// Names of instruction sets; each gets code of its own. Besides others, one
  /// for bf16 is left out of a program that has none.
  llvm::SmallVector<std::string> instructionSets = {"avx512_bf16", "avx512",
                                                    "avx2"};
  /// Options of --brt-add-optimizer, for a program with the entry point
  /// `train_step`; without them it has none.
  std::optional<std::string> training;
  /// The processor that instructions are scheduled for; none if empty.
  std::string cpu;
  AttentionOptions attention;
  /// What each entry point has to fit into, if into anything.
  std::optional<MemoryBudget> memory;
};

/// The bytes of a relocatable object.
using ObjectCode = llvm::SmallVector<char, 0>;

/// Compiles the entry points of a module of the level `model` or `cell` to
/// objects, one for each instruction set and one for what they have in common.
/// Linked together they export `brt_program` (brt-c/Program.h) and need the
/// runtime's functions declared there and the C library. The module itself is
/// not changed. Errors are emitted on its context. Instruction sets are
/// compiled side by side where the context allows threads.
llvm::FailureOr<llvm::SmallVector<ObjectCode>>
compileToObjects(mlir::ModuleOp module, const CompileOptions &options);

} // namespace brt::x86

#endif // BRT_TARGET_X86_H
