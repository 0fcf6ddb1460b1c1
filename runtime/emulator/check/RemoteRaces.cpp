//===- RemoteRaces.cpp - Other blocks' accesses to shared memory ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/SharedRaces.h"

using namespace brt::emu;

RemoteRaces::RemoteRaces(uint32_t bytes)
    : writers(cellsOf(bytes)), readers(cellsOf(bytes)) {}

bool RemoteRaces::isTouched(uint32_t offset, uint32_t size) const {
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    if (writers.tick[at] || readers.tick[at])
      return true;
  return false;
}

bool RemoteRaces::races(const BlockClocks &known, const Access &access,
                        const Stamps &earlier, size_t at) {
  uint32_t tick = earlier.tick[at], who = earlier.who[at];
  if (tick == 0 || ((who & kStrongBit) && access.strong))
    return false;
  if (who & kInFlightBit)
    return true;
  return !known.ordered(access, earlier.block[at], unpackWho(who), tick);
}

void RemoteRaces::fill(Conflict &conflict, const Stamps &earlier, size_t at) {
  conflict.block = earlier.block[at];
  conflict.other = unpackWho(earlier.who[at]);
  conflict.inFlight = earlier.who[at] & kInFlightBit;
}

bool RemoteRaces::meets(const BlockClocks &known, const Access &access,
                        uint32_t offset, uint32_t size, bool isWrite, bool same,
                        Conflict &conflict) const {
  bool found = false;
  uint32_t end = offset + size;
  for (size_t at = offset / kCellBytes; at * kCellBytes < end; ++at) {
    uint8_t bytes = bytesOfCell(at, offset, end);
    // Threads that run the same store and agree do no harm.
    bool agrees = isWrite && same && !(writers.who[at] & kInFlightBit) &&
                  unpackWho(writers.who[at]).site == access.site;
    if ((writers.bytes[at] & bytes) && !agrees &&
        races(known, access, writers, at)) {
      fill(conflict, writers, at);
      found = true;
    }
    if (isWrite && (readers.bytes[at] & bytes) &&
        races(known, access, readers, at)) {
      fill(conflict, readers, at);
      found = true;
    }
  }
  return found;
}

void RemoteRaces::record(const BlockClocks &known, const Access &access,
                         uint32_t offset, uint32_t size, bool isWrite) {
  Stamps &stamps = isWrite ? writers : readers;
  uint32_t now = known.now(access.warp), who = packWho(access);
  uint32_t end = offset + size;
  for (size_t at = offset / kCellBytes; at * kCellBytes < end; ++at) {
    uint8_t bytes = bytesOfCell(at, offset, end);
    bool again = stamps.tick[at] == now && stamps.block[at] == known.block &&
                 ((stamps.who[at] ^ who) & kThreadMask) == 0;
    stamps.bytes[at] = again ? stamps.bytes[at] | bytes : bytes;
    stamps.tick[at] = now;
    stamps.who[at] = who;
    stamps.block[at] = known.block;
  }
  last[{known.block, access.warp}] = {now, access};
}

void RemoteRaces::launch(const BlockClocks &known, const Access &access,
                         uint32_t offset, uint32_t size) {
  record(known, access, offset, size, true);
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    writers.who[at] |= kInFlightBit;
}

void RemoteRaces::land(uint32_t offset, uint32_t size, bool byProxy) {
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    writers.who[at] =
        (writers.who[at] & ~kInFlightBit) | (byProxy ? kProxyBit : 0);
}

bool RemoteRaces::isUnfenced(const BlockClocks &known, const Access &access,
                             uint32_t offset, uint32_t size,
                             Conflict &conflict) const {
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at) {
    uint32_t tick = writers.tick[at], who = writers.who[at];
    uint32_t block = writers.block[at];
    unsigned warp = unpackWho(who).warp;
    bool seen = block == known.block
                    ? known.proxied(access.warp, warp, tick)
                    : known.proxiedAcross(access.warp, block, warp, tick);
    if (tick == 0 || (who & kProxyBit) || seen)
      continue;
    fill(conflict, writers, at);
    conflict.unfenced = true;
    return true;
  }
  return false;
}

bool RemoteRaces::findUnordered(const BlockClocks &home,
                                Conflict &conflict) const {
  for (const auto &[who, access] : last) {
    if (home.anyKnows(who.first, who.second, access.tick))
      continue;
    conflict.block = who.first;
    conflict.other = access.access;
    return true;
  }
  return false;
}

// The other side: what SharedRaces asks for another block.

bool SharedRaces::remoteMeets(const BlockClocks &known, const Access &access,
                              uint32_t offset, uint32_t size, bool isWrite,
                              bool same, Conflict &conflict) {
  if (!remote)
    remote = std::make_unique<RemoteRaces>(
        static_cast<uint32_t>(writers.tick.size() * kCellBytes));
  bool found =
      remote->meets(known, access, offset, size, isWrite, same, conflict) ||
      (isWrite && overwritesRead(offset, size, conflict));
  uint32_t end = offset + size;
  for (size_t at = offset / kCellBytes; at * kCellBytes < end; ++at) {
    uint8_t bytes = bytesOfCell(at, offset, end);
    bool agrees = isWrite && same && !(writers.who[at] & kInFlightBit) &&
                  unpackWho(writers.who[at]).site == access.site;
    if ((writers.bytes[at] & bytes) && !agrees &&
        races(known, access, writers, at))
      found = fill(conflict, writers, at);
    for (const Stamps &each : readers)
      if (isWrite && (each.bytes[at] & bytes) && races(known, access, each, at))
        found = fill(conflict, each, at);
  }
  return found;
}

bool SharedRaces::remoteAccess(const BlockClocks &known, const Access &access,
                               uint32_t offset, uint32_t size, bool isWrite,
                               bool same, Conflict &conflict) {
  bool found =
      remoteMeets(known, access, offset, size, isWrite, same, conflict);
  remote->record(known, access, offset, size, isWrite);
  return found;
}

bool SharedRaces::launchRemote(const BlockClocks &known, const Access &access,
                               uint32_t offset, uint32_t size, bool byProxy,
                               Conflict &conflict) {
  bool found =
      remoteMeets(known, access, offset, size, true, false, conflict) ||
      (byProxy && isUnfenced(known, access, offset, size, conflict));
  remote->launch(known, access, offset, size);
  return found;
}
