//===- TensorMap.h - A tensor as TMA sees it ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 5.5.8. A tensor map is 128 opaque bytes: what is in them is the
// implementation's own business, and this is ours.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_TENSORMAP_H
#define BRT_EMULATOR_EXEC_TENSORMAP_H

#include <cstdint>

namespace brt::emu {

struct TensorMap {
  static constexpr uint32_t kMagic = 0x4d544d42; // "BMTM"
  static constexpr unsigned kMaxRank = 5, kMaxStep = 8;

  uint32_t magic = kMagic;
  uint8_t rank = 1;
  uint8_t elementBytes = 4;
  /// Of 16-byte pieces with bits of the address: 0 none, 1 over 32 bytes, 3
  /// over 64, 7 over 128; this is the mask.
  uint8_t swizzleMask = 0;
  uint8_t fillNaN = 0;      // what lies outside reads as NaN, not zero
  uint64_t base = 0;        // device address
  uint64_t strides[4] = {}; // bytes, of dimensions 1 and up
  uint32_t extents[kMaxRank] = {1, 1, 1, 1, 1}; // innermost first
  uint32_t box[kMaxRank] = {1, 1, 1, 1, 1};
  /// Of every so many elements of a box one is meant; not of the innermost
  /// dimension.
  uint32_t steps[kMaxRank] = {1, 1, 1, 1, 1};
  uint32_t reserved[5] = {};

  uint32_t rowBytes() const { return box[0] * elementBytes; }
  /// A map that a kernel makes starts as zeros.
  uint32_t step(unsigned i) const { return steps[i] ? steps[i] : 1; }
  /// Elements of a box along a dimension but the innermost.
  uint32_t count(unsigned i) const { return (box[i] + step(i) - 1) / step(i); }
  /// Rows of a box, and where each one begins in the tensor.
  uint32_t rows() const {
    uint32_t all = 1;
    for (unsigned i = 1; i < rank; ++i)
      all *= count(i);
    return all;
  }
  uint32_t boxBytes() const { return rows() * rowBytes(); }
};
static_assert(sizeof(TensorMap) == 128);

/// One row of a box: the part that lies in the tensor.
struct BoxRow {
  uint64_t address = 0;            // of its first byte in the tensor
  uint32_t skipped = 0, bytes = 0; // outside before it; inside
};

/// Row `row` of the box at coordinates `at`.
inline BoxRow boxRow(const TensorMap &map, const int32_t *at, uint32_t row) {
  BoxRow result;
  uint64_t address = map.base;
  for (unsigned i = 1; i < map.rank; ++i) {
    int64_t index = int64_t(at[i]) + int64_t(row % map.count(i)) * map.step(i);
    row /= map.count(i);
    if (index < 0 || index >= map.extents[i])
      return result;
    address += static_cast<uint64_t>(index) * map.strides[i - 1];
  }
  int64_t first = at[0] < 0 ? -int64_t(at[0]) : 0;
  int64_t end = int64_t(map.extents[0]) - at[0];
  end = end < map.box[0] ? end : map.box[0];
  if (first >= end)
    return result;
  result.address =
      address + static_cast<uint64_t>(at[0] + first) * map.elementBytes;
  result.skipped = static_cast<uint32_t>(first) * map.elementBytes;
  result.bytes = static_cast<uint32_t>(end - first) * map.elementBytes;
  return result;
}

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_TENSORMAP_H
