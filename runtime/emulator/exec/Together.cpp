//===- Together.cpp - All lanes of an access at once ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What most accesses of good code come to. Whatever is found wrong here is left
// to the general way (Memory.cpp), which looks at lane after lane and reports.
//
//===----------------------------------------------------------------------===//

#include "exec/Memory.h"

#include <algorithm>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

using namespace brt::emu;

static constexpr unsigned kWordBytes = 4;

const Allocation *Worker::findAllocation(uint64_t address, uint64_t bytes) {
  for (const Allocation *each : recent)
    if (each && each->contains(address, bytes))
      return each;
  const Allocation *found = launch.memory.find(address);
  if (!found || !found->contains(address, bytes))
    return nullptr;
  std::copy_backward(recent, std::end(recent) - 1, std::end(recent));
  return recent[0] = found;
}

namespace {
/// A piece of memory that may be touched.
struct Region {
  Space space = Space::Global;  // or Shared
  uint64_t base = 0, bytes = 0; // as the program sees it
  uint8_t *host = nullptr;      // of its base
  ptrdiff_t toShadow = 0;
};
} // namespace

/// The region around one access. False where there is none, or it is local
/// memory, where each lane has its own.
static bool findRegion(Warp &warp, Space space, uint64_t address, unsigned size,
                       AccessKind kind, Region &region) {
  const Block &block = *warp.block;
  uint64_t window = 0;
  if (space == Space::Generic) {
    window = address & kWindowMask;
    space = window == kSharedWindow  ? Space::Shared
            : window == kLocalWindow ? Space::Local
                                     : Space::Global;
  }
  if (space == Space::Local)
    return false;
  // Another block's shared memory lies outside of this region.
  if (space == Space::Shared || space == Space::SharedCluster) {
    region = {Space::Shared, window, block.sharedBytes, block.shared,
              block.sharedShadow};
    return true;
  }
  const Allocation *found = warp.worker->findAllocation(address, size);
  if (!found || !found->live || (found->readOnly && kind != AccessKind::Read))
    return false;
  region = {Space::Global, found->base, found->size,
            reinterpret_cast<uint8_t *>(found->base),
            block.launch.memory.shadowDelta()};
  return true;
}

/// One bit for each lane with that value.
static uint32_t lanesWith(const uint64_t *values, uint64_t wanted) {
  uint32_t result = 0;
#if defined(__AVX2__)
  constexpr unsigned kWide = 4;
  __m256i all = _mm256_set1_epi64x(static_cast<long long>(wanted));
  for (unsigned lane = 0; lane < kLanes; lane += kWide) {
    __m256i some =
        _mm256_loadu_si256(reinterpret_cast<const __m256i *>(values + lane));
    int bits =
        _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(some, all)));
    result |= static_cast<uint32_t>(bits) << lane;
  }
#else
  for (unsigned lane = 0; lane < kLanes; ++lane)
    result |= uint32_t(values[lane] == wanted) << lane;
#endif
  return result;
}

bool brt::emu::resolveTogether(Warp &warp, Space space, uint32_t lanes,
                               unsigned size, AccessKind kind, Resolved &out) {
  if (!lanes)
    return false;
  const uint64_t *address = out.address;
  uint64_t first = address[__builtin_ctz(lanes)];
  Region region;
  if (!findRegion(warp, space, first, size, kind, region) ||
      size > region.bytes)
    return false;
  // The top bit of `outside` is set if some lane is before the region or ends
  // behind it: no region is half the address space.
  uint64_t outside = 0, bits = 0, last = region.bytes - size;
  uint64_t apart[kLanes] = {};
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    // Lanes that take no part may hold any number.
    uint64_t at = lanes >> lane & 1 ? address[lane] : first;
    uint64_t offset = at - region.base;
    outside |= offset | (last - offset);
    bits |= at;
  }
  constexpr uint64_t kTop = uint64_t(1) << 63;
  if ((bits & (size - 1)) || (outside & kTop))
    return false;
  for (unsigned lane = 1; lane < kLanes; ++lane)
    apart[lane] = address[lane] - address[lane - 1];
  uint64_t toHost = reinterpret_cast<uint64_t>(region.host) - region.base;
  BRT_EMU_LANES
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    uint64_t at = address[lane] + toHost;
    out.host[lane] = reinterpret_cast<uint8_t *>(at);
    out.written[lane] = reinterpret_cast<uint8_t *>(
        at + static_cast<uint64_t>(region.toShadow));
  }
  out.lanes = lanes;
  out.shared = region.space == Space::Shared ? lanes : 0;
  uint32_t neighbours = lanes & lanes << 1;
  out.next = lanesWith(apart, size) & neighbours;
  out.same = lanesWith(apart, 0) & neighbours;
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

