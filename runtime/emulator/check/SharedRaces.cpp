//===- SharedRaces.cpp - Races on shared memory ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/SharedRaces.h"

#include <algorithm>

using namespace brt::emu;

SharedRaces::SharedRaces(uint32_t bytes)
    : writers(cellsOf(bytes)),
      readers{Stamps(cellsOf(bytes)), Stamps(cellsOf(bytes))} {}

void SharedRaces::Stamps::clear() {
  std::fill(tick.begin(), tick.end(), 0);
  std::fill(who.begin(), who.end(), 0);
  std::fill(bytes.begin(), bytes.end(), 0);
}

void SharedRaces::start(const BlockClocks &blockClocks) {
  clocks = &blockClocks;
  for (Stamps *each : {&writers, &readers[0], &readers[1]})
    each->clear();
  remote.reset();
  reads.reset();
}

/// Pieces of one word by the same thread at the same tick add up.
void SharedRaces::Stamps::set(size_t at, uint32_t newTick, uint32_t newWho,
                              uint8_t newBytes) {
  bool again = tick[at] == newTick && ((who[at] ^ newWho) & kThreadMask) == 0;
  bytes[at] = again ? bytes[at] | newBytes : newBytes;
  tick[at] = newTick;
  who[at] = newWho;
}

bool SharedRaces::races(const BlockClocks &known, const Access &access,
                        const Stamps &earlier, size_t at) const {
  uint32_t who = earlier.who[at];
  if (earlier.tick[at] == 0 || ((who & kStrongBit) && access.strong))
    return false;
  if (who & kInFlightBit)
    return true;
  Access other = unpackWho(who);
  if (known.block != clocks->block)
    return !known.orderedAcross(access.warp, clocks->block, other.warp,
                                earlier.tick[at]);
  return !clocks->ordered(access.warp, access.lane, other.warp, other.lane,
                          earlier.tick[at]);
}

bool SharedRaces::fill(Conflict &conflict, const Stamps &earlier,
                       size_t at) const {
  conflict.block = clocks->block;
  conflict.other = unpackWho(earlier.who[at]);
  conflict.inFlight = earlier.who[at] & kInFlightBit;
  return true;
}

template <class Shape>
bool SharedRaces::readWords(Shape shape, const Row &row, size_t at) {
  if (!rowIsOrdered(shape, &writers.tick[at], &writers.who[at], row,
                    clocks->floor(row.first.warp)))
    return false;
  // Where some word was last read by another warp, the whole row goes to the
  // second slot, and what another warp left there is forgotten.
  const uint32_t *tick = &readers[0].tick[at], *whos = &readers[0].who[at];
  uint32_t who = packWho(row.first), others = 0;
  for (uint32_t i = 0; i < shape.size(); ++i)
    others |= tick[i] ? (whos[i] ^ who) & (31u << kWarpShift) : 0;
  Stamps &slot = readers[others != 0];
  stampRow(shape, &slot.tick[at], &slot.who[at], &slot.bytes[at],
           clocks->now(row.first.warp), row);
  return true;
}

template <class Shape>
bool SharedRaces::writeWords(Shape shape, const Row &row, size_t at) {
  for (const Stamps *each : {&writers, &readers[0], &readers[1]})
    if (!rowIsOrdered(shape, &each->tick[at], &each->who[at], row,
                      clocks->floor(row.first.warp)))
      return false;
  stampRow(shape, &writers.tick[at], &writers.who[at], &writers.bytes[at],
           clocks->now(row.first.warp), row);
  return true;
}

bool SharedRaces::readRow(const Row &row, uint32_t offset) {
  return !isRemote(row, offset) && forShapeOf(row, [&](auto shape) {
    return readWords(shape, row, offset / kCellBytes);
  });
}

bool SharedRaces::writeRow(const Row &row, uint32_t offset) {
  Conflict ignored; // lane after lane will tell
  if (overwritesRead(offset, row.lanes * row.words * kCellBytes, ignored))
    return false;
  return !isRemote(row, offset) && forShapeOf(row, [&](auto shape) {
    return writeWords(shape, row, offset / kCellBytes);
  });
}

/// One lane's access to `size` bytes; no row unless they are whole words.
static Row rowOf(const Access &access, uint32_t size) {
  return {access, 1, size % kCellBytes ? 0 : size / kCellBytes};
}

bool SharedRaces::read(const Access &access, uint32_t offset, uint32_t size,
                       Conflict &conflict) {
  if (readRow(rowOf(access, size), offset))
    return false;
  bool found = remote && remote->meets(*clocks, access, offset, size, false,
                                       false, conflict);
  uint32_t end = offset + size, now = clocks->now(access.warp);
  for (uint32_t start = offset & ~(kCellBytes - 1); start < end;
       start += kCellBytes) {
    size_t at = start / kCellBytes;
    uint8_t bytes = bytesOfCell(at, offset, end);
    if ((writers.bytes[at] & bytes) && races(*clocks, access, writers, at))
      found = fill(conflict, writers, at);
    // One slot for each of two warps: the newest of the others is replaced.
    bool others = readers[0].tick[at] &&
                  unpackWho(readers[0].who[at]).warp != access.warp;
    readers[others].set(at, now, packWho(access), bytes);
  }
  return found;
}

