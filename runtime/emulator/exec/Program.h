//===- Program.h - A module ready to run ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_PROGRAM_H
#define BRT_EMULATOR_EXEC_PROGRAM_H

#include "exec/Inst.h"
#include "memory/DeviceMemory.h"

#include <deque>
#include <unordered_map>

namespace brt::emu {

/// A register whose lanes have to be watched: some path reaches a read of it
/// without a write.
struct TrackedRegister {
  uint32_t index = 0; // Function::registers
  uint32_t mask = 0;  // offset of its word of written lanes
};

/// One straight piece of code; counted as a whole.
struct BasicBlock {
  uint32_t first = 0, last = 0; // Function::body, half open
};

/// A translated function.
struct Code {
  const Function *function = nullptr;
  std::vector<Inst> insts;
  /// Registers, then the words of tracked registers, then what one instruction
  /// needs for itself, then constants.
  uint32_t frameBytes = 0;
  uint32_t trackedAt = 0, trackedBytes = 0;
  uint32_t constantsAt = 0;
  std::vector<uint8_t> constants;
  /// Local arrays and .param variables of the body, per thread.
  uint32_t localBytes = 0;
  /// Offsets of results and parameters in that memory (not for entries).
  std::vector<uint32_t> resultAt, parameterAt;
  /// First index into the block counters of a launch.
  uint32_t firstBlock = 0;
  std::vector<BasicBlock> blocks;

  // Entries only.
  uint32_t parameterBytes = 0;
  std::vector<uint32_t> parameterOffsets;
  uint32_t staticShared = 0;    // bytes
  uint32_t dynamicSharedAt = 0; // offset of the dynamic array
  uint32_t localReserve = 0;    // bytes of local memory a thread may need
};

/// A module placed in device memory and translated.
class Program {
public:
  std::unique_ptr<Module> module;
  std::deque<Code> codes;
  std::unordered_map<const Function *, Code *> codeOf;
  /// Device addresses of global and constant variables.
  std::unordered_map<const Variable *, uint64_t> addressOf;
  /// Code by the "address" that a function pointer holds.
  std::unordered_map<uint64_t, const Code *> functionAt;
  /// What handlers point to with Inst::imm.
  std::deque<std::shared_ptr<void>> infos;
  uint32_t blockCount = 0; // basic blocks in all functions
  uint32_t siteCount = 0;  // memory accesses in all functions
  /// Access index -> where it is.
  std::vector<const Instruction *> sites;

  const Code *findEntry(const std::string &name) const;
  /// "file.cu:12" for an instruction with `.loc`, else empty.
  std::string sourceOf(const Instruction &inst) const;

  Program(DeviceMemory &memory, bool exact) : memory(memory), exact(exact) {}
  ~Program();
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;

  DeviceMemory &memory;
  const bool exact; // integers in place of floats (ExactRing.h)
};

/// Parses, places and translates one PTX text. On failure returns null and
/// fills `diagnostic`: what is malformed, or which form is not supported. In
/// `exact` mode float arithmetic is that of a ring of integers.
std::unique_ptr<Program> loadProgram(std::string_view text,
                                     DeviceMemory &memory,
                                     Diagnostic &diagnostic,
                                     bool exact = false);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_PROGRAM_H