uint32_t brt::emu::unwrittenLanes(const Resolved &where, unsigned size) {
  uint32_t result = 0;
  forRuns(where, [&](Run run) {
    unsigned lane = run.first;
    if (allWritten(where.written[lane], run.same ? size : run.count * size))
      return;
    for (; lane < run.first + run.count; ++lane)
      result |= uint32_t(!allWritten(where.written[lane], size)) << lane;
  });
  return result;
}

/// The address of lane 0, if the others follow it.
template <class Address>
static bool startOfRow(const Address *base, Address size, Address &start) {
  Address first = base[0], apart = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane)
    apart |= base[lane] ^ static_cast<Address>(first + size * lane);
  start = first;
  return apart == 0;
}

static bool startOfRow(Warp &warp, const MemoryOp &op, uint64_t &start) {
  if (op.baseBytes == sizeof(uint64_t)) {
    bool isRow =
        startOfRow<uint64_t>(warp.reg<uint64_t>(op.base), op.size(), start);
    start += static_cast<uint64_t>(op.offset);
    return isRow;
  }
  uint32_t narrow = 0;
  bool isRow =
      startOfRow<uint32_t>(warp.reg<uint32_t>(op.base), op.size(), narrow);
  narrow += static_cast<uint32_t>(op.offset);
  start = narrow;
  // 32-bit addresses wrap in 32 bits.
  return isRow && narrow <= UINT32_MAX - kLanes * op.size();
}

/// Race checks of a whole row. False if it has to be looked at closely.
static bool noteWholeRow(Warp &warp, const MemoryOp &op, Space space,
                         AccessKind kind, uint64_t address, uint32_t offset) {
  const Block &block = *warp.block;
  unsigned size = op.size();
  if (!block.races || op.space == Space::Const)
    return true;
  if (size % kWordBytes)
    return false;
  Row row{{warp.index, 0, op.site, false}, kLanes, size / kWordBytes};
  bool isWrite = kind == AccessKind::Write;
  if (space != Space::Shared)
    return block.launch.races->accessRow(*block.clocks, row, address, isWrite);
  return isWrite ? block.races->writeRow(row, offset)
                 : block.races->readRow(row, offset);
}

bool brt::emu::takeWholeRow(Warp &warp, const MemoryOp &op, AccessKind kind,
                            WholeRow &out) {
  unsigned size = op.size(), bytes = size * kLanes;
  uint64_t start = 0;
  Region region;
  if (warp.active != kAllLanes || op.strong || !startOfRow(warp, op, start) ||
      (start & (size - 1)) ||
      !findRegion(warp, op.space, start, size, kind, region))
    return false;
  uint64_t offset = start - region.base;
  if (offset > region.bytes || bytes > region.bytes - offset)
    return false;
  out.host = region.host + offset;
  out.written = out.host + region.toShadow;
  if (kind == AccessKind::Read &&
      warp.block->launch.options.checked(FindingKind::Uninitialised) &&
      !allWritten(out.written, bytes))
    return false;
  if (!noteWholeRow(warp, op, region.space, kind, start,
                    static_cast<uint32_t>(offset)))
    return false;
  countWholeRow(warp, op.site, start, region.space == Space::Shared, size);
  return true;
}