bool SharedRaces::againstReaders(const Access &access, size_t at, uint8_t bytes,
                                 Conflict &conflict) const {
  for (const Stamps &each : readers)
    if ((each.bytes[at] & bytes) && races(*clocks, access, each, at))
      return fill(conflict, each, at);
  return false;
}

bool SharedRaces::write(const Access &access, uint32_t offset, uint32_t size,
                        bool same, Conflict &conflict) {
  if (writeRow(rowOf(access, size), offset))
    return false;
  bool found = overwritesRead(offset, size, conflict) ||
               (remote && remote->meets(*clocks, access, offset, size, true,
                                        same, conflict));
  uint32_t end = offset + size, now = clocks->now(access.warp);
  for (uint32_t start = offset & ~(kCellBytes - 1); start < end;
       start += kCellBytes) {
    size_t at = start / kCellBytes;
    uint8_t bytes = bytesOfCell(at, offset, end);
    if ((writers.bytes[at] & bytes) && races(*clocks, access, writers, at)) {
      Access other = unpackWho(writers.who[at]);
      bool agrees = same && !(writers.who[at] & kInFlightBit) &&
                    other.site == (access.site & ((1u << kSiteBits) - 1)) &&
                    other.warp == access.warp;
      if (!agrees)
        found = fill(conflict, writers, at);
    }
    if (againstReaders(access, at, bytes, conflict))
      found = true;
    writers.set(at, now, packWho(access), bytes);
  }
  return found;
}

/// True if something was written there that the asynchronous proxy may not see.
bool SharedRaces::isUnfenced(const BlockClocks &known, const Access &access,
                             uint32_t offset, uint32_t size,
                             Conflict &conflict) const {
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at) {
    uint32_t who = writers.who[at], tick = writers.tick[at];
    unsigned warp = unpackWho(who).warp;
    bool seen =
        known.block == clocks->block
            ? known.proxied(access.warp, warp, tick)
            : known.proxiedAcross(access.warp, clocks->block, warp, tick);
    if (tick == 0 || (who & kProxyBit) || seen)
      continue;
    conflict.unfenced = true;
    return fill(conflict, writers, at);
  }
  return remote && remote->isUnfenced(known, access, offset, size, conflict);
}

bool SharedRaces::beginRead(const Access &access, uint32_t offset,
                            uint32_t size, Conflict &conflict) {
  if (!reads)
    reads = std::make_unique<AsyncReads>(
        static_cast<uint32_t>(writers.tick.size() * kCellBytes));
  reads->begin(access, offset, size);
  return read(access, offset, size, conflict) ||
         isUnfenced(*clocks, access, offset, size, conflict);
}

void SharedRaces::endRead(const Access &access, uint32_t tick, uint32_t offset,
                          uint32_t size) {
  constexpr uint8_t kAllBytes = (1u << kCellBytes) - 1;
  reads->end(offset, size);
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at) {
    bool others = readers[0].tick[at] &&
                  unpackWho(readers[0].who[at]).warp != access.warp;
    readers[others].set(at, tick, packWho(access), kAllBytes);
  }
}

bool SharedRaces::overwritesRead(uint32_t offset, uint32_t size,
                                 Conflict &conflict) const {
  conflict.block = clocks->block;
  return reads && reads->meets(offset, size, conflict);
}

bool SharedRaces::launchProxy(const Access &access, uint32_t offset,
                              uint32_t size, Conflict &conflict) {
  bool found = isUnfenced(*clocks, access, offset, size, conflict);
  return launchCopy(access, offset, size, conflict) || found;
}

void SharedRaces::landProxy(const Access &access, uint32_t tick,
                            uint32_t offset, uint32_t size) {
  for (uint32_t at = offset / kCellBytes; at * kCellBytes < offset + size;
       ++at) {
    writers.tick[at] = tick;
    writers.who[at] = packWho(access) | kProxyBit;
  }
}

bool SharedRaces::launchCopy(const Access &access, uint32_t offset,
                             uint32_t size, Conflict &conflict) {
  bool found = write(access, offset, size, false, conflict);
  for (uint32_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    writers.who[at] |= kInFlightBit;
  return found;
}

bool SharedRaces::launchCopies(const Row &row, uint32_t offset) {
  if (!writeRow(row, offset))
    return false;
  size_t at = offset / kCellBytes;
  for (size_t i = 0; i < row.lanes * row.words; ++i)
    writers.who[at + i] |= kInFlightBit;
  return true;
}

void SharedRaces::land(const Row &row, uint32_t offset) {
  size_t at = offset / kCellBytes;
  forShapeOf(row, [&](auto shape) {
    stampRow(shape, &writers.tick[at], &writers.who[at], &writers.bytes[at],
             clocks->now(row.first.warp), row);
    return true;
  });
}
