//===- Memory.h - From a warp's addresses to checked host memory ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_MEMORY_H
#define BRT_EMULATOR_EXEC_MEMORY_H

#include "check/GlobalRaces.h"
#include "exec/Cluster.h"
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

/// Neighbouring lanes of an access whose places follow one another, or are all
/// the same.
struct Run {
  unsigned first = 0, count = 0; // lanes
  bool same = false;
};

/// Where the lanes of one access lie in host memory.
struct Resolved {
  uint64_t address[kLanes]; // as the program sees it
  uint8_t *host[kLanes];
  uint8_t *written[kLanes]; // init bytes
  uint32_t lanes = 0;       // those that may be touched
  uint32_t shared = 0;      // those in shared memory
  uint32_t remote = 0;      // of those, the ones in another block's
  // Lanes that begin where the lane before them ends; that are where it is.
  uint32_t next = 0, same = 0;
};

/// The block in whose shared memory a lane lies.
inline Block &homeOf(Warp &warp, const Resolved &where, unsigned lane) {
  return where.remote >> lane & 1 ? *warp.block->blockAt(where.address[lane])
                                  : *warp.block;
}

/// Calls `body` with the runs that make up the lanes.
template <class Body>
void forRuns(const Resolved &where, Body body) {
  // Set bits of `mask` behind `first`, up to the first that is not.
  auto follow = [](uint32_t mask, unsigned first) {
    uint64_t behind = uint64_t(mask) >> (first + 1);
    return static_cast<unsigned>(__builtin_ctzll(~behind));
  };
  for (uint64_t left = where.lanes; left;) {
    Run run;
    run.first = static_cast<unsigned>(__builtin_ctzll(left));
    run.count = 1 + follow(where.next, run.first);
    if (run.count == 1) {
      run.count = 1 + follow(where.same, run.first);
      run.same = run.count > 1;
    }
    left = left >> (run.first + run.count) << (run.first + run.count);
    body(run);
  }
}

/// All 32 lanes, one after the other.
struct WholeRow {
  uint8_t *host = nullptr, *written = nullptr;
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
void countWholeRow(Warp &warp, uint32_t site, uint64_t address, bool isShared,
                   unsigned size);

/// Resolves all lanes at once where they lie aligned in one region that is not
/// local memory. False, with nothing done, where lane after lane has to be
/// looked at.
bool resolveTogether(Warp &warp, Space space, uint32_t lanes, unsigned size,
                     AccessKind kind, Resolved &out);
/// Lanes of which a byte to be read was never written.
uint32_t unwrittenLanes(const Resolved &where, unsigned size);
/// The common case of a weak access to memory that is not local: all lanes, in
/// a row, and no check finds anything. Then it is checked, counted and noted as
/// by `resolve` and `noteAccesses`; if not, nothing is done.
bool takeWholeRow(Warp &warp, const MemoryOp &op, AccessKind kind,
                  WholeRow &out);

/// Race checks of one lane's access, just before it is made. `same` says that a
/// write changes nothing. Constant and local memory do not race.
void noteAccess(const Inst *inst, Warp &warp, const Resolved &where,
                unsigned lane, unsigned size, const MemoryOp &op, bool isWrite,
                bool same);
/// The same for the lanes of a run. For a write `written` has their bytes, lane
/// after lane; they must not overlap.
void noteRun(const Inst *inst, Warp &warp, const Resolved &where, Run run,
             unsigned size, const MemoryOp &op, const uint8_t *written);
/// The same for a read by all resolved lanes.
void noteReads(const Inst *inst, Warp &warp, const Resolved &where,
               unsigned size, const MemoryOp &op);
/// What a strong access does to the order of others.
void noteStrong(Warp &warp, const Resolved &where, unsigned lane,
                const MemoryOp &op, bool reads, bool writes);
void reportRace(const Inst *inst, Warp &warp, unsigned lane, uint64_t address,
                const Conflict &conflict);
/// A block exits, and nothing orders another one's access to its shared memory
/// before that.
void reportEarlyExit(Block &block, const Conflict &conflict);

/// Fills in space, address and site from the modifiers and `operand`. Handles
/// what every memory instruction shares: cache hints, scopes, `volatile`.
bool translateAddress(Translator &t, const Operand &operand, MemoryOp &op);
/// The elements of a vector operand, or the operand itself.
std::vector<Operand> elementsOf(const Operand &operand);
bool takeSpace(Translator &t, Space &space);
void takeOrdering(Translator &t, MemoryOp &op);
void takeCacheHints(Translator &t);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_MEMORY_H
