//===- Cluster.h - Blocks that run together -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 2.2.2. The blocks of a cluster see each other's shared memory and
// share a barrier. One worker runs them all, so that nothing of this needs a
// lock. Where no cluster was asked for, every block is a cluster of its own.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_CLUSTER_H
#define BRT_EMULATOR_EXEC_CLUSTER_H

#include "exec/Block.h"

namespace brt::emu {

// An address in the shared memory of a cluster has the rank of the block, plus
// one, above the offset; zero there stands for the block itself.
constexpr unsigned kRankShift = 24;
constexpr uint64_t kRankMask = uint64_t(0xff) << kRankShift;
constexpr uint64_t kOffsetMask = (uint64_t(1) << kRankShift) - 1;

class Cluster {
public:
  /// More than the first needs a kernel's leave.
  static constexpr uint32_t kPortableBlocks = 8, kMostBlocks = 16;

  explicit Cluster(Launch &launch);
  /// Becomes the cluster of that linear index.
  void start(uint64_t linearIndex);

  /// Runs every block for a while.
  Block::Outcome run(Worker &worker);
  /// As in Block, of all its blocks.
  void noteVisit();
  bool isQuiet(uint64_t progress) const;
  void reportEndlessWait();

  /// barrier.cluster: the current path of `warp` arrives. False after a
  /// finding.
  bool arrive(const Inst *inst, Warp &warp, bool release);
  /// True if the phase at which the current path arrived is over.
  bool isOver(Warp &warp);

  std::vector<std::unique_ptr<Block>> blocks; // by rank

private:
  Launch &launch;
  Knowledge arriving, completed;

  void completeIfReady();
  void blockFinished(Block &block);
};

/// The size of a launch's clusters from what the launch asks for, zeros for
/// nothing, and what the kernel says. False if they do not fit each other or
/// the grid; `error` then says why.
bool resolveCluster(const Function &kernel, const uint32_t grid[3],
                    bool moreThanPortable, uint32_t cluster[3],
                    std::string &error);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_CLUSTER_H
