//===- Counters.h - What a launch did -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_COUNTERS_H
#define BRT_EMULATOR_EXEC_COUNTERS_H

#include "exec/Program.h"

#include <map>

namespace brt::emu {

/// How often a basic block ran.
struct BlockCount {
  uint64_t warps = 0;    // entered by a warp or a part of one
  uint64_t diverged = 0; // of those, by less than the warp's live lanes
  uint64_t lanes = 0;    // sum of the lanes that entered
};

/// What one memory instruction did. An access is one warp executing it once.
struct SiteCount {
  uint64_t accesses = 0;
  uint64_t bytes = 0;      // asked for by the lanes
  uint64_t sectors = 0;    // 32-byte pieces of global memory touched
  uint64_t wavefronts = 0; // passes over the 32 four-byte shared banks
  uint64_t ideal = 0;      // passes that the bytes alone would need
  uint64_t asyncBytes = 0; // written by asynchronous copies

  void add(const SiteCount &other);
};

struct Counters {
  std::vector<BlockCount> blocks;
  std::vector<SiteCount> sites;

  explicit Counters(const Program &program)
      : blocks(program.blockCount), sites(program.siteCount) {}
  void add(const Counters &other);
};

/// The counters of a launch, by instruction class and by line of the PTX.
struct CounterSummary {
  struct Line {
    uint64_t warpInstructions = 0, diverged = 0, lanes = 0;
    SiteCount memory;
    std::string text; // the instruction without its operands
  };
  std::string kernel;
  uint64_t warpInstructions = 0;
  std::map<std::string, uint64_t> byClass; // warp-instructions
  uint64_t divergedInstructions = 0;
  uint64_t tensorMultiplyAdds = 0; // of tensor instructions, scalar ones
  SiteCount memory;
  std::map<uint32_t, Line> lines;

  std::string text() const;
  /// One line.
  std::string json() const;
};

CounterSummary summarise(const Program &program, const Code &kernel,
                         const Counters &counters);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_COUNTERS_H
