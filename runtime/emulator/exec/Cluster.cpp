//===- Cluster.cpp - Blocks that run together -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Cluster.h"

#include "check/SharedRaces.h"
#include "exec/Memory.h"

#include <algorithm>
#include <fmt/format.h>

using namespace brt::emu;

Cluster::Cluster(Launch &launch) : launch(launch) {
  const uint32_t *size = launch.config.cluster;
  for (uint32_t rank = 0; rank < size[0] * size[1] * size[2]; ++rank) {
    blocks.push_back(std::make_unique<Block>(launch));
    blocks.back()->cluster = this;
    blocks.back()->rank = rank;
  }
}

void Cluster::start(uint64_t linearIndex) {
  const LaunchConfig &config = launch.config;
  uint64_t first[3];
  for (int i = 0; i < 3; ++i) {
    uint32_t clusters = config.grid[i] / config.cluster[i];
    first[i] = linearIndex % clusters * config.cluster[i];
    linearIndex /= clusters;
  }
  size_t rank = 0;
  for (uint32_t z = 0; z < config.cluster[2]; ++z)
    for (uint32_t y = 0; y < config.cluster[1]; ++y)
      for (uint32_t x = 0; x < config.cluster[0]; ++x) {
        uint64_t row = (first[2] + z) * config.grid[1] + first[1] + y;
        blocks[rank++]->start(row * config.grid[0] + first[0] + x);
      }
  arriving = completed = {};
}

Block::Outcome Cluster::run(Worker &worker) {
  uint32_t count = static_cast<uint32_t>(blocks.size());
  uint32_t start = count > 1 ? worker.random.below(count) : 0;
  Block::Outcome result = Block::Outcome::Finished;
  for (uint32_t i = 0; i < count; ++i) {
    Block &block = *blocks[(start + i) % count];
    if (block.finished)
      continue;
    Block::Outcome outcome = block.run(worker);
    if (outcome == Block::Outcome::Finished)
      blockFinished(block);
    else
      result = outcome;
    if (outcome == Block::Outcome::Stopped || launch.report.stopped())
      return Block::Outcome::Stopped;
  }
  return result;
}

/// Others must be done with its shared memory by now.
void Cluster::blockFinished(Block &block) {
  block.finished = true;
  Conflict conflict;
  if (block.races && block.races->remote &&
      block.races->remote->findUnordered(*block.clocks, conflict))
    reportEarlyExit(block, conflict);
}

void Cluster::noteVisit() {
  for (const auto &block : blocks)
    if (!block->finished)
      block->noteVisit();
}

bool Cluster::isQuiet(uint64_t progress) const {
  return std::all_of(blocks.begin(), blocks.end(), [&](const auto &block) {
    return block->finished || block->isQuiet(progress);
  });
}

void Cluster::reportEndlessWait() {
  for (const auto &block : blocks)
    if (!block->finished)
      return block->reportEndlessWait();
}

bool Cluster::arrive(const Inst *inst, Warp &warp, bool release) {
  if (warp.clusterWaits & warp.active) {
    warp.report(inst, FindingKind::BarrierDivergence,
                warp.clusterWaits & warp.active,
                "expects barrier.cluster.wait after the last "
                "barrier.cluster.arrive");
    return false;
  }
  warp.clusterArrived |= warp.active;
  warp.clusterWaits |= warp.active;
  if (warp.block->clocks)
    warp.block->clocks->giveCluster(warp.index, release, arriving);
  launch.progress.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool Cluster::isOver(Warp &warp) {
  completeIfReady();
  if (warp.clusterArrived & warp.active)
    return false;
  warp.clusterWaits &= ~warp.active;
  if (warp.block->clocks)
    warp.block->clocks->takeCluster(warp.index, completed);
  return true;
}

/// The phase ends when every thread that has not exited has arrived.
void Cluster::completeIfReady() {
  bool any = false;
  for (const auto &block : blocks)
    for (const Warp &warp : block->warps) {
      if (warp.live & ~warp.clusterArrived)
        return;
      any |= warp.clusterArrived != 0;
    }
  if (!any)
    return;
  for (const auto &block : blocks)
    for (Warp &warp : block->warps)
      warp.clusterArrived = 0;
  completed = std::move(arriving);
  arriving = {};
  launch.progress.fetch_add(1, std::memory_order_relaxed);
}

bool brt::emu::resolveCluster(const Function &kernel, const uint32_t grid[3],
                              bool moreThanPortable, uint32_t cluster[3],
                              std::string &error) {
  if (kernel.blocksAreClusters) {
    error = "expects a kernel without .blocksareclusters, which is not "
            "supported: .reqnctapercluster alone is";
    return false;
  }
  const uint32_t *required = kernel.requiredCluster;
  bool asked = cluster[0] && cluster[1] && cluster[2];
  if (required[0] && asked && !std::equal(cluster, cluster + 3, required)) {
    error = fmt::format("expects clusters of {}x{}x{} blocks, but got {}x{}x{}",
                        required[0], required[1], required[2], cluster[0],
                        cluster[1], cluster[2]);
    return false;
  }
  if (!required[0] && !asked && kernel.explicitCluster) {
    error = "expects the launch to give the size of its clusters";
    return false;
  }
  for (int i = 0; i < 3; ++i)
    cluster[i] = required[0] ? required[i] : asked ? cluster[i] : 1;
  uint64_t blocks = uint64_t(cluster[0]) * cluster[1] * cluster[2];
  uint32_t most =
      moreThanPortable ? Cluster::kMostBlocks : Cluster::kPortableBlocks;
  if (kernel.maxClusterRank)
    most = std::min(most, kernel.maxClusterRank);
  if (blocks > most) {
    error = fmt::format("expects clusters of at most {} blocks, but got {}",
                        most, blocks);
    return false;
  }
  for (int i = 0; i < 3; ++i)
    if (grid[i] % cluster[i]) {
      error = fmt::format("expects a grid of whole clusters, but got {} blocks "
                          "in clusters of {}",
                          grid[i], cluster[i]);
      return false;
    }
  return true;
}
