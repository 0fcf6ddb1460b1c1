//===- Rows.h - The words of a whole warp's access at once ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Most accesses of good code are rows: lane after lane touches the next 1, 2 or
// 4 words. Their stamps are compared and written as vectors, and so are those
// of one lane.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_ROWS_H
#define BRT_EMULATOR_CHECK_ROWS_H

#include "check/Stamp.h"

#include <type_traits>

namespace brt::emu {

constexpr uint32_t kRowLanes = 32;

/// The lanes of a row, and the words of each, as constants.
template <uint32_t laneCount, uint32_t wordCount>
struct RowShape {
  static constexpr uint32_t lanes = laneCount, words = wordCount;
};

/// Calls `body` with the shape of a row; false where there is none.
template <uint32_t lanes, class Body>
bool forRowOf(uint32_t words, Body body) {
  switch (words) {
  case 1:
    return body(RowShape<lanes, 1>());
  case 2:
    return body(RowShape<lanes, 2>());
  case 4:
    return body(RowShape<lanes, 4>());
  default:
    return false;
  }
}

/// True if the accesses in a row are ordered before one by `warp` for reasons
/// that need no look at each: all of the warp knows them, as it knows every
/// tick up to `floor`, or the same lane made them.
template <class Shape>
bool rowIsOrdered(const uint32_t *tick, const uint32_t *who,
                  const Access &first, uint32_t floor) {
  uint32_t bad = 0, thread = packThread(first.warp, first.lane);
  for (uint32_t i = 0; i < Shape::lanes * Shape::words; ++i) {
    uint32_t mine = thread + (i / Shape::words << kLaneShift);
    uint32_t other = (who[i] ^ mine) & kThreadMask;
    bad |= (tick[i] > floor ? other : 0) | (who[i] & kInFlightBit);
  }
  return bad == 0;
}

/// Leaves the stamps of a row; `who` is that of its first lane.
template <class Shape>
void stampRow(uint32_t *tick, uint32_t *whos, uint8_t *bytes, uint32_t now,
              uint32_t who) {
  constexpr uint8_t kWholeWord = 15;
  for (uint32_t i = 0; i < Shape::lanes * Shape::words; ++i) {
    tick[i] = now;
    whos[i] = who + (i / Shape::words << kLaneShift);
    bytes[i] = kWholeWord;
  }
}

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_ROWS_H
