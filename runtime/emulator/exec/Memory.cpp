//===- Memory.cpp - From a warp's addresses to checked host memory --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Memory.h"

#include <algorithm>
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
  void inShared(unsigned lane, Space space, uint64_t offset);
  /// The block in whose shared memory it is; null after a finding.
  Block *findHome(unsigned lane, Space space, uint64_t offset);
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

Block *Resolver::findHome(unsigned lane, Space space, uint64_t offset) {
  Block *home = warp.block->blockAt(offset);
  if (!home)
    fail(lane, FindingKind::OutOfBounds,
         fmt::format("{} of {} bytes in the shared memory of block {} of a "
                     "cluster of {}",
                     verb(), size, (offset >> kRankShift) - 1,
                     warp.block->cluster->blocks.size()));
  else if (home != warp.block && space == Space::Shared)
    fail(lane, FindingKind::OutOfBounds,
         "expects .shared::cluster to reach another block's shared memory");
  else if (home->finished)
    fail(lane, FindingKind::UseAfterFree,
         fmt::format("{} of {} bytes in the shared memory of block ({},{},{}), "
                     "which has exited",
                     verb(), size, home->id[0], home->id[1], home->id[2]));
  else
    return home;
  return nullptr;
}

void Resolver::inShared(unsigned lane, Space space, uint64_t offset) {
  Block *home = findHome(lane, space, offset);
  if (!home)
    return;
  const Block &block = *home;
  offset &= kOffsetMask;
  if (offset > block.sharedBytes || size > block.sharedBytes - offset)
    return fail(lane, FindingKind::OutOfBounds,
                fmt::format("{} of {} bytes at {:#x} of {:#x} bytes of shared "
                            "memory",
                            verb(), size, offset, block.sharedBytes));
  out.host[lane] = block.shared + offset;
  out.written[lane] = out.host[lane] + block.sharedShadow;
  out.lanes |= 1u << lane;
  out.shared |= 1u << lane;
  out.remote |= uint32_t(home != warp.block) << lane;
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
  const Allocation *found = warp.worker->findAllocation(address, size);
  if (!found)
    return fail(lane, FindingKind::OutOfBounds, describeMiss(address));
  if (!found->live)
    return fail(lane, FindingKind::UseAfterFree,
                fmt::format("{} of {} bytes in an allocation of {} bytes at "
                            "{:#x} that was freed",
                            verb(), size, found->size, found->base));
  if (found->readOnly && kind != AccessKind::Read)
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
    space = window == kSharedWindow  ? Space::SharedCluster
            : window == kLocalWindow ? Space::Local
                                     : Space::Global;
    if (space != Space::Global)
      address &= ~kWindowMask;
  }
  if (space == Space::Shared || space == Space::SharedCluster)
    inShared(lane, space, address);
  else if (space == Space::Local)
    inLocal(lane, address);
  else
    inGlobal(lane);
}

void brt::emu::resolveAt(const Inst *inst, Warp &warp, Space space,
                         uint64_t *address, uint32_t lanes, unsigned size,
                         AccessKind kind, Resolved &out) {
  if (address != out.address)
    std::copy(address, address + kLanes, out.address);
  out.lanes = out.shared = out.remote = out.next = out.same = 0;
  if (!resolveTogether(warp, space, lanes, size, kind, out)) {
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
