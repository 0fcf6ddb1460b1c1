//===- AsyncReads.h - Shared memory that is being read --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `wgmma` and TMA stores read shared memory until they are waited for. Of every
// four bytes: how many of them do so, and one of those.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_ASYNCREADS_H
#define BRT_EMULATOR_CHECK_ASYNCREADS_H

#include "check/Stamp.h"

#include <vector>

namespace brt::emu {

class AsyncReads {
public:
  explicit AsyncReads(uint32_t bytes)
      : count(cellsOf(bytes)), who(cellsOf(bytes)) {}

  void begin(const Access &access, uint32_t offset, uint32_t size);
  void end(uint32_t offset, uint32_t size);
  /// True if a byte of [offset, offset + size) is still being read.
  bool meets(uint32_t offset, uint32_t size, Conflict &conflict) const;

private:
  std::vector<uint16_t> count;
  std::vector<uint32_t> who;
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_ASYNCREADS_H
