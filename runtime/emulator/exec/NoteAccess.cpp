//===- NoteAccess.cpp - Accesses to memory and the race checks ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Memory.h"

#include <cstring>
#include <fmt/format.h>

using namespace brt::emu;

static constexpr unsigned kWordBytes = 4;

/// Where another thread's access was made.
static Site siteOfAccess(const Launch &launch, uint32_t block,
                         const Access &access) {
  const LaunchConfig &config = launch.config;
  const Instruction &where = *config.program->sites[access.site];
  Site site;
  site.line = where.where.line;
  site.source = config.program->sourceOf(where);
  uint32_t thread = access.warp * kLanes + access.lane;
  for (int i = 0; i < 3; ++i) {
    site.block[i] = i < 2 ? block % config.grid[i] : block;
    site.thread[i] = i < 2 ? thread % config.block[i] : thread;
    block /= config.grid[i];
    thread /= config.block[i];
  }
  return site;
}

void brt::emu::reportEarlyExit(Block &block, const Conflict &conflict) {
  Finding finding;
  finding.kind = FindingKind::UseAfterFree;
  finding.kernel = block.launch.config.kernel->function->name;
  finding.site = siteOfAccess(block.launch, conflict.block, conflict.other);
  finding.detail =
      fmt::format("nothing orders this access to the shared memory of block "
                  "({},{},{}) before that block exits",
                  block.id[0], block.id[1], block.id[2]);
  block.launch.report.add(finding);
}

void brt::emu::reportRace(const Inst *inst, Warp &warp, unsigned lane,
                          uint64_t address, const Conflict &conflict) {
  Launch &launch = warp.block->launch;
  Finding finding;
  finding.kind = FindingKind::Race;
  finding.kernel = launch.config.kernel->function->name;
  finding.site = warp.siteOf(inst, lane);
  finding.hasAddress = true;
  finding.address = address;
  finding.detail =
      conflict.unfenced ? "expects fence.proxy.async after the other access"
      : conflict.reading
          ? "overwrites what an asynchronous read that was not waited for needs"
      : conflict.inFlight ? "meets an asynchronous copy that was not waited for"
                          : "nothing orders this access after the other one";
  finding.hasOther = true;
  finding.other = siteOfAccess(launch, conflict.block, conflict.other);
  launch.report.add(finding);
}

void brt::emu::noteAccess(const Inst *inst, Warp &warp, const Resolved &where,
                          unsigned lane, unsigned size, const MemoryOp &op,
                          bool isWrite, bool same) {
  Block &block = *warp.block;
  if (!block.races)
    return;
  Access access{warp.index, lane, op.site, op.strong};
  Conflict conflict;
  if (where.shared >> lane & 1) {
    Block &home = homeOf(warp, where, lane);
    uint32_t offset = static_cast<uint32_t>(where.host[lane] - home.shared);
    bool found = &home != &block
                     ? home.races->remoteAccess(*block.clocks, access, offset,
                                                size, isWrite, same, conflict)
                 : isWrite
                     ? block.races->write(access, offset, size, same, conflict)
                     : block.races->read(access, offset, size, conflict);
    if (found)
      reportRace(inst, warp, lane, offset, conflict);
    return;
  }
  uint64_t address = where.address[lane];
  if (op.space == Space::Const || !block.launch.memory.inRange(address))
    return;
  if (block.launch.races->access(*block.clocks, access, address, size, isWrite,
                                 same, conflict))
    reportRace(inst, warp, lane, address, conflict);
}

void brt::emu::noteRun(const Inst *inst, Warp &warp, const Resolved &where,
                       Run run, unsigned size, const MemoryOp &op,
                       const uint8_t *written) {
  Block &block = *warp.block;
  if (!block.races || op.space == Space::Const)
    return;
  // Of lanes that read the same, the last one is remembered.
  unsigned lane = run.same ? run.first + run.count - 1 : run.first;
  Row row{{warp.index, lane, op.site, op.strong},
          run.same ? 1 : run.count,
          size / kWordBytes,
          run.same};
  uint64_t address = where.address[lane];
  bool isShared = where.shared >> lane & 1, isNoted = false;
  bool isRemote = where.remote >> lane & 1;
  if (size % kWordBytes == 0 && !(run.same && written) && !isRemote) {
    uint32_t offset = static_cast<uint32_t>(where.host[lane] - block.shared);
    if (isShared)
      isNoted = written ? block.races->writeRow(row, offset)
                        : block.races->readRow(row, offset);
    else if (block.launch.memory.inRange(address))
      isNoted =
          block.launch.races->accessRow(*block.clocks, row, address, written);
  }
  if (isNoted)
    return;
  for (unsigned i = 0; i < run.count; ++i) {
    unsigned at = run.first + i;
    bool same =
        written && std::memcmp(where.host[at], written + i * size, size) == 0;
    noteAccess(inst, warp, where, at, size, op, written, same);
  }
}

void brt::emu::noteReads(const Inst *inst, Warp &warp, const Resolved &where,
                         unsigned size, const MemoryOp &op) {
  if (warp.block->races)
    forRuns(where, [&](Run run) {
      noteRun(inst, warp, where, run, size, op, nullptr);
    });
}

void brt::emu::noteStrong(Warp &warp, const Resolved &where, unsigned lane,
                          const MemoryOp &op, bool reads, bool writes) {
  Block &block = *warp.block;
  if (!block.clocks || !op.strong)
    return;
  bool shared = where.shared >> lane & 1;
  uint64_t address = where.address[lane];
  if (shared) {
    Block &home = homeOf(warp, where, lane);
    address = static_cast<uint64_t>(where.host[lane] - home.shared);
    // What blocks tell each other through shared memory is known by a place
    // beside global memory.
    shared = block.cluster->blocks.size() == 1;
    if (!shared)
      address |= kSharedWindow | uint64_t(home.clocks->block) << kRankShift;
  }
  if (reads)
    block.clocks->strongRead(warp.index, address, shared, op.acquire);
  if (writes)
    block.clocks->strongWrite(warp.index, address, shared, op.release);
}
