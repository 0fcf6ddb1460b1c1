//===- RemoteRaces.h - Other blocks' accesses to shared memory ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What SharedRaces keeps about one block's shared memory, for the other blocks
// of its cluster: for every four bytes the last write and the last read, by
// block, warp and lane. Both look at each other's records.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_REMOTERACES_H
#define BRT_EMULATOR_CHECK_REMOTERACES_H

#include "check/Clocks.h"
#include "check/Stamp.h"

namespace brt::emu {

class RemoteRaces {
public:
  explicit RemoteRaces(uint32_t bytes);

  /// True if some other block touched a byte of [offset, offset + size).
  bool isTouched(uint32_t offset, uint32_t size) const;
  /// Whether an access by a thread of the block that `known` belongs to races
  /// with one that is recorded here.
  bool meets(const BlockClocks &known, const Access &access, uint32_t offset,
             uint32_t size, bool isWrite, bool same, Conflict &conflict) const;
  /// Records an access by a thread of another block.
  void record(const BlockClocks &known, const Access &access, uint32_t offset,
              uint32_t size, bool isWrite);

  /// A copy that another block asked for begins to write, and ends. `tick` is
  /// when it was asked for.
  void launch(const BlockClocks &known, const Access &access, uint32_t offset,
              uint32_t size);
  void land(uint32_t offset, uint32_t size, bool byProxy);
  /// True if another block wrote what the asynchronous proxy may not see.
  bool isUnfenced(const BlockClocks &known, const Access &access,
                  uint32_t offset, uint32_t size, Conflict &conflict) const;

  /// An access that no warp of the block, which now exits, knows of.
  bool findUnordered(const BlockClocks &home, Conflict &conflict) const;

private:
  struct Stamps {
    std::vector<uint32_t> tick, who, block;
    std::vector<uint8_t> bytes; // which of the four
    explicit Stamps(size_t words)
        : tick(words), who(words), block(words), bytes(words) {}
  };
  Stamps writers, readers;
  struct Last {
    uint32_t tick = 0;
    Access access;
  };
  std::map<std::pair<uint32_t, uint32_t>, Last> last; // by block and warp

  static bool races(const BlockClocks &known, const Access &access,
                    const Stamps &earlier, size_t at);
  static void fill(Conflict &conflict, const Stamps &earlier, size_t at);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_REMOTERACES_H
