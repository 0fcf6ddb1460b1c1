//===- Memory.h - From a warp's addresses to checked host memory ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_MEMORY_H
#define BRT_EMULATOR_EXEC_MEMORY_H

#include "check/GlobalRaces.h"
#include "exec/Block.h"
#include "exec/Translator.h"

namespace brt::emu {

/// How one instruction reaches memory; Inst::imm of its handler.
struct MemoryOp {
  Space space = Space::Generic;
  uint32_t base = 0;      // register of the address
  unsigned baseBytes = 8; // its width
  int64_t offset = 0;
  unsigned bytes = 4; // of one element
  unsigned count = 1; // elements of the vector
  uint32_t regs[8] = {};
  uint32_t site = 0;
  bool strong = false, acquire = false, release = false;
  unsigned size() const { return bytes * count; }
};

enum class AccessKind : uint8_t { Read, Write, Atomic };

/// Where the lanes of one access lie in host memory.
struct Resolved {
  uint64_t address[kLanes]; // as the program sees it
  uint8_t *host[kLanes];
  uint8_t *written[kLanes]; // init bytes
  uint32_t lanes = 0;       // those that may be touched
  uint32_t shared = 0;      // those in shared memory
  /// All 32 lanes are there and lie one after the other.
  bool isRow = false;
};

/// Addresses of the active lanes.
void computeAddresses(const MemoryOp &op, Warp &warp, uint64_t *address);

/// Checks alignment, bounds, lifetime and, for reads, that every byte was
/// written; counts sectors and wavefronts. Lanes with a finding are left out.
void resolve(const Inst *inst, Warp &warp, const MemoryOp &op, AccessKind kind,
             Resolved &out);
/// The same for addresses and sizes that are not a plain operand.
void resolveAt(const Inst *inst, Warp &warp, Space space, uint64_t *address,
               uint32_t lanes, unsigned size, AccessKind kind, Resolved &out);
void countAccess(Warp &warp, uint32_t site, const Resolved &where,
                 unsigned size);
/// Passes over the shared banks that the lanes' accesses take.
unsigned countWavefronts(const uint64_t *address, uint32_t lanes, unsigned size,
                         unsigned &ideal);

/// Race checks of one lane's access, just before it is made. `same` says that a
/// write changes nothing. Constant and local memory do not race.
void noteAccess(const Inst *inst, Warp &warp, const Resolved &where,
                unsigned lane, unsigned size, const MemoryOp &op, bool isWrite,
                bool same);
/// The same for all resolved lanes. For a write `written` has the bytes, lane
/// after lane; lanes must not overlap.
void noteAccesses(const Inst *inst, Warp &warp, const Resolved &where,
                  const MemoryOp &op, const uint8_t *written);
/// What a strong access does to the order of others.
void noteStrong(Warp &warp, const Resolved &where, unsigned lane,
                const MemoryOp &op, bool reads, bool writes);
void reportRace(const Inst *inst, Warp &warp, unsigned lane, uint64_t address,
                const Conflict &conflict);

/// Fills in space, address and site from the modifiers and `operand`. Handles
/// what every memory instruction shares: cache hints, scopes, `volatile`.
bool translateAddress(Translator &t, const Operand &operand, MemoryOp &op);
bool takeSpace(Translator &t, Space &space);
void takeOrdering(Translator &t, MemoryOp &op);
void takeCacheHints(Translator &t);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_MEMORY_H
