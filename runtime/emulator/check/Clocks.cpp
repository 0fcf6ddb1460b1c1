//===- Clocks.cpp - What happened before what -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/Clocks.h"

#include <algorithm>

using namespace brt::emu;

static void joinInto(Ticks &into, const Ticks &from) {
  for (unsigned i = 0; i < kClockWarps; ++i)
    into[i] = std::max(into[i], from[i]);
}

void Knowledge::join(const Knowledge &other) {
  joinInto(own, other.own);
  joinInto(proxied, other.proxied);
  for (const auto &[block, ticks] : other.foreign)
    joinInto(foreign[block], ticks);
  for (const auto &[block, ticks] : other.foreignProxied)
    joinInto(foreignProxied[block], ticks);
}

Knowledge Knowledge::leaving(uint32_t block) const {
  Knowledge result = *this;
  result.foreign[block] = own;
  result.foreignProxied[block] = proxied;
  result.own = result.proxied = {};
  return result;
}

Knowledge Knowledge::entering(uint32_t block) const {
  Knowledge result = *this;
  result.own = result.foreign[block];
  result.proxied = result.foreignProxied[block];
  result.foreign.erase(block);
  result.foreignProxied.erase(block);
  return result;
}

void GlobalClocks::publish(uint64_t address, uint32_t block,
                           const Knowledge &knowledge) {
  std::lock_guard<std::mutex> lock(mutex);
  empty = false;
  auto &there = atAddress[address];
  joinInto(there[block], knowledge.own);
  for (const auto &[other, ticks] : knowledge.foreign)
    joinInto(there[other], ticks);
}

bool GlobalClocks::fetch(uint64_t address, uint32_t block,
                         Knowledge &knowledge) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = atAddress.find(address);
  if (found == atAddress.end())
    return false;
  for (const auto &[other, ticks] : found->second)
    (other == block ? knowledge.own : knowledge.foreign[other]) = ticks;
  return true;
}

BlockClocks::BlockClocks(unsigned warps, uint32_t block, GlobalClocks &global)
    : block(block), global(global), known(warps), together(warps, 0),
      floors(warps, 0), pairs(warps), fenced(warps), observed(warps) {
  for (unsigned warp = 0; warp < warps; ++warp)
    known[warp].own[warp] = 1;
}

/// Whether the ticks of a block among `foreign` reach `tick`.
static bool reaches(const std::map<uint32_t, Ticks> &foreign, uint32_t block,
                    unsigned warp, uint32_t tick) {
  auto found = foreign.find(block);
  return found != foreign.end() && tick <= found->second[warp];
}

bool BlockClocks::orderedAcross(unsigned warp, uint32_t otherBlock,
                                unsigned otherWarp, uint32_t tick) const {
  return reaches(known[warp].foreign, otherBlock, otherWarp, tick);
}

bool BlockClocks::proxiedAcross(unsigned warp, uint32_t otherBlock,
                                unsigned otherWarp, uint32_t tick) const {
  return reaches(known[warp].foreignProxied, otherBlock, otherWarp, tick);
}

bool BlockClocks::anyKnows(uint32_t otherBlock, unsigned otherWarp,
                           uint32_t tick) const {
  for (unsigned warp = 0; warp < known.size(); ++warp)
    if (orderedAcross(warp, otherBlock, otherWarp, tick))
      return true;
  return false;
}

void BlockClocks::join(unsigned warp, const Knowledge &knowledge) {
  // Whatever the warp's own lanes gave away comes back to all of them.
  together[warp] = std::max(together[warp], knowledge.own[warp]);
  uint32_t own = now(warp);
  known[warp].join(knowledge);
  known[warp].own[warp] = own;
  findFloor(warp);
}

void BlockClocks::findFloor(unsigned warp) {
  uint32_t least = together[warp];
  for (unsigned other = 0; other < known.size(); ++other)
    if (other != warp)
      least = std::min(least, known[warp].own[other]);
  floors[warp] = least;
}

void BlockClocks::release(unsigned warp, unsigned barrier) {
  atBarrier[barrier].join(known[warp]);
  together[warp] = now(warp);
  findFloor(warp);
  ++known[warp].own[warp];
}

void BlockClocks::give(unsigned warp, Knowledge &to) {
  to.join(known[warp]);
  ++known[warp].own[warp];
}

void BlockClocks::giveCluster(unsigned warp, bool release, Knowledge &to) {
  to.join((release ? known[warp] : fenced[warp]).leaving(block));
  ++known[warp].own[warp];
}

void BlockClocks::acquire(uint32_t warps, unsigned barrier) {
  const Knowledge &knowledge = atBarrier[barrier];
  for (unsigned warp = 0; warp < known.size(); ++warp)
    if (warps >> warp & 1)
      join(warp, knowledge);
  atBarrier.erase(barrier);
}

void BlockClocks::warpSync(unsigned warp, uint32_t lanes, uint32_t live) {
  uint32_t tick = known[warp].own[warp]++;
  if ((live & ~lanes) == 0) {
    together[warp] = tick;
    findFloor(warp);
    return;
  }
  if (!pairs[warp])
    pairs[warp] = std::make_unique<LaneTicks>(LaneTicks{});
  LaneTicks &rows = *pairs[warp];
  std::array<uint32_t, kMaxLanes> joined{};
  for (unsigned lane = 0; lane < kMaxLanes; ++lane) {
    if (!(lanes >> lane & 1))
      continue;
    for (unsigned other = 0; other < kMaxLanes; ++other)
      joined[other] = std::max(joined[other], rows[lane][other]);
  }
  for (unsigned lane = 0; lane < kMaxLanes; ++lane)
    if (lanes >> lane & 1)
      joined[lane] = tick;
  for (unsigned lane = 0; lane < kMaxLanes; ++lane)
    if (lanes >> lane & 1)
      rows[lane] = joined;
}

void BlockClocks::fence(unsigned warp) {
  join(warp, observed[warp]);
  fenced[warp] = known[warp];
  ++known[warp].own[warp];
}

void BlockClocks::strongWrite(unsigned warp, uint64_t address, bool shared,
                              bool release) {
  const Knowledge &given = release ? known[warp] : fenced[warp];
  // Without a fence before it, a plain strong write orders nothing.
  if (!given.own[warp])
    return;
  if (shared)
    atShared[address].join(given);
  else
    global.publish(address, block, given);
  if (release)
    ++known[warp].own[warp];
}

void BlockClocks::strongRead(unsigned warp, uint64_t address, bool shared,
                             bool acquire) {
  auto learn = [&](const Knowledge &given) {
    if (acquire)
      join(warp, given);
    else
      observed[warp].join(given);
  };
  if (shared) {
    auto found = atShared.empty() ? atShared.end() : atShared.find(address);
    if (found != atShared.end())
      learn(found->second);
    return;
  }
  Knowledge fetched;
  if (!global.isEmpty() && global.fetch(address, block, fetched))
    learn(fetched);
}
