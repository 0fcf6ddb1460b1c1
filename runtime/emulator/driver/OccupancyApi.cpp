//===- OccupancyApi.cpp - How much of a kernel fits on the device ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"
#include "exec/Cluster.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

/// Blocks of one multiprocessor.
static Result activeBlocks(LoadedFunction *function, uint64_t threads,
                           size_t dynamicShared, uint64_t &blocks) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.functions.count(function) || threads == 0)
    return ErrorInvalidValue;
  constexpr uint64_t kThreads = 2048, kBlocks = 32, kReserved = 1024;
  uint64_t shared = function->code->staticShared + dynamicShared + kReserved;
  uint64_t byShared = (driver.sharedOptInLimit() + kReserved) / shared;
  blocks = std::min({kBlocks, kThreads / threads, byShared});
  return Success;
}

BRT_CUDA_API cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int *blocks, LoadedFunction *function, int threads, size_t dynamicShared,
    unsigned) {
  uint64_t count = 0;
  Result result =
      activeBlocks(function, static_cast<uint64_t>(std::max(threads, 0)),
                   dynamicShared, count);
  *blocks = static_cast<int>(count);
  return result;
}
BRT_CUDA_API cuOccupancyMaxActiveBlocksPerMultiprocessor(
    int *blocks, LoadedFunction *function, int threads, size_t dynamicShared) {
  return cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
      blocks, function, threads, dynamicShared, 0);
}

static Result activeBlocks(const abi::LaunchConfig &config,
                           LoadedFunction *function, uint64_t &blocks) {
  uint64_t threads = uint64_t(config.blockX) * config.blockY * config.blockZ;
  return activeBlocks(function, threads, config.sharedBytes, blocks);
}

BRT_CUDA_API cuOccupancyMaxActiveClusters(int *clusters,
                                          LoadedFunction *function,
                                          const abi::LaunchConfig *config) {
  uint64_t blocks = 0;
  Result result = activeBlocks(*config, function, blocks);
  if (result != Success)
    return result;
  brt::emu::LaunchConfig grid;
  if ((result = resolveClusters(*config, *function, grid)) != Success)
    return result;
  *clusters =
      static_cast<int>(blocks * Driver::kMultiprocessors /
                       (grid.cluster[0] * grid.cluster[1] * grid.cluster[2]));
  return Success;
}

BRT_CUDA_API
cuOccupancyMaxPotentialClusterSize(int *size, LoadedFunction *function,
                                   const abi::LaunchConfig *config) {
  uint64_t blocks = 0;
  Result result = activeBlocks(*config, function, blocks);
  if (result != Success)
    return result;
  uint32_t most = function->moreThanPortable ? Cluster::kMostBlocks
                                             : Cluster::kPortableBlocks;
  bool none = blocks == 0 || !Driver::get().hasClusters();
  *size = none ? 0 : static_cast<int>(most);
  return Success;
}
