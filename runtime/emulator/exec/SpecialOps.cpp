//===- SpecialOps.cpp - Special registers ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 10.
//
//===----------------------------------------------------------------------===//

#include "exec/Cluster.h"
#include "exec/Translator.h"

#include <algorithm>
#include <chrono>

using namespace brt::emu;

/// Special registers of clusters; without any, every block is one.
static uint32_t clusterValue(Special which, const Block &block) {
  const LaunchConfig &config = block.launch.config;
  auto among = [&](Special first) {
    return static_cast<uint32_t>(which) - static_cast<uint32_t>(first);
  };
  if (which == Special::ClusterCtarank)
    return block.rank;
  if (which == Special::ClusterNctarank)
    return static_cast<uint32_t>(block.cluster->blocks.size());
  if (which >= Special::ClusterNctaidX)
    return config.cluster[among(Special::ClusterNctaidX)];
  if (which >= Special::ClusterCtaidX) {
    uint32_t i = among(Special::ClusterCtaidX);
    return block.id[i] % config.cluster[i];
  }
  if (which >= Special::NclusteridX) {
    uint32_t i = among(Special::NclusteridX);
    return config.grid[i] / config.cluster[i];
  }
  uint32_t i = among(Special::ClusteridX);
  return block.id[i] / config.cluster[i];
}

static uint32_t specialValue(const Inst *inst, const Warp &warp,
                             unsigned lane) {
  const Block &block = *warp.block;
  const LaunchConfig &config = block.launch.config;
  uint32_t bit = 1u << lane;
  switch (static_cast<Special>(inst->aux)) {
  case Special::NtidX:
    return config.block[0];
  case Special::NtidY:
    return config.block[1];
  case Special::NtidZ:
    return config.block[2];
  case Special::CtaidX:
    return block.id[0];
  case Special::CtaidY:
    return block.id[1];
  case Special::CtaidZ:
    return block.id[2];
  case Special::NctaidX:
    return config.grid[0];
  case Special::NctaidY:
    return config.grid[1];
  case Special::NctaidZ:
    return config.grid[2];
  case Special::LaneId:
    return lane;
  case Special::WarpId:
    return warp.index;
  case Special::NwarpId:
    return static_cast<uint32_t>(block.warps.size());
  case Special::LaneMaskEq:
    return bit;
  case Special::LaneMaskLt:
    return bit - 1;
  case Special::LaneMaskLe:
    return bit | (bit - 1);
  case Special::LaneMaskGt:
    return ~(bit | (bit - 1));
  case Special::LaneMaskGe:
    return ~(bit - 1);
  // Where cooperative groups find the grid's barrier: high word, low word.
  case Special::EnvReg1:
    return static_cast<uint32_t>(config.gridSyncWorkspace >> 32);
  case Special::EnvReg2:
    return static_cast<uint32_t>(config.gridSyncWorkspace);
  case Special::DynamicShared:
    return config.dynamicShared;
  case Special::TotalShared:
    return block.sharedBytes;
  case Special::NsmId:
    return 1;
  case Special::SmId:
    return 0;
  default:
    return clusterValue(static_cast<Special>(inst->aux), block);
  }
}

static uint64_t nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

const Inst *brt::emu::runSpecial(const Inst *inst, Warp &warp) {
  Special which = static_cast<Special>(inst->aux);
  if (which == Special::Clock || which == Special::Clock64 ||
      which == Special::GlobalTimer || which == Special::GridId) {
    // Host time stands for cycles: it moves forward, and means nothing more.
    uint64_t now = which == Special::GridId ? 1 : nanoseconds();
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      if (which == Special::Clock)
        warp.reg<uint32_t>(inst->d)[lane] = static_cast<uint32_t>(now);
      else
        warp.reg<uint64_t>(inst->d)[lane] = now;
    }
  } else {
    uint32_t *d = warp.reg<uint32_t>(inst->d);
    bool ofLane = which == Special::LaneId || (which >= Special::LaneMaskEq &&
                                               which <= Special::LaneMaskGe);
    if (which <= Special::TidZ)
      std::copy_n(warp.tid[inst->aux], kLanes, d);
    else if (!ofLane)
      std::fill_n(d, kLanes, specialValue(inst, warp, 0));
    else
      for (unsigned lane = 0; lane < kLanes; ++lane)
        d[lane] = specialValue(inst, warp, lane);
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runExplicitCluster(const Inst *inst, Warp &warp) {
  warp.mask(inst->d) =
      warp.block->launch.config.explicitCluster ? kAllLanes : 0;
  BRT_EMU_NEXT(inst + 1, warp);
}
