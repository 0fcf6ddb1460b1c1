//===- Memory.cpp - From a warp's addresses to checked host memory --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Memory.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace brt::emu;

void brt::emu::computeAddresses(const MemoryOp &op, Warp &warp,
                                uint64_t *address) {
  if (op.baseBytes == sizeof(uint64_t)) {
    const uint64_t *base = warp.reg<uint64_t>(op.base);
    for (unsigned lane = 0; lane < kLanes; ++lane)
      address[lane] = base[lane] + static_cast<uint64_t>(op.offset);
  } else {
    // 32-bit addresses wrap in 32 bits.
    const uint32_t *base = warp.reg<uint32_t>(op.base);
    for (unsigned lane = 0; lane < kLanes; ++lane)
      address[lane] = base[lane] + static_cast<uint32_t>(op.offset);
  }
}

namespace {
/// Resolution of one lane.
struct Resolver {
  const Inst *inst;
  Warp &warp;
  unsigned size;
  AccessKind kind;
  Resolved &out;

  void lane(unsigned lane, Space space);

private:
  void inShared(unsigned lane, uint64_t offset);
  void inLocal(unsigned lane, uint64_t offset);
  void inGlobal(unsigned lane);
  void fail(unsigned lane, FindingKind what, std::string detail) {
    warp.reportAddress(inst, what, lane, out.address[lane], std::move(detail));
  }
  std::string describeMiss(uint64_t address) const;
  const char *verb() const {
    return kind == AccessKind::Read ? "read" : "write";
  }
};
} // namespace

void Resolver::inShared(unsigned lane, uint64_t offset) {
  const Block &block = *warp.block;
  if (offset > block.sharedBytes || size > block.sharedBytes - offset)
    return fail(lane, FindingKind::OutOfBounds,
                fmt::format("{} of {} bytes at {:#x} of {:#x} bytes of shared "
                            "memory",
                            verb(), size, offset, block.sharedBytes));
  out.host[lane] = block.shared + offset;
  out.written[lane] = out.host[lane] + block.sharedShadow;
  out.lanes |= 1u << lane;
  out.shared |= 1u << lane;
}

void Resolver::inLocal(unsigned lane, uint64_t offset) {
  uint64_t top = warp.frame->localBase + warp.frame->code->localBytes;
  if (offset > top || size > top - offset)
    return fail(lane, FindingKind::OutOfBounds,
                fmt::format("{} of {} bytes at {:#x} of {:#x} bytes of local "
                            "memory",
                            verb(), size, offset, top));
  size_t total = size_t(warp.localBytes) * kLanes;
  out.host[lane] = warp.local.get() + size_t(lane) * warp.localBytes + offset;
  out.written[lane] = out.host[lane] + total;
  out.lanes |= 1u << lane;
}

std::string Resolver::describeMiss(uint64_t address) const {
  const DeviceMemory &memory = warp.block->launch.memory;
  const Allocation *near =
      memory.inRange(address) ? memory.below(address) : nullptr;
  if (!near)
    return fmt::format("{} of {} bytes in no allocation", verb(), size);
  return fmt::format("{} of {} bytes at {} of an allocation of {} bytes at "
                     "{:#x}",
                     verb(), size, address - near->base, near->size,
                     near->base);
}

void Resolver::inGlobal(unsigned lane) {
  uint64_t address = out.address[lane];
  const DeviceMemory &memory = warp.block->launch.memory;
  const Allocation *&last = warp.worker->lastAllocation;
  if (!last || !last->contains(address, size)) {
    const Allocation *found = memory.find(address);
    if (!found || !found->contains(address, size))
      return fail(lane, FindingKind::OutOfBounds, describeMiss(address));
    last = found;
  }
  if (!last->live)
    return fail(lane, FindingKind::UseAfterFree,
                fmt::format("{} of {} bytes in an allocation of {} bytes at "
                            "{:#x} that was freed",
                            verb(), size, last->size, last->base));
  if (last->readOnly && kind != AccessKind::Read)
    return fail(lane, FindingKind::OutOfBounds,
                "write to constant or parameter memory");
  out.host[lane] = reinterpret_cast<uint8_t *>(address);
  out.written[lane] = memory.initShadow(address);
  out.lanes |= 1u << lane;
}

void Resolver::lane(unsigned lane, Space space) {
  uint64_t address = out.address[lane];
  if (address & (size - 1))
    return fail(lane, FindingKind::Misaligned,
                fmt::format("{} of {} bytes that is not aligned to {}", verb(),
                            size, size));
  if (space == Space::Generic) {
    uint64_t window = address & kWindowMask;
    space = window == kSharedWindow  ? Space::Shared
            : window == kLocalWindow ? Space::Local
                                     : Space::Global;
    if (space != Space::Global)
      address &= ~kWindowMask;
  }
  if (space == Space::Shared)
    inShared(lane, address);
  else if (space == Space::Local)
    inLocal(lane, address);
  else
    inGlobal(lane);
}

/// Lanes of which a byte to be read was never written.
static uint32_t unwrittenLanes(const Resolved &where, unsigned size) {
  uint32_t result = 0;
  for (uint32_t left = where.lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    const uint8_t *written = where.written[lane];
    bool all = true;
    if (size == 4) {
      uint32_t word;
      std::memcpy(&word, written, sizeof word);
      all = word == 0x01010101u;
    } else {
      for (unsigned i = 0; i < size; ++i)
        all &= written[i] != 0;
    }
    result |= uint32_t(!all) << lane;
  }
  return result;
}

