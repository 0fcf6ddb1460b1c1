//===- SharedRaces.h - Races on shared memory -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For every four bytes of shared memory: the last write and the last reads from
// two warps, each with the tick it belongs to (Clocks.h). An access that
// overlaps an earlier one of which it knows nothing, one of them a write, is a
// race. A copy under way (cp.async) is a write of nobody: whoever meets it
// races.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_SHAREDRACES_H
#define BRT_EMULATOR_CHECK_SHAREDRACES_H

#include "check/Clocks.h"

namespace brt::emu {

struct Access {
  uint32_t warp = 0, lane = 0; // of the block
  uint32_t site = 0;           // Program::sites
  bool strong = false;         // atomic, volatile, relaxed and stronger
};

/// The earlier access of a race.
struct Conflict {
  Access other;
  uint32_t block = 0;    // linear index
  bool inFlight = false; // an asynchronous copy that was not waited for
};

class SharedRaces {
public:
  SharedRaces(uint32_t bytes, const BlockClocks &clocks);

  /// Records a read of [offset, offset + size). True if it races.
  bool read(const Access &access, uint32_t offset, uint32_t size,
            Conflict &conflict);
  /// Records a write. `same` says that the bytes there already hold what is to
  /// be written: lanes of one instruction that agree do not race.
  bool write(const Access &access, uint32_t offset, uint32_t size, bool same,
             Conflict &conflict);
  /// An asynchronous copy begins to write; it ends with `land`.
  bool launchCopy(const Access &access, uint32_t offset, uint32_t size,
                  Conflict &conflict);
  void land(const Access &access, uint32_t offset, uint32_t size);

private:
  /// Who, when and where in 8 bytes; tick 0 means nobody.
  struct Stamp {
    uint32_t tick = 0;
    uint32_t site : 20, warp : 5, lane : 5, strong : 1, inFlight : 1;
    Stamp() : site(0), warp(0), lane(0), strong(0), inFlight(0) {}
  };
  struct Cell {
    Stamp writer, readers[2];
    uint8_t written = 0, read[2] = {0, 0}; // bytes of the four
  };
  const BlockClocks &clocks;
  std::vector<Cell> cells;

  Stamp stamp(const Access &access) const;
  bool races(const Access &access, const Stamp &earlier) const;
  bool fill(Conflict &conflict, const Stamp &earlier) const;
  bool againstReaders(const Access &access, const Cell &cell, uint8_t bytes,
                      Conflict &conflict) const;
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_SHAREDRACES_H
