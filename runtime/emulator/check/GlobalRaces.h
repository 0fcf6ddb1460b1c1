//===- GlobalRaces.h - Races on global memory -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As SharedRaces, for the words of global memory during one launch: the last
// write and the last read of each, by block, warp and lane. Launches are
// ordered by their stream, so nothing is carried over from one to the next.
// Blocks run on several host threads; a lock per group of words, held for the
// few instructions of one record, keeps the records whole.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_GLOBALRACES_H
#define BRT_EMULATOR_CHECK_GLOBALRACES_H

#include "check/SharedRaces.h"

#include <atomic>
#include <thread>

namespace brt::emu {

/// For critical sections of a few instructions.
class SpinLock {
public:
  void lock() {
    while (held.test_and_set(std::memory_order_acquire))
      std::this_thread::yield();
  }
  void unlock() { held.clear(std::memory_order_release); }

private:
  std::atomic_flag held = ATOMIC_FLAG_INIT;
};

class GlobalRaces {
public:
  GlobalRaces() = default;
  ~GlobalRaces();

  GlobalClocks clocks;

  /// Records a read or write of [address, address + size) by a thread of the
  /// block that `known` belongs to. True if it races. `same` as in SharedRaces.
  bool access(const BlockClocks &known, const Access &access, uint64_t address,
              uint32_t size, bool isWrite, bool same, Conflict &conflict);

  /// The same for a row of lanes; as SharedRaces::readRow.
  bool accessRow(const BlockClocks &known, const Row &row, uint64_t address,
                 bool isWrite);

private:
  /// Words are kept in chunks that exist once one of them is touched.
  static constexpr unsigned kChunkShift = 12, kStripes = 256;
  static constexpr uint64_t kCellBytes = 4;
  static constexpr size_t kChunkWords = (size_t(1) << kChunkShift) / kCellBytes;
  struct Stamps {
    uint32_t tick[kChunkWords] = {}, who[kChunkWords] = {},
             block[kChunkWords] = {};
    uint8_t bytes[kChunkWords] = {}; // which of the four
  };
  struct Chunk {
    Stamps writers, readers;
  };
  class Spares;
  struct Stripe {
    SpinLock lock;
    std::unordered_map<uint64_t, std::unique_ptr<Chunk>> chunks;
    uint64_t lastNumber = 0; // the chunk found last
    Chunk *last = nullptr;

    Chunk &find(uint64_t number);
  };
  Stripe stripes[kStripes];

  static bool races(const BlockClocks &known, const Access &access,
                    const Stamps &earlier, size_t at);
  static void fill(Conflict &conflict, const Stamps &earlier, size_t at);
  static bool visit(const BlockClocks &known, const Access &access,
                    Chunk &chunk, size_t at, uint8_t bytes, bool isWrite,
                    bool same, Conflict &conflict);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_GLOBALRACES_H
