//===- Block.cpp - One thread block and its warps -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Block.h"

#include "check/GlobalRaces.h"
#include "exec/Cluster.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace brt::emu;

/// Basic blocks that a warp runs before another may: short and long turns, so
/// that schedules differ.
static constexpr uint32_t kShortTurn = 16, kLongTurn = 2048;
/// Turns of warps before another block of the same worker gets its chance.
static constexpr unsigned kTurnsPerVisit = 256;
/// Fewer where nothing comes of them: turns per warp without a change of
/// memory.
static constexpr size_t kQuietTurnsPerWarp = 4;
/// Shared memory starts as quiet NaNs.
static constexpr int kNanByte = 0xff;

Launch::Launch(const LaunchConfig &config, const Options &options,
               DeviceMemory &memory)
    : config(config), options(options), memory(memory), report(options) {
  if (options.checked(FindingKind::Race))
    races = std::make_unique<GlobalRaces>();
}

Launch::~Launch() = default;

static void placeThreads(Warp &warp, const LaunchConfig &config,
                         uint32_t threads) {
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    uint32_t linear = warp.index * kLanes + lane;
    if (linear < threads)
      warp.present |= 1u << lane;
    warp.tid[0][lane] = linear % config.block[0];
    warp.tid[1][lane] = linear / config.block[0] % config.block[1];
    warp.tid[2][lane] = linear / config.block[0] / config.block[1];
  }
}

Block::Block(Launch &launch) : launch(launch) {
  const LaunchConfig &config = launch.config;
  const Code &code = *config.kernel;
  sharedBytes = code.dynamicSharedAt + config.dynamicShared;
  constexpr size_t kAlign = 1024; // what the widest swizzle asks for
  size_t data = (sharedBytes + kAlign - 1) & ~(kAlign - 1);
  sharedStorage.reset(new uint8_t[2 * data + kAlign]);
  uintptr_t begin = reinterpret_cast<uintptr_t>(sharedStorage.get());
  shared = reinterpret_cast<uint8_t *>((begin + kAlign - 1) & ~(kAlign - 1));
  sharedShadow = static_cast<ptrdiff_t>(data);
  if (launch.races)
    races = std::make_unique<SharedRaces>(sharedBytes);

  uint32_t threads = config.block[0] * config.block[1] * config.block[2];
  warps.resize((threads + kLanes - 1) / kLanes);
  for (size_t i = 0; i < warps.size(); ++i) {
    Warp &warp = warps[i];
    warp.block = this;
    warp.index = static_cast<uint32_t>(i);
    placeThreads(warp, config, threads);
    warp.localBytes = code.localReserve;
    warp.local.reset(new uint8_t[2 * size_t(warp.localBytes) * kLanes]);
  }
}

void Block::start(uint64_t linearIndex) {
  const LaunchConfig &config = launch.config;
  id[0] = static_cast<uint32_t>(linearIndex % config.grid[0]);
  id[1] = static_cast<uint32_t>(linearIndex / config.grid[0] % config.grid[1]);
  id[2] = static_cast<uint32_t>(linearIndex / config.grid[0] / config.grid[1]);
  size_t data = static_cast<size_t>(sharedShadow);
  std::memset(shared, kNanByte, data);
  std::memset(shared + data, 0, data);
  if (launch.races) {
    clocks = std::make_unique<BlockClocks>(static_cast<unsigned>(warps.size()),
                                           static_cast<uint32_t>(linearIndex),
                                           launch.races->clocks);
    races->start(*clocks);
  }
  std::fill(std::begin(barriers), std::end(barriers), Barrier());
  mbarriers.clear();
  bulkLoads.clear();
  seenStates.clear();
  quiet = finished = false;
  for (Warp &warp : warps)
    warp.start(*config.kernel);
}

Block::~Block() = default;

uint32_t Block::liveWarps() const {
  uint32_t count = 0;
  for (const Warp &warp : warps)
    count +=
        warp.state == WarpState::Ready || warp.state == WarpState::AtBarrier;
  return count;
}

Block *Block::blockAt(uint64_t address) {
  uint64_t above = (address & kRankMask) >> kRankShift;
  if (above == 0)
    return this;
  return above <= cluster->blocks.size() ? cluster->blocks[above - 1].get()
                                         : nullptr;
}

/// Lets a path that is not the furthest behind have every other turn, so that
/// no lane waits for ever for a lane of its own warp.
static void rotatePaths(Warp &warp, Random &random) {
  if (warp.others.empty()) {
    warp.fairTurn = false;
    return;
  }
  warp.fairTurn = !warp.fairTurn;
  if (!warp.fairTurn)
    return;
  uint32_t start = random.below(static_cast<uint32_t>(warp.others.size()));
  for (size_t i = 0; i < warp.others.size(); ++i) {
    Path &other = warp.others[(start + i) % warp.others.size()];
    if (other.blocked)
      continue;
    Path chosen = other;
    other = {warp.active, warp.pc, warp.frame, false};
    warp.enter(chosen);
    return;
  }
}

