//===- Rows.h - The words of neighbouring lanes' accesses at once ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Most accesses of good code are rows: lane after lane touches the next 1, 2 or
// 4 words, all lanes of the warp or some neighbours. Their stamps are compared
// and written as vectors.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_ROWS_H
#define BRT_EMULATOR_CHECK_ROWS_H

#include "check/Stamp.h"

namespace brt::emu {

/// Words of neighbouring lanes, one lane after the other.
struct Row {
  Access first;       // of the lowest lane
  uint32_t lanes = 0; // how many
  uint32_t words = 0; // of each
  /// The lanes below `first.lane` read the same words: what is stamped is the
  /// last one's, and only what the whole warp knows orders an earlier write.
  bool repeated = false;
};

/// The lanes of a row and the words of each, as constants where they are the
/// usual ones.
template <uint32_t wordCount, uint32_t laneCount = 0>
struct RowShape {
  static constexpr uint32_t words = wordCount;
  uint32_t lanes;
  uint32_t size() const { return (laneCount ? laneCount : lanes) * wordCount; }
};

/// Calls `body` with the shape of a row; false where there is none.
template <class Body>
bool forShapeOf(const Row &row, Body body) {
  constexpr uint32_t kWarp = 32;
  bool isWhole = row.lanes == kWarp;
  switch (row.words) {
  case 1:
    return isWhole          ? body(RowShape<1, kWarp>{kWarp})
           : row.lanes == 1 ? body(RowShape<1, 1>{1})
                            : body(RowShape<1>{row.lanes});
  case 2:
    return isWhole ? body(RowShape<2, kWarp>{kWarp})
                   : body(RowShape<2>{row.lanes});
  case 4:
    return isWhole          ? body(RowShape<4, kWarp>{kWarp})
           : row.lanes == 1 ? body(RowShape<4, 1>{1})
                            : body(RowShape<4>{row.lanes});
  default:
    return false;
  }
}

/// True if the accesses in a row are ordered before one by `row` for reasons
/// that need no look at each: all of the warp knows them, as it knows every
/// tick up to `floor`, the same lane made them, or both are strong.
template <class Shape>
bool rowIsOrdered(Shape shape, const uint32_t *tick, const uint32_t *who,
                  const Row &row, uint32_t floor) {
  uint32_t bad = 0, thread = packThread(row.first.warp, row.first.lane);
  uint32_t never = row.repeated, strong = row.first.strong ? kStrongBit : 0;
  for (uint32_t i = 0; i < shape.size(); ++i) {
    uint32_t mine = thread + (i / Shape::words << kLaneShift);
    uint32_t other = ((who[i] ^ mine) & kThreadMask) | never;
    bool isKnown = tick[i] <= floor || (who[i] & strong);
    bad |= (isKnown ? 0 : other) | (who[i] & kInFlightBit);
  }
  return bad == 0;
}

/// Leaves the stamps of a row.
template <class Shape>
void stampRow(Shape shape, uint32_t *tick, uint32_t *whos, uint8_t *bytes,
              uint32_t now, const Row &row) {
  constexpr uint8_t kWholeWord = 15;
  uint32_t who = packWho(row.first);
  for (uint32_t i = 0; i < shape.size(); ++i) {
    tick[i] = now;
    whos[i] = who + (i / Shape::words << kLaneShift);
  }
  for (uint32_t i = 0; i < shape.size(); ++i)
    bytes[i] = kWholeWord;
}

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_ROWS_H
