//===- Program.h - A compiled program, linked in or loaded ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_PROGRAM_H
#define BRT_RUNTIME_PROGRAM_H

#include "brt-c/Program.h"
#include "brt/runtime/Manifest.h"
#include <memory>

namespace brt::rt {

/// The entry points of one program in the code of one instruction set. Cheap to
/// copy; safe to use from several threads.
class Program {
public:
  /// Takes a program that is part of this process. `isa` names the instruction
  /// set to use; empty means the best of the processor. Errors: Mismatch
  /// for another version of the interface, Unsupported for the instruction set.
  static Result<Program> create(const brt_program_t &program,
                                std::string_view isa = "");
  /// Loads a shared object that exports `brt_program`.
  static Result<Program> load(const std::string &path,
                              std::string_view isa = "");

  const Manifest &manifest() const { return shared->manifest; }
  /// The instruction set in use, and all that the program has code for.
  std::string_view isa() const { return variant->isa; }
  std::vector<std::string> getInstructionSets() const;
  brt_entry_fn_t getEntry(int index) const { return variant->entries[index]; }

private:
  struct Shared {
    Manifest manifest;
    const brt_program_t *program;
    /// Keeps a shared object loaded.
    std::shared_ptr<void> library;
  };
  std::shared_ptr<const Shared> shared;
  const brt_variant_t *variant = nullptr;
};

/// Whether the processor has an instruction set of that name: "avx2" (with FMA,
/// BMI1 and BMI2), "avx512" (F, BW, CD, DQ, VL besides) or "avx512_bf16" (BF16
/// besides).
bool hasInstructionSet(std::string_view isa);

/// Whether the processor, which has the instruction set, is not faster without.
bool isFast(std::string_view isa);

} // namespace brt::rt

#endif // BRT_RUNTIME_PROGRAM_H
