//===- Mbarrier.h - Barriers in shared memory -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.13.15. The object in shared memory is opaque; what it stands for
// is kept beside, by its address. A phase ends when no arrival and no byte of a
// transaction is pending.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_MBARRIER_H
#define BRT_EMULATOR_EXEC_MBARRIER_H

#include "check/Clocks.h"

namespace brt::emu {

class Block;

struct Mbarrier {
  static constexpr uint32_t kMaxCount = (1u << 20) - 1;

  uint32_t expected = 0;   // arrivals of a phase
  uint32_t pending = 0;    // arrivals still to come in this one
  int64_t transaction = 0; // bytes; below zero where they came before they were
                           // expected
  uint64_t phase = 0;
  /// What those know who arrived in this phase, and in the last one.
  Knowledge arriving, completed;

  /// What arrive returns: the phase, and how many arrivals were pending.
  uint64_t state() const { return phase << 20 | pending; }
  static uint64_t phaseOf(uint64_t state) { return state >> 20; }
  static uint32_t pendingOf(uint64_t state) { return state & kMaxCount; }
};

/// Ends the phase if nothing is pending.
void completePhase(Block &block, Mbarrier &barrier);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_MBARRIER_H
