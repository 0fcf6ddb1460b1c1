//===- ProgramTable.h - The symbol brt_program ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TARGET_X86_PROGRAMTABLE_H
#define BRT_TARGET_X86_PROGRAMTABLE_H

#include "brt/Target/Manifest.h"

namespace llvm {
class Module;
} // namespace llvm

namespace brt::x86 {

/// The symbol of an entry point's code for an instruction set.
std::string getEntrySymbol(llvm::StringRef isa, llvm::StringRef entry);

/// Adds `brt_program` (brt-c/Program.h) with variants for `isas`, the best
/// first, whose entry points are in `module` under getEntrySymbol.
void addProgramTable(llvm::Module &module, const Manifest &manifest,
                     llvm::ArrayRef<std::string> isas);

} // namespace brt::x86

#endif // BRT_TARGET_X86_PROGRAMTABLE_H