void brt::emu::resolveAt(const Inst *inst, Warp &warp, Space space,
                         uint64_t *address, uint32_t lanes, unsigned size,
                         AccessKind kind, Resolved &out) {
  if (address != out.address)
    std::copy(address, address + kLanes, out.address);
  out.lanes = out.shared = 0;
  Resolver resolver{inst, warp, size, kind, out};
  for (uint32_t left = lanes; left; left &= left - 1)
    resolver.lane(__builtin_ctz(left), space);
  if (kind == AccessKind::Write ||
      !warp.block->launch.options.checked(FindingKind::Uninitialised))
    return;
  if (uint32_t missing = unwrittenLanes(out, size)) {
    unsigned lane = __builtin_ctz(missing);
    warp.reportAddress(inst, FindingKind::Uninitialised, lane,
                       out.address[lane],
                       fmt::format("read of {} bytes of which some were never "
                                   "written",
                                   size));
  }
}

void brt::emu::resolve(const Inst *inst, Warp &warp, const MemoryOp &op,
                       AccessKind kind, Resolved &out) {
  computeAddresses(op, warp, out.address);
  resolveAt(inst, warp, op.space, out.address, warp.active, op.size(), kind,
            out);
  countAccess(warp, op.site, out, op.size());
}

/// 32-byte sectors of global memory that the lanes touch.
static unsigned countSectors(const Resolved &where, uint32_t lanes) {
  constexpr unsigned kSectorShift = 5;
  uint64_t sectors[kLanes];
  unsigned count = 0;
  bool sorted = true;
  for (uint32_t left = lanes; left; left &= left - 1) {
    // Aligned accesses of up to 16 bytes lie in one sector.
    uint64_t sector = where.address[__builtin_ctz(left)] >> kSectorShift;
    if (count && sectors[count - 1] == sector)
      continue;
    sorted &= !count || sectors[count - 1] < sector;
    sectors[count++] = sector;
  }
  if (sorted)
    return count;
  std::sort(sectors, sectors + count);
  return static_cast<unsigned>(std::unique(sectors, sectors + count) - sectors);
}

unsigned brt::emu::countWavefronts(const uint64_t *address, uint32_t lanes,
                                   unsigned size, unsigned &ideal) {
  constexpr unsigned kBanks = 32, kBankBytes = 4;
  // Wider accesses go in two or four parts of the warp.
  unsigned words = std::max(1u, size / kBankBytes);
  unsigned perPass = kLanes / words;
  unsigned total = 0;
  ideal = 0;
  for (unsigned first = 0; first < kLanes; first += perPass) {
    uint32_t word[kBanks];
    unsigned count = 0;
    for (unsigned lane = first; lane < first + perPass; ++lane)
      if (lanes >> lane & 1)
        for (unsigned i = 0; i < words; ++i)
          word[count++] = static_cast<uint32_t>(address[lane] / kBankBytes) + i;
    if (!count)
      continue;
    std::sort(word, word + count);
    unsigned uses[kBanks] = {}, worst = 0;
    for (unsigned i = 0; i < count; ++i)
      if (i == 0 || word[i] != word[i - 1])
        worst = std::max(worst, ++uses[word[i] % kBanks]);
    total += worst;
    ++ideal;
  }
  return total;
}

void brt::emu::countAccess(Warp &warp, uint32_t site, const Resolved &where,
                           unsigned size) {
  SiteCount &count = warp.worker->counters.sites[site];
  ++count.accesses;
  count.bytes += uint64_t(size) * __builtin_popcount(where.lanes);
  if (where.shared) {
    unsigned ideal = 0;
    count.wavefronts +=
        countWavefronts(where.address, where.shared, size, ideal);
    count.ideal += ideal;
  }
  uint32_t global = where.lanes & ~where.shared;
  if (global &&
      warp.block->launch.memory.inRange(where.address[__builtin_ctz(global)]))
    count.sectors += countSectors(where, global);
}

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

void brt::emu::reportRace(const Inst *inst, Warp &warp, unsigned lane,
                          uint64_t address, const Conflict &conflict) {
  Launch &launch = warp.block->launch;
  Finding finding;
  finding.kind = FindingKind::Race;
  finding.kernel = launch.config.kernel->function->name;
  finding.site = warp.siteOf(inst, lane);
  finding.hasAddress = true;
  finding.address = address;
  finding.detail = conflict.inFlight
                       ? "meets an asynchronous copy that was not waited for"
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
    uint32_t offset = static_cast<uint32_t>(where.host[lane] - block.shared);
    if (isWrite ? block.races->write(access, offset, size, same, conflict)
                : block.races->read(access, offset, size, conflict))
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

void brt::emu::noteStrong(Warp &warp, const Resolved &where, unsigned lane,
                          const MemoryOp &op, bool reads, bool writes) {
  Block &block = *warp.block;
  if (!block.clocks || !op.strong)
    return;
  bool shared = where.shared >> lane & 1;
  uint64_t address =
      shared ? static_cast<uint64_t>(where.host[lane] - block.shared)
             : where.address[lane];
  if (reads)
    block.clocks->strongRead(warp.index, address, shared, op.acquire);
  if (writes)
    block.clocks->strongWrite(warp.index, address, shared, op.release);
}
