//===- Processor.cpp - Instruction sets of processors by name -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Target/X86.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace mlir;
using namespace brt::x86;

/// What LLVM knows about a processor.
static std::unique_ptr<llvm::MCSubtargetInfo> describe(StringRef cpu) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      target->createMCSubtargetInfo(triple, cpu, /*Features=*/""));
}

FailureOr<std::string> brt::x86::findInstructionSetOf(Location loc,
                                                      StringRef cpu) {
  SmallVector<StringRef> known;
  llvm::X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  if (!llvm::is_contained(known, cpu)) {
    llvm::sort(known);
    return emitError(loc, "expects the processor to be one of ")
           << llvm::join(known, ", ") << ", but got '" << cpu << "'";
  }
  std::unique_ptr<llvm::MCSubtargetInfo> processor = describe(cpu);
  // Those that have AMX run dot products of bf16 slowly.
  bool hasAMX = processor->checkFeatures("+amx-bf16");
  for (const InstructionSet &isa : getInstructionSets())
    if (processor->checkFeatures(isa.extensions) && !(isa.hasBF16 && hasAMX))
      return isa.name.str();
  return emitError(loc, "expects a processor with AVX2 and FMA, but got '")
         << cpu << "'";
}