Block::Outcome Block::run(Worker &worker) {
  size_t quietTurns = 0;
  for (unsigned turn = 0;
       turn < kTurnsPerVisit && quietTurns < kQuietTurnsPerWarp * warps.size();
       ++turn) {
    uint32_t start = worker.random.below(static_cast<uint32_t>(warps.size()));
    Warp *chosen = nullptr;
    bool anyLive = false;
    for (size_t i = 0; i < warps.size() && !chosen; ++i) {
      Warp &warp = warps[(start + i) % warps.size()];
      anyLive |= warp.state == WarpState::AtBarrier;
      if (warp.state == WarpState::Ready)
        chosen = &warp;
    }
    if (!chosen) {
      if (!anyLive)
        return Outcome::Finished;
      reportDeadlock();
      return Outcome::Stopped;
    }
    chosen->worker = &worker;
    chosen->budget = kShortTurn + worker.random.below(kLongTurn);
    if (!chosen->others.empty())
      chosen->budget = kShortTurn;
    rotatePaths(*chosen, worker.random);
    chosen->run();
    ++quietTurns;
    if (worker.changedMemory) {
      quietTurns = 0;
      launch.progress.fetch_add(1, std::memory_order_relaxed);
      worker.changedMemory = false;
    }
    if (launch.report.stopped())
      return Outcome::Stopped;
    if (chosen->state == WarpState::Done || chosen->state == WarpState::Faulted)
      warpExited(*chosen);
  }
  return Outcome::TurnOver;
}

bool Block::arrive(Warp &warp, const Inst *inst, uint32_t index,
                   uint32_t threads, bool wait) {
  if (index >= kBarriers || threads % kLanes != 0) {
    warp.report(inst, FindingKind::BarrierDivergence, warp.active,
                fmt::format("expects one of {} barriers and a count that is a "
                            "multiple of {}, but got barrier {} and count {}",
                            kBarriers, kLanes, index, threads));
    return false;
  }
  Barrier &barrier = barriers[index];
  uint32_t expected = threads / kLanes;
  if (barrier.inUse && barrier.expected != expected) {
    warp.report(inst, FindingKind::BarrierDivergence, warp.active,
                fmt::format("expects barrier {} to be used with one count, but "
                            "got {} threads after {}",
                            index, threads, barrier.expected * kLanes));
    return false;
  }
  if (clocks)
    clocks->release(warp.index, index);
  barrier.inUse = true;
  barrier.expected = expected;
  ++barrier.arrived;
  barrier.members |= 1u << warp.index;
  if (wait) {
    barrier.waiting |= 1u << warp.index;
    warp.state = WarpState::AtBarrier;
  }
  completeIfReady(index);
  return true;
}

void Block::completeIfReady(uint32_t index) {
  Barrier &barrier = barriers[index];
  if (!barrier.inUse)
    return;
  uint32_t needed = barrier.expected ? barrier.expected : liveWarps();
  if (barrier.arrived < needed)
    return;
  for (Warp &warp : warps) {
    if (!(barrier.waiting >> warp.index & 1))
      continue;
    warp.state = WarpState::Ready;
    warp.barrierResult = barrier.trueLanes;
    warp.barrierAll = barrier.allTrue;
    warp.barrierAny = barrier.anyTrue;
  }
  if (clocks)
    clocks->acquire(barrier.waiting, index);
  barrier = Barrier();
  launch.progress.fetch_add(1, std::memory_order_relaxed);
}

void Block::warpExited(Warp &warp) {
  for (uint32_t index = 0; index < kBarriers; ++index)
    completeIfReady(index);
  launch.progress.fetch_add(1, std::memory_order_relaxed);
}

void Block::noteVisit() {
  uint64_t progress = launch.progress.load();
  if (progress != quietSince || seenStates.empty()) {
    quietSince = progress;
    seenStates.assign(warps.size(), {});
  }
  quiet = true;
  for (size_t i = 0; i < warps.size(); ++i)
    if (warps[i].state == WarpState::Ready &&
        seenStates[i].insert(warps[i].hashState()).second)
      quiet = false;
}

void Block::reportEndlessWait() {
  for (Warp &warp : warps) {
    if (warp.state != WarpState::Ready)
      continue;
    warp.report(warp.pc, FindingKind::Deadlock, warp.active,
                "every warp that is left waits in a loop or at a barrier, and "
                "none will change what the others wait for");
    return;
  }
  reportDeadlock();
}

void Block::reportDeadlock() {
  for (Warp &warp : warps) {
    if (warp.state != WarpState::AtBarrier)
      continue;
    // The warp stands behind its barrier.
    warp.report(warp.pc - 1, FindingKind::Deadlock, warp.active,
                "all warps of the block that are left wait at barriers, and no "
                "barrier can complete");
    return;
  }
}
