//===- Block.h - One thread block and its warps ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_BLOCK_H
#define BRT_EMULATOR_EXEC_BLOCK_H

#include "check/Report.h"
#include "exec/Async.h"
#include "exec/Counters.h"
#include "exec/Mbarrier.h"
#include "exec/Warp.h"

#include <algorithm>
#include <unordered_set>

namespace brt::emu {

class BlockClocks;
class Cluster;
class GlobalRaces;
class SharedRaces;

struct LaunchConfig {
  const Program *program = nullptr;
  const Code *kernel = nullptr;
  uint32_t grid[3] = {1, 1, 1};
  uint32_t block[3] = {1, 1, 1};
  uint32_t cluster[3] = {1, 1, 1}; // blocks; resolveCluster checks it
  bool explicitCluster = false;    // the size was asked for
  uint32_t dynamicShared = 0;      // bytes
  bool cooperative = false;
  /// The parameter block, laid out by Code::parameterOffsets.
  std::vector<uint8_t> parameters;
  uint64_t gridSyncWorkspace = 0; // device address, %envreg1 and 2
};

/// What all blocks of a launch share.
struct Launch {
  const LaunchConfig &config;
  const Options &options;
  DeviceMemory &memory;
  Report report;
  uint64_t parameterBase = 0; // device address of the parameter block
  /// Changes of memory that another thread may wait for; for the detection of
  /// waits without end.
  std::atomic<uint64_t> progress{0};
  std::unique_ptr<GlobalRaces> races; // null when that check is off

  Launch(const LaunchConfig &config, const Options &options,
         DeviceMemory &memory);
  ~Launch();
};

/// xorshift64*: small, seeded, the same everywhere.
struct Random {
  uint64_t state;
  explicit Random(uint64_t seed) : state(seed * 2685821657736338717u + 1) {}
  uint32_t next() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return static_cast<uint32_t>((state * 2685821657736338717u) >> 32);
  }
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((uint64_t(next()) * bound) >> 32);
  }
};

/// A host thread that runs blocks.
struct Worker {
  Launch &launch;
  Counters counters;
  Random random;
  /// Of the most recent global accesses.
  const Allocation *recent[4] = {};
  bool changedMemory = false; // since Launch::progress was last told

  Worker(Launch &launch, uint64_t seed)
      : launch(launch), counters(*launch.config.program), random(seed) {}

  void forgetAllocations() {
    std::fill(std::begin(recent), std::end(recent), nullptr);
  }
  /// The allocation, live or freed, that holds the range; null if there is
  /// none.
  const Allocation *findAllocation(uint64_t address, uint64_t bytes);
};

/// A named barrier (PTX ISA 9.7.13.1). Arrivals are counted in warps.
struct Barrier {
  uint32_t arrived = 0;
  uint32_t expected = 0; // 0: all warps of the block that have not exited
  uint32_t waiting = 0;  // warps, one bit each
  uint32_t members = 0;  // warps that arrived or wait
  bool inUse = false;
  // bar.red
  uint32_t trueLanes = 0;
  bool allTrue = true, anyTrue = false;
};

class Block {
public:
  explicit Block(Launch &launch);
  ~Block();

  /// Becomes the block with that index, before its first instruction. What it
  /// ran before has finished; its memory is used again.
  void start(uint64_t linearIndex);

  enum class Outcome : uint8_t { Finished, TurnOver, Stopped };
  /// Runs warps, picked at random, until the block is done, a number of turns
  /// has passed, or the launch is stopped.
  Outcome run(Worker &worker);

  Launch &launch;
  uint32_t id[3] = {};
  Cluster *cluster = nullptr;
  uint32_t rank = 0; // in the cluster
  bool finished = false;
  std::vector<Warp> warps;
  uint32_t sharedBytes = 0;
  uint8_t *shared = nullptr;  // data
  ptrdiff_t sharedShadow = 0; // distance to the init byte of a byte
  // Null when that check is off.
  std::unique_ptr<BlockClocks> clocks;
  std::unique_ptr<SharedRaces> races;

  static constexpr unsigned kBarriers = 16;
  Barrier barriers[kBarriers];
  std::unordered_map<uint32_t, Mbarrier> mbarriers; // by offset
  std::vector<BulkCopy> bulkLoads;                  // under way

  /// A warp arrives; `wait` says whether it will wait. False if the barrier's
  /// use is malformed (reported at `inst`).
  bool arrive(Warp &warp, const Inst *inst, uint32_t barrier, uint32_t threads,
              bool wait);
  void warpExited(Warp &warp);
  /// After a visit that did not finish the block: looks whether every warp of
  /// it came back to a state that it had since memory last changed. Such a
  /// block only goes on if another one changes something.
  void noteVisit();
  /// True if that was so when Launch::progress was `progress`.
  bool isQuiet(uint64_t progress) const {
    return quiet && quietSince == progress;
  }
  void reportEndlessWait();
  uint32_t liveWarps() const;
  /// The block of the cluster in whose shared memory an address lies; null
  /// where there is none.
  Block *blockAt(uint64_t address);

private:
  std::unique_ptr<uint8_t[]> sharedStorage;
  uint64_t quietSince = 0;
  bool quiet = false;
  std::vector<std::unordered_set<uint64_t>> seenStates; // per warp, hashed
  void completeIfReady(uint32_t barrier);
  void reportDeadlock();
};

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_BLOCK_H
