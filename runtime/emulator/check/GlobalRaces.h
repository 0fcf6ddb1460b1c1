//===- GlobalRaces.h - Races on global memory -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As SharedRaces, for the words of global memory during one launch: the last
// write and the last read of each, by block, warp and lane. Launches are
// ordered by their stream, so nothing is carried over from one to the next.
// Blocks run on several host threads; a lock per group of words keeps the
// records whole.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_GLOBALRACES_H
#define BRT_EMULATOR_CHECK_GLOBALRACES_H

#include "check/SharedRaces.h"

namespace brt::emu {

class GlobalRaces {
public:
  GlobalClocks clocks;

  /// Records a read or write of [address, address + size) by a thread of the
  /// block that `known` belongs to. True if it races. `same` as in SharedRaces.
  bool access(const BlockClocks &known, const Access &access, uint64_t address,
              uint32_t size, bool isWrite, bool same, Conflict &conflict);

private:
  struct Stamp {
    uint32_t tick = 0, block = 0;
    uint32_t site : 20, warp : 5, lane : 5, strong : 1;
    Stamp() : site(0), warp(0), lane(0), strong(0) {}
  };
  struct Cell {
    Stamp writer, reader;
    uint8_t written = 0, read = 0; // bytes of the four
  };
  /// Words are kept in chunks that exist once one of them is touched.
  static constexpr unsigned kChunkShift = 12, kStripes = 256;
  struct Stripe {
    std::mutex mutex;
    std::unordered_map<uint64_t, std::unique_ptr<Cell[]>> chunks;
    uint64_t lastNumber = 0; // the chunk found last
    Cell *last = nullptr;
  };
  Stripe stripes[kStripes];

  static bool races(const BlockClocks &known, const Access &access,
                    const Stamp &earlier);
  static void fill(Conflict &conflict, const Stamp &earlier);
  static bool visit(const BlockClocks &known, const Access &access, Cell &cell,
                    uint8_t bytes, bool isWrite, bool same, Conflict &conflict);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_GLOBALRACES_H
