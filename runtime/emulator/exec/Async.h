//===- Async.h - Copies under way -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_ASYNC_H
#define BRT_EMULATOR_EXEC_ASYNC_H

#include "check/SharedRaces.h"
#include "exec/TensorMap.h"
#include "exec/Translator.h"

namespace brt::emu {

class Block;
struct Worker;

/// A bulk copy between global and shared memory, or a store by st.async.
struct BulkCopy {
  /// Of the side that is not `shared`; a source in shared memory is a box like
  /// any other.
  TensorMap map;
  int32_t at[TensorMap::kMaxRank] = {};
  std::vector<uint8_t> value; // st.async: in the place of a source
  bool isLoad = true;
  bool fromShared = false; // a load whose source is shared memory of `by`
  uint32_t shared = 0;     // offset
  uint32_t barrier = 0;    // offset; loads only
  Block *by = nullptr;     // who asked for it
  Access access;
  uint32_t tick = 0; // and when
  Knowledge knowledge;
};
struct BulkStore {
  BulkCopy copy;
  uint32_t group = 0; // per lane, counted by commit_group
  bool landed = false;
};

/// Called when a wait at the mbarrier at that offset finds it not complete:
/// something that will complete it, chosen by seed, moves on.
void advanceCopies(Warp &warp, uint32_t barrier);

/// The same for bulk copies; false where there is none for that barrier.
bool advanceLoads(Worker &worker, Block &block, uint32_t barrier);
/// Carries out the stores of lanes whose groups are older than the newest
/// `mayStay`.
void finishStores(Warp &warp, uint32_t lanes, uint64_t mayStay);

/// A copy to the shared memory of `to` begins: records it, and has it land at
/// once or later.
void beginLoad(Warp &warp, Block &to, BulkCopy copy);
void beginStore(Warp &warp, BulkCopy copy);
/// What the warp knows is given to those who wait at a barrier of `home`.
void giveTo(Block &home, Warp &warp, Knowledge &to);

/// cp.async.bulk, after those words.
bool translateBulk(Translator &t);
/// cp.async.mbarrier.arrive, after those words.
bool translateCopyArrive(Translator &t);
/// st.async, after those words.
bool translateStoreAsync(Translator &t);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_ASYNC_H
