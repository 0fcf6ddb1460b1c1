//===- GlobalRaces.cpp - Races on global memory ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/GlobalRaces.h"

#include <algorithm>

using namespace brt::emu;

/// Chunks of launches that are over, for those to come: to clear one costs less
/// than pages that nobody touched yet.
class GlobalRaces::Spares {
public:
  static Spares &get() {
    static auto *spares = new Spares;
    return *spares;
  }

  std::unique_ptr<Chunk> take() {
    std::unique_ptr<Chunk> chunk;
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (list.empty())
        return std::make_unique<Chunk>();
      chunk = std::move(list.back());
      list.pop_back();
    }
    *chunk = {};
    return chunk;
  }

  void give(std::unique_ptr<Chunk> chunk) {
    constexpr size_t kMost = (size_t(128) << 20) / sizeof(Chunk);
    std::lock_guard<std::mutex> lock(mutex);
    if (list.size() < kMost)
      list.push_back(std::move(chunk));
  }

private:
  std::mutex mutex;
  std::vector<std::unique_ptr<Chunk>> list;
};

GlobalRaces::~GlobalRaces() {
  for (Stripe &stripe : stripes)
    for (auto &[number, chunk] : stripe.chunks)
      Spares::get().give(std::move(chunk));
}

bool GlobalRaces::races(const BlockClocks &known, const Access &access,
                        const Stamps &earlier, size_t at) {
  Access other = unpackWho(earlier.who[at]);
  uint32_t tick = earlier.tick[at];
  if (tick == 0 || (other.strong && access.strong))
    return false;
  return !known.ordered(access, earlier.block[at], other, tick);
}

void GlobalRaces::fill(Conflict &conflict, const Stamps &earlier, size_t at) {
  conflict.block = earlier.block[at];
  conflict.other = unpackWho(earlier.who[at]);
}

bool GlobalRaces::visit(const BlockClocks &known, const Access &access,
                        Chunk &chunk, size_t at, uint8_t bytes, bool isWrite,
                        bool same, Conflict &conflict) {
  bool found = false;
  const Stamps &writers = chunk.writers, &readers = chunk.readers;
  if ((writers.bytes[at] & bytes) && races(known, access, writers, at)) {
    // Threads that run the same store and agree do no harm.
    bool agrees =
        isWrite && same &&
        ((writers.who[at] ^ access.site) & ((1u << kSiteBits) - 1)) == 0;
    if (!agrees) {
      fill(conflict, writers, at);
      found = true;
    }
  }
  if (isWrite && (readers.bytes[at] & bytes) &&
      races(known, access, readers, at)) {
    fill(conflict, readers, at);
    found = true;
  }
  Stamps &stamps = isWrite ? chunk.writers : chunk.readers;
  uint32_t now = known.now(access.warp), who = packWho(access);
  bool again = stamps.tick[at] == now && stamps.block[at] == known.block &&
               ((stamps.who[at] ^ who) & kThreadMask) == 0;
  stamps.bytes[at] = again ? stamps.bytes[at] | bytes : bytes;
  stamps.tick[at] = now;
  stamps.block[at] = known.block;
  stamps.who[at] = who;
  return found;
}

GlobalRaces::Chunk &GlobalRaces::Stripe::find(uint64_t number) {
  if (!last || lastNumber != number) {
    auto &chunk = chunks[number];
    if (!chunk)
      chunk = Spares::get().take();
    last = chunk.get();
    lastNumber = number;
  }
  return *last;
}

bool GlobalRaces::access(const BlockClocks &known, const Access &access,
                         uint64_t address, uint32_t size, bool isWrite,
                         bool same, Conflict &conflict) {
  // Accesses are aligned to their size, so they lie in one chunk.
  uint64_t number = address >> kChunkShift;
  Stripe &stripe = stripes[number % kStripes];
  std::lock_guard<SpinLock> lock(stripe.lock);
  Chunk &chunk = stripe.find(number);
  bool found = false;
  uint64_t inChunk = address & ((1u << kChunkShift) - 1);
  for (uint64_t at = inChunk; at < inChunk + size;) {
    uint64_t first = at % kCellBytes;
    uint64_t count =
        std::min<uint64_t>(kCellBytes - first, inChunk + size - at);
    uint8_t bytes = static_cast<uint8_t>(((1u << count) - 1) << first);
    found |= visit(known, access, chunk, at / kCellBytes, bytes, isWrite, same,
                   conflict);
    at += count;
  }
  return found;
}

/// What rowIsOrdered says, of a row of this block's own accesses or none.
template <class Shape>
static bool isOwnAndOrdered(Shape shape, const BlockClocks &known,
                            const Row &row, const uint32_t *tick,
                            const uint32_t *who, const uint32_t *block) {
  uint32_t foreign = 0;
  for (uint32_t i = 0; i < shape.size(); ++i)
    foreign |= tick[i] ? block[i] ^ known.block : 0;
  return foreign == 0 &&
         rowIsOrdered(shape, tick, who, row, known.floor(row.first.warp));
}

bool GlobalRaces::accessRow(const BlockClocks &known, const Row &row,
                            uint64_t address, bool isWrite) {
  uint64_t number = address >> kChunkShift;
  size_t at = (address & ((1u << kChunkShift) - 1)) / kCellBytes;
  if (at + row.lanes * row.words > kChunkWords)
    return false;
  Stripe &stripe = stripes[number % kStripes];
  std::lock_guard<SpinLock> lock(stripe.lock);
  Chunk &chunk = stripe.find(number);
  return forShapeOf(row, [&](auto shape) {
    auto ordered = [&](const Stamps &stamps) {
      return isOwnAndOrdered(shape, known, row, stamps.tick + at,
                             stamps.who + at, stamps.block + at);
    };
    if (!ordered(chunk.writers) || (isWrite && !ordered(chunk.readers)))
      return false;
    Stamps &stamps = isWrite ? chunk.writers : chunk.readers;
    stampRow(shape, stamps.tick + at, stamps.who + at, stamps.bytes + at,
             known.now(row.first.warp), row);
    std::fill_n(stamps.block + at, shape.size(), known.block);
    return true;
  });
}
