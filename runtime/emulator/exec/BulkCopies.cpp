//===- BulkCopies.cpp - Bulk copies under way -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies to shared memory land when a wait at their mbarrier needs them, or at
// once; copies to global memory when their group is waited for, when the thread
// exits, or at once: the seed decides. A linear copy is a box of one row.
//
//===----------------------------------------------------------------------===//

#include "exec/Async.h"
#include "exec/Memory.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;

static constexpr uint32_t kPiece = 16; // bytes that a swizzle moves together
static constexpr uint32_t kOneInLandsEarly = 4;

/// Where byte `at` of a box lies in shared memory.
static uint32_t placeOf(const BulkCopy &copy, uint32_t at) {
  uint32_t address = copy.shared + at;
  return address ^ ((address >> 7 & copy.map.swizzleMask) << 4);
}

/// What lies outside reads as zeros, or as NaN in every float format.
static void moveRow(Block &block, const BulkCopy &copy, uint32_t row) {
  uint32_t width = copy.map.rowBytes();
  BoxRow inside = boxRow(copy.map, copy.at, row);
  std::vector<uint8_t> line(width, copy.map.fillNaN ? 0xff : 0);
  if (copy.isLoad && inside.bytes)
    std::memcpy(line.data() + inside.skipped,
                copy.value.empty()
                    ? reinterpret_cast<const uint8_t *>(inside.address)
                    : copy.value.data(),
                inside.bytes);
  for (uint32_t at = 0; at < width; at += kPiece) {
    uint8_t *shared = block.shared + placeOf(copy, row * width + at);
    uint32_t bytes = std::min(kPiece, width - at);
    if (copy.isLoad) {
      std::memcpy(shared, line.data() + at, bytes);
      std::memset(shared + block.sharedShadow, 1, bytes);
    } else {
      std::memcpy(line.data() + at, shared, bytes);
    }
  }
  if (!copy.isLoad && inside.bytes) {
    std::memcpy(reinterpret_cast<uint8_t *>(inside.address),
                line.data() + inside.skipped, inside.bytes);
    block.launch.memory.markInitialised(inside.address, inside.bytes);
  }
}

static void move(Worker &worker, Block &block, const BulkCopy &copy) {
  for (uint32_t row = 0; row < copy.map.rows(); ++row)
    moveRow(block, copy, row);
  worker.changedMemory = true;
}

/// A load has landed: its bytes count at the barrier, and who waits there knows
/// what the thread knew that asked for it.
static void land(Worker &worker, Block &block, const BulkCopy &copy) {
  move(worker, block, copy);
  uint32_t bytes = copy.map.boxBytes();
  if (block.races && copy.by == &block)
    block.races->landProxy(copy.access, copy.tick, copy.shared, bytes);
  else if (block.races)
    block.races->remote->land(copy.shared, bytes, copy.value.empty());
  if (copy.fromShared && copy.by->races)
    copy.by->races->endRead(
        copy.access, copy.tick,
        static_cast<uint32_t>(copy.map.base -
                              reinterpret_cast<uint64_t>(copy.by->shared)),
        bytes);
  auto found = block.mbarriers.find(copy.barrier);
  if (found == block.mbarriers.end())
    return;
  Mbarrier &barrier = found->second;
  barrier.transaction -= bytes;
  if (block.clocks)
    barrier.arriving.join(copy.knowledge);
  completePhase(block, barrier);
}

void brt::emu::giveTo(Block &home, Warp &warp, Knowledge &to) {
  BlockClocks *clocks = warp.block->clocks.get();
  if (!clocks)
    return;
  if (&home == warp.block)
    return clocks->give(warp.index, to);
  Knowledge given;
  clocks->giveCluster(warp.index, true, given);
  to.join(given.entering(home.clocks->block));
}

void brt::emu::beginLoad(Warp &warp, Block &to, BulkCopy copy) {
  if (to.races) {
    // Whoever reads before the wait is reported as a race, not as a reader of
    // memory that was never written.
    std::memset(to.shared + to.sharedShadow + copy.shared, 1,
                copy.map.boxBytes());
    copy.tick = warp.block->clocks->now(warp.index);
  }
  giveTo(to, warp, copy.knowledge);
  if (warp.worker->random.below(kOneInLandsEarly) == 0)
    land(*warp.worker, to, copy);
  else
    to.bulkLoads.push_back(std::move(copy));
}

void brt::emu::beginStore(Warp &warp, BulkCopy copy) {
  bool early = warp.worker->random.below(kOneInLandsEarly) == 0;
  if (early)
    move(*warp.worker, *warp.block, copy);
  uint32_t group = warp.bulkGroups[copy.access.lane];
  warp.bulkStores.push_back({std::move(copy), group, early});
}

bool brt::emu::advanceLoads(Worker &worker, Block &block, uint32_t barrier) {
  auto &loads = block.bulkLoads;
  uint32_t start =
      loads.empty() ? 0
                    : worker.random.below(static_cast<uint32_t>(loads.size()));
  for (size_t i = 0; i < loads.size(); ++i) {
    size_t at = (start + i) % loads.size();
    if (loads[at].barrier != barrier)
      continue;
    BulkCopy copy = std::move(loads[at]);
    loads.erase(loads.begin() + static_cast<ptrdiff_t>(at));
    land(worker, block, copy);
    return true;
  }
  return false;
}

void brt::emu::finishStores(Warp &warp, uint32_t lanes, uint64_t mayStay) {
  auto done = [&](const BulkStore &store) {
    unsigned lane = store.copy.access.lane;
    if (!(lanes >> lane & 1) || store.group + mayStay >= warp.bulkGroups[lane])
      return false;
    Block &block = *warp.block;
    if (!store.landed)
      move(*warp.worker, block, store.copy);
    if (block.races)
      block.races->endRead(store.copy.access, block.clocks->now(warp.index),
                           store.copy.shared, store.copy.map.boxBytes());
    return true;
  };
  warp.bulkStores.erase(
      std::remove_if(warp.bulkStores.begin(), warp.bulkStores.end(), done),
      warp.bulkStores.end());
}
