//===- SharedRaces.cpp - Races on shared memory ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/SharedRaces.h"

#include <algorithm>

using namespace brt::emu;

static constexpr uint32_t kCellBytes = 4;

/// The part of [offset, end) in the cell at `start`, one bit a byte.
static uint8_t bytesIn(uint32_t start, uint32_t offset, uint32_t end) {
  uint32_t first = offset > start ? offset - start : 0;
  uint32_t last = std::min(end - start, kCellBytes);
  return static_cast<uint8_t>(((1u << last) - 1) & ~((1u << first) - 1));
}

SharedRaces::SharedRaces(uint32_t bytes, const BlockClocks &clocks)
    : clocks(clocks), cells((bytes + kCellBytes - 1) / kCellBytes) {}

SharedRaces::Stamp SharedRaces::stamp(const Access &access) const {
  Stamp result;
  result.tick = clocks.now(access.warp);
  result.site = access.site & 0xfffff;
  result.warp = access.warp & 31;
  result.lane = access.lane & 31;
  result.strong = access.strong;
  return result;
}

bool SharedRaces::races(const Access &access, const Stamp &earlier) const {
  if (earlier.tick == 0 || (earlier.strong && access.strong))
    return false;
  if (earlier.inFlight)
    return true;
  return !clocks.ordered(access.warp, access.lane, earlier.warp, earlier.lane,
                         earlier.tick);
}

bool SharedRaces::fill(Conflict &conflict, const Stamp &earlier) const {
  conflict.block = clocks.block;
  conflict.other.warp = earlier.warp;
  conflict.other.lane = earlier.lane;
  conflict.other.site = earlier.site;
  conflict.other.strong = earlier.strong;
  conflict.inFlight = earlier.inFlight;
  return true;
}

bool SharedRaces::read(const Access &access, uint32_t offset, uint32_t size,
                       Conflict &conflict) {
  bool found = false;
  uint32_t end = offset + size;
  for (uint32_t at = offset & ~(kCellBytes - 1); at < end; at += kCellBytes) {
    Cell &cell = cells[at / kCellBytes];
    uint8_t bytes = bytesIn(at, offset, end);
    if ((cell.written & bytes) && races(access, cell.writer))
      found = fill(conflict, cell.writer);
    // One slot for each of two warps: the newest of the others is replaced.
    unsigned slot =
        cell.readers[0].tick && cell.readers[0].warp != access.warp ? 1 : 0;
    bool again = cell.readers[slot].tick == clocks.now(access.warp) &&
                 cell.readers[slot].warp == access.warp;
    cell.readers[slot] = stamp(access);
    cell.read[slot] = again ? cell.read[slot] | bytes : bytes;
  }
  return found;
}

bool SharedRaces::againstReaders(const Access &access, const Cell &cell,
                                 uint8_t bytes, Conflict &conflict) const {
  for (unsigned slot = 0; slot < 2; ++slot)
    if ((cell.read[slot] & bytes) && races(access, cell.readers[slot]))
      return fill(conflict, cell.readers[slot]);
  return false;
}

bool SharedRaces::write(const Access &access, uint32_t offset, uint32_t size,
                        bool same, Conflict &conflict) {
  bool found = false;
  uint32_t end = offset + size;
  for (uint32_t at = offset & ~(kCellBytes - 1); at < end; at += kCellBytes) {
    Cell &cell = cells[at / kCellBytes];
    uint8_t bytes = bytesIn(at, offset, end);
    if ((cell.written & bytes) && races(access, cell.writer)) {
      bool agrees = same && !cell.writer.inFlight &&
                    cell.writer.site == (access.site & 0xfffff) &&
                    cell.writer.warp == access.warp;
      if (!agrees)
        found = fill(conflict, cell.writer);
    }
    if (againstReaders(access, cell, bytes, conflict))
      found = true;
    Stamp now = stamp(access);
    bool again = cell.writer.tick == now.tick && cell.writer.warp == now.warp &&
                 cell.writer.lane == now.lane;
    cell.writer = now;
    cell.written = again ? cell.written | bytes : bytes;
  }
  return found;
}

bool SharedRaces::launchCopy(const Access &access, uint32_t offset,
                             uint32_t size, Conflict &conflict) {
  bool found = write(access, offset, size, false, conflict);
  for (uint32_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    cells[at].writer.inFlight = 1;
  return found;
}

void SharedRaces::land(const Access &access, uint32_t offset, uint32_t size) {
  for (uint32_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    cells[at].writer = stamp(access);
}
