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

/// Where a range of addresses lies, if that is one place that may be touched:
/// what the common case of resolveAt needs to know.
static bool findRegion(Warp &warp, Space space, uint64_t low, uint64_t end,
                       AccessKind kind, uint64_t &toHost, ptrdiff_t &toShadow) {
  const Block &block = *warp.block;
  if (space == Space::Shared) {
    if (end > block.sharedBytes)
      return false;
    toHost = reinterpret_cast<uint64_t>(block.shared);
    toShadow = block.sharedShadow;
    return true;
  }
  const DeviceMemory &memory = block.launch.memory;
  const Allocation *&last = warp.worker->lastAllocation;
  if (!last || !last->contains(low, end - low)) {
    const Allocation *found = memory.find(low);
    if (!found || !found->contains(low, end - low))
      return false;
    last = found;
  }
  toHost = 0;
  toShadow = memory.shadowDelta();
  return last->live && (!last->readOnly || kind == AccessKind::Read);
}

/// Resolves all lanes at once where they lie aligned in one region that is not
/// local memory. False, with nothing done, where lane after lane has to be
/// looked at.
static bool resolveTogether(Warp &warp, Space space, uint32_t lanes,
                            unsigned size, AccessKind kind, Resolved &out) {
  if (!lanes || space == Space::Local)
    return false;
  const uint64_t *address = out.address;
  uint64_t first = address[__builtin_ctz(lanes)], apart = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane)
    apart |= address[lane] ^ (first + uint64_t(size) * lane);
  uint64_t low = first, high = address[kLanes - 1], bits = first;
  out.isRow = apart == 0 && lanes == kAllLanes;
  if (!out.isRow) {
    high = first;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      uint64_t at = lanes >> lane & 1 ? address[lane] : first;
      low = at < low ? at : low;
      high = at > high ? at : high;
      bits |= at;
    }
  }
  if (bits & (size - 1))
    return false;
  uint64_t window = 0;
  if (space == Space::Generic) {
    window = low & kWindowMask;
    if ((high & kWindowMask) != window || window == kLocalWindow)
      return false;
    space = window == kSharedWindow ? Space::Shared : Space::Global;
    window = window == kSharedWindow ? window : 0;
  }
  uint64_t toHost = 0;
  ptrdiff_t toShadow = 0;
  if (!findRegion(warp, space, low - window, high - window + size, kind, toHost,
                  toShadow))
    return false;
  uint64_t host = toHost - window;
  BRT_EMU_LANES
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    // Lanes that take no part may hold any number.
    uint64_t at = address[lane] + host;
    out.host[lane] = reinterpret_cast<uint8_t *>(at);
    out.written[lane] =
        reinterpret_cast<uint8_t *>(at + static_cast<uint64_t>(toShadow));
  }
  out.lanes = lanes;
  out.shared = space == Space::Shared ? lanes : 0;
  return true;
}

/// True if all of `size` init bytes are set.
static bool allWritten(const uint8_t *written, size_t size) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  uint64_t all = kOnes;
  size_t at = 0;
  for (; at + sizeof all <= size; at += sizeof all) {
    uint64_t word;
    std::memcpy(&word, written + at, sizeof word);
    all &= word;
  }
  bool rest = true;
  for (; at < size; ++at)
    rest &= written[at] != 0;
  return all == kOnes && rest;
}

/// Lanes of which a byte to be read was never written.
static uint32_t unwrittenLanes(const Resolved &where, unsigned size) {
  if (where.isRow && allWritten(where.written[0], size_t(size) * kLanes))
    return 0;
  uint32_t result = 0;
  for (uint32_t left = where.lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    result |= uint32_t(!allWritten(where.written[lane], size)) << lane;
  }
  return result;
}

void brt::emu::resolveAt(const Inst *inst, Warp &warp, Space space,
                         uint64_t *address, uint32_t lanes, unsigned size,
                         AccessKind kind, Resolved &out) {
  if (address != out.address)
    std::copy(address, address + kLanes, out.address);
  out.lanes = out.shared = 0;
  out.isRow = false;
  if (!resolveTogether(warp, space, lanes, size, kind, out)) {
    out.isRow = false;
    Resolver resolver{inst, warp, size, kind, out};
    for (uint32_t left = lanes; left; left &= left - 1)
      resolver.lane(__builtin_ctz(left), space);
  }
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
static unsigned countSectors(const Resolved &where, uint32_t lanes,
                             unsigned size) {
  constexpr unsigned kSectorShift = 5;
  if (where.isRow) {
    uint64_t end = where.address[kLanes - 1] + size - 1;
    return static_cast<unsigned>((end >> kSectorShift) -
                                 (where.address[0] >> kSectorShift) + 1);
  }
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
    // Of each bank, the different words that are asked for.
    uint32_t word[kBanks][kBanks];
    uint8_t uses[kBanks] = {};
    unsigned worst = 0;
    for (unsigned lane = first; lane < first + perPass; ++lane)
      if (lanes >> lane & 1)
        for (unsigned i = 0; i < words; ++i) {
          uint32_t wanted =
              static_cast<uint32_t>(address[lane] / kBankBytes) + i;
          unsigned bank = wanted % kBanks, at = 0;
          while (at < uses[bank] && word[bank][at] != wanted)
            ++at;
          word[bank][at] = wanted;
          uses[bank] =
              std::max<uint8_t>(uses[bank], static_cast<uint8_t>(at + 1));
          worst = std::max(worst, at + 1);
        }
    total += worst;
    ideal += worst != 0;
  }
  return total;
}

void brt::emu::countAccess(Warp &warp, uint32_t site, const Resolved &where,
                           unsigned size) {
  SiteCount &count = warp.worker->counters.sites[site];
  ++count.accesses;
  count.bytes += uint64_t(size) * __builtin_popcount(where.lanes);
  if (where.shared) {
    // The words of a row lie on different banks.
    unsigned ideal = std::max(1u, size / 4);
    count.wavefronts +=
        where.isRow ? ideal
                    : countWavefronts(where.address, where.shared, size, ideal);
    count.ideal += ideal;
  }
  uint32_t global = where.lanes & ~where.shared;
  if (global &&
      warp.block->launch.memory.inRange(where.address[__builtin_ctz(global)]))
    count.sectors += countSectors(where, global, size);
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
  finding.detail =
      conflict.unfenced   ? "expects fence.proxy.async after the other access"
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

void brt::emu::noteAccesses(const Inst *inst, Warp &warp, const Resolved &where,
                            const MemoryOp &op, const uint8_t *written) {
  Block &block = *warp.block;
  if (!block.races)
    return;
  unsigned size = op.size();
  if (where.isRow && size % sizeof(uint32_t) == 0) {
    Access first{warp.index, 0, op.site, op.strong};
    uint32_t words = size / sizeof(uint32_t);
    uint32_t offset = static_cast<uint32_t>(where.host[0] - block.shared);
    bool isConstant = op.space == Space::Const;
    if (isConstant ||
        (where.shared
             ? (written ? block.races->writeRow(first, offset, words)
                        : block.races->readRow(first, offset, words))
             : block.launch.races->accessRow(*block.clocks, first,
                                             where.address[0], words, written)))
      return;
  }
  for (uint32_t left = where.lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    bool same = written &&
                std::memcmp(where.host[lane], written + lane * size, size) == 0;
    noteAccess(inst, warp, where, lane, size, op, written, same);
  }
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
