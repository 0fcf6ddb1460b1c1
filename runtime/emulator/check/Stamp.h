//===- Stamp.h - Who touched a word of memory, when and where -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of each word of memory 8 bytes are kept about its last accesses: the tick of
// the warp (Clocks.h), where 0 means nobody, and who in a packed word. Ticks
// and whos lie in arrays of their own, so that the words of a whole warp's
// access are compared as vectors.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_STAMP_H
#define BRT_EMULATOR_CHECK_STAMP_H

#include <algorithm>
#include <cstddef>
#include <cstdint>

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
  bool reading = false;  // an asynchronous read that was not waited for
  bool unfenced = false; // no fence.proxy.async between the proxies
};

/// Bytes of shared memory that share a record.
constexpr uint32_t kCellBytes = 4;
constexpr size_t cellsOf(uint32_t bytes) {
  return (size_t(bytes) + kCellBytes - 1) / kCellBytes;
}
/// The part of [offset, end) in cell `at`, one bit a byte.
inline uint8_t bytesOfCell(size_t at, uint32_t offset, uint32_t end) {
  uint32_t start = static_cast<uint32_t>(at) * kCellBytes;
  uint32_t first = offset > start ? offset - start : 0;
  uint32_t last = std::min(end - start, kCellBytes);
  return static_cast<uint8_t>(((1u << last) - 1) & ~((1u << first) - 1));
}

constexpr uint32_t kSiteBits = 19, kWarpShift = 20, kLaneShift = 25;
/// Written by the asynchronous proxy.
constexpr uint32_t kProxyBit = 1u << kSiteBits;
constexpr uint32_t kStrongBit = 1u << 30, kInFlightBit = 1u << 31;
/// Warp and lane.
constexpr uint32_t kThreadMask = 1023u << kWarpShift;

inline uint32_t packThread(uint32_t warp, uint32_t lane) {
  return (warp & 31) << kWarpShift | (lane & 31) << kLaneShift;
}
inline uint32_t packWho(const Access &access) {
  return (access.site & ((1u << kSiteBits) - 1)) |
         packThread(access.warp, access.lane) |
         (access.strong ? kStrongBit : 0);
}
inline Access unpackWho(uint32_t who) {
  Access access;
  access.site = who & ((1u << kSiteBits) - 1);
  access.warp = who >> kWarpShift & 31;
  access.lane = who >> kLaneShift & 31;
  access.strong = who & kStrongBit;
  return access;
}

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_STAMP_H
