//===- Warp.h - 32 threads in step ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes that stand at the same place of the same call run together. When a
// branch parts them, the warp holds one *path* for each place. The path that is
// furthest behind (deepest call, then lowest address) runs first and paths that
// meet merge: code laid out in order reconverges where the branches join. A
// path that keeps jumping back is set aside from time to time, so that a lane
// may wait for another lane of its own warp.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_WARP_H
#define BRT_EMULATOR_EXEC_WARP_H

#include "check/Report.h"
#include "exec/Program.h"

#include <memory>
#include <vector>

namespace brt::emu {

class Block;
struct Worker;

/// The registers of one call, for all lanes that made it together.
struct Frame {
  Frame *parent = nullptr;
  const Code *code = nullptr;
  const Inst *call = nullptr; // the instruction that made it
  uint32_t depth = 0;
  uint32_t localBase = 0; // of its local memory in each thread's
  uint32_t lanes = 0;     // lanes that have yet to return
  std::unique_ptr<uint8_t[]> storage;
  uint8_t *registers = nullptr; // aligned inside `storage`
};

/// Lanes of one warp that wait at one place.
struct Path {
  uint32_t lanes = 0;
  const Inst *at = nullptr;
  Frame *frame = nullptr;
  /// Waits for other lanes: `at` cannot go on before something changes.
  bool blocked = false;
};

enum class WarpState : uint8_t { Ready, AtBarrier, Done, Faulted };

/// An asynchronous copy under way (PTX ISA 9.7.9.25).
struct PendingCopy {
  uint64_t source = 0;      // device address
  uint32_t destination = 0; // offset in shared memory
  uint32_t bytes = 0;       // of the destination
  uint32_t copied = 0;      // of the source; the rest is zeros
  uint8_t lane = 0;
  bool landed = false;
  uint32_t group = 0; // per lane, counted by commit_group
  uint32_t site = 0;  // Program::sites
  uint32_t order = 0; // among the copies of the warp
};

/// cp.async.mbarrier.arrive: arrives when a lane's earlier copies have landed.
struct CopyArrival {
  uint32_t barrier = 0; // offset in shared memory
  uint32_t before = 0;  // covers the copies with a lower PendingCopy::order
  uint8_t lane = 0;
};

struct BulkStore;
struct WgmmaOp;
/// A wgmma.mma_async under way.
struct PendingWgmma {
  const WgmmaOp *op = nullptr;
  uint32_t group = 0;             // counted by commit_group
  std::vector<uint32_t> chunks{}; // of shared memory that it reads
};

class Warp {
public:
  // What handlers touch on every instruction comes first.
  uint8_t *regs = nullptr; // registers of `frame`
  uint32_t active = 0;     // lanes of the current path
  int32_t budget = 0;      // basic blocks until another warp may run
  Frame *frame = nullptr;
  const Inst *pc = nullptr; // where to go on after leaving the loop

  uint32_t index = 0;   // in the block
  uint32_t present = 0; // lanes that exist
  uint32_t live = 0;    // lanes that have not exited
  WarpState state = WarpState::Ready;
  uint32_t savedActive = 0; // outside the guard of a predicated instruction
  bool fairTurn = false;    // run this path although another is behind it
  std::vector<Path> others;
  Block *block = nullptr;
  Worker *worker = nullptr;

  uint32_t tid[3][kLanes] = {};
  uint32_t carry = 0;               // condition code, one bit per lane
  std::unique_ptr<uint8_t[]> local; // data, then one init byte per byte
  uint32_t localBytes = 0;          // per lane
  std::vector<PendingCopy> copies;
  uint32_t copyGroups[kLanes] = {}; // groups committed by each lane
  uint32_t copiesMade = 0;
  std::vector<CopyArrival> copyArrivals;
  std::vector<BulkStore> bulkStores;
  uint32_t bulkGroups[kLanes] = {}; // of stores, committed by each lane
  std::vector<PendingWgmma> wgmmas;
  uint32_t wgmmaGroup = 0;
  bool wgmmaFenced = false; // since a register of some wgmma was touched
  // Of the last bar.red: threads whose predicate was true, all of them, any.
  uint32_t barrierResult = 0;
  bool barrierAll = true, barrierAny = false;
  // barrier.cluster: lanes that arrived in this phase; that have yet to wait.
  uint32_t clusterArrived = 0, clusterWaits = 0;

  template <class T>
  T *reg(uint32_t offset) {
    return reinterpret_cast<T *>(regs + offset);
  }
  uint32_t &mask(uint32_t offset) { return *reg<uint32_t>(offset); }

  /// Goes to the beginning of a kernel, with nothing left of what ran before.
  void start(const Code &kernel);
  /// Runs the current path until the warp has to wait or its turn is over.
  void run();

  /// Makes a path current.
  void enter(const Path &path);
  /// Leaves the current path at `at`.
  void park(const Inst *at, bool blocked);
  /// After the current path ended or was parked: takes the next one. Null when
  /// no lane can go on; the warp's state then says why.
  const Inst *switchPath();
  /// True if a path that can run is behind the current one, which is at `at`.
  bool someoneBehind(const Inst *at) const;
  /// Joins all paths that stand at `at` of the current call.
  void mergeAt(const Inst *at);
  /// The current path parts: `taken` goes to `target`, the rest to `next`.
  const Inst *branch(uint32_t taken, const Inst *target, const Inst *next);
  /// True if every live lane of `needed` runs this instruction now. If not, the
  /// current path waits at `at`, and the caller returns `switchPath()`.
  bool gather(const Inst *at, uint32_t needed);
  /// Lanes of the current path leave the kernel.
  const Inst *exitLanes();
  /// Lanes of the current path return to their caller.
  const Inst *returnLanes();
  /// Enters a function; its frame's local memory follows the caller's.
  Frame *pushFrame(const Code *code, const Inst *call);

  /// Reports a finding at `inst` by the lowest lane of `lanes`. Null as a
  /// convenience for handlers.
  const Inst *report(const Inst *inst, FindingKind kind, uint32_t lanes,
                     std::string detail);
  const Inst *reportAddress(const Inst *inst, FindingKind kind, unsigned lane,
                            uint64_t address, std::string detail);
  Site siteOf(const Inst *inst, unsigned lane) const;
  bool stopped() const;
  /// Of everything that decides what the warp does next, memory aside.
  uint64_t hashState() const;

private:
  std::vector<std::unique_ptr<Frame>> frames, spare;
  void unblockAll();
  void reportPaths(const Path &first, const Path &second);
  void dropFrameLanes(Frame *frame, uint32_t lanes);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_WARP_H
