//===- BulkOps.cpp - cp.async.bulk and TMA --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.25.5-6. Copies to shared memory land when a wait at their
// mbarrier needs them, or at once; copies to global memory when their group is
// waited for, when the thread exits, or at once: the seed decides. A linear
// copy is a box of one row.
//
//===----------------------------------------------------------------------===//

#include "exec/Async.h"
#include "exec/Memory.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace brt::emu;

namespace {
struct BulkOp {
  MemoryOp shared, global; // global: of the data, or of the tensor map
  MemoryOp barrier;        // loads only
  bool isLoad = true, isTensor = false;
  uint32_t bytes = 0; // register, of linear copies
  uint32_t coordinates[TensorMap::kMaxRank] = {};
  unsigned rank = 0;
  bool multicast = false;
  uint32_t mask = 0; // register
};
constexpr uint32_t kPiece = 16; // bytes that a swizzle moves together
constexpr uint32_t kOneInLandsEarly = 4;
} // namespace

/// Where byte `at` of a box lies in shared memory.
static uint32_t placeOf(const BulkCopy &copy, uint32_t at) {
  uint32_t address = copy.shared + at;
  return address ^ ((address >> 7 & copy.map.swizzleMask) << 4);
}

/// What lies outside reads as zeros, or as NaN in every float format.
static void moveRow(Block &block, const BulkCopy &copy, uint32_t row) {
  uint32_t width = copy.map.rowBytes();
  BoxRow inside = boxRow(copy.map, copy.at, row);
  std::vector<uint8_t> line(width, copy.map.fillNaN ? 0xff : 0);
  auto *global = reinterpret_cast<uint8_t *>(inside.address);
  if (copy.isLoad && inside.bytes)
    std::memcpy(line.data() + inside.skipped, global, inside.bytes);
  for (uint32_t at = 0; at < width; at += kPiece) {
    uint8_t *shared = block.shared + placeOf(copy, row * width + at);
    uint32_t bytes = std::min(kPiece, width - at);
    if (copy.isLoad) {
      std::memcpy(shared, line.data() + at, bytes);
      std::memset(shared + block.sharedShadow, 1, bytes);
    } else {
      std::memcpy(line.data() + at, shared, bytes);
    }
  }
  if (!copy.isLoad && inside.bytes) {
    std::memcpy(global, line.data() + inside.skipped, inside.bytes);
    block.launch.memory.markInitialised(inside.address, inside.bytes);
  }
}

static void move(Worker &worker, Block &block, const BulkCopy &copy) {
  for (uint32_t row = 0; row < copy.map.rows(); ++row)
    moveRow(block, copy, row);
  worker.changedMemory = true;
}

/// A load has landed: its bytes count at the barrier, and who waits there knows
/// what the thread knew that asked for it.
static void land(Worker &worker, Block &block, const BulkCopy &copy) {
  move(worker, block, copy);
  if (block.races)
    block.races->landProxy(copy.access, copy.tick, copy.shared,
                           copy.map.boxBytes());
  auto found = block.mbarriers.find(copy.barrier);
  if (found == block.mbarriers.end())
    return;
  Mbarrier &barrier = found->second;
  barrier.transaction -= copy.map.boxBytes();
  if (block.clocks)
    barrier.arriving.join(copy.knowledge);
  completePhase(block, barrier);
}

bool brt::emu::advanceLoads(Worker &worker, Block &block, uint32_t barrier) {
  auto &loads = block.bulkLoads;
  uint32_t start =
      loads.empty() ? 0
                    : worker.random.below(static_cast<uint32_t>(loads.size()));
  for (size_t i = 0; i < loads.size(); ++i) {
    size_t at = (start + i) % loads.size();
    if (loads[at].barrier != barrier)
      continue;
    BulkCopy copy = std::move(loads[at]);
    loads.erase(loads.begin() + static_cast<ptrdiff_t>(at));
    land(worker, block, copy);
    return true;
  }
  return false;
}

void brt::emu::finishStores(Warp &warp, uint32_t lanes, uint64_t mayStay) {
  auto done = [&](const BulkStore &store) {
    unsigned lane = store.copy.access.lane;
    if (!(lanes >> lane & 1) || store.group + mayStay >= warp.bulkGroups[lane])
      return false;
    if (!store.landed)
      move(*warp.worker, *warp.block, store.copy);
    return true;
  };
  warp.bulkStores.erase(
      std::remove_if(warp.bulkStores.begin(), warp.bulkStores.end(), done),
      warp.bulkStores.end());
}

namespace {
/// Makes and checks the copy that one lane asks for.
class Request {
public:
  Request(const Inst *inst, Warp &warp, unsigned lane)
      : inst(inst), warp(warp), block(*warp.block), lane(lane),
        op(inst->info<BulkOp>()) {}

  /// False after a finding.
  bool make(uint64_t shared, uint64_t global, BulkCopy &copy);
  bool findBarrier(uint64_t address, BulkCopy &copy);

private:
  const Inst *inst;
  Warp &warp;
  Block &block;
  unsigned lane;
  const BulkOp &op;

  bool fail(FindingKind kind, uint64_t address, std::string text) {
    warp.reportAddress(inst, kind, lane, address, std::move(text));
    return false;
  }
  bool readMap(uint64_t address, BulkCopy &copy);
  bool checkShared(const BulkCopy &copy);
  bool checkRow(const BulkCopy &copy, const BoxRow &row);
};
} // namespace

bool Request::readMap(uint64_t address, BulkCopy &copy) {
  const DeviceMemory &memory = block.launch.memory;
  if (!memory.covers(address, sizeof(TensorMap)))
    return fail(FindingKind::OutOfBounds, address,
                "expects a tensor map of 128 bytes");
  std::memcpy(&copy.map, reinterpret_cast<const void *>(address),
              sizeof(TensorMap));
  if (copy.map.magic != TensorMap::kMagic || copy.map.rank != op.rank)
    return fail(FindingKind::OutOfBounds, address,
                fmt::format("expects a tensor map of {} dimensions", op.rank));
  for (unsigned i = 0; i < op.rank; ++i)
    copy.at[i] =
        static_cast<int32_t>(warp.reg<uint32_t>(op.coordinates[i])[lane]);
  return true;
}

/// The shared side: bounds, alignment, and what the asynchronous proxy sees.
bool Request::checkShared(const BulkCopy &copy) {
  uint32_t bytes = copy.map.boxBytes(), align = op.isTensor ? 128 : kPiece;
  if (copy.shared % align)
    return fail(FindingKind::Misaligned, copy.shared,
                fmt::format("expects the copy's shared memory to be aligned to "
                            "{} bytes",
                            align));
  if (copy.shared > block.sharedBytes ||
      bytes > block.sharedBytes - copy.shared)
    return fail(
        FindingKind::OutOfBounds, copy.shared,
        fmt::format("copy of {} bytes at {:#x} of {:#x} bytes of shared "
                    "memory",
                    bytes, copy.shared, block.sharedBytes));
  const uint8_t *written = block.shared + block.sharedShadow + copy.shared;
  if (!op.isLoad && std::memchr(written, 0, bytes))
    return fail(FindingKind::Uninitialised, copy.shared,
                "copy of bytes of which some were never written");
  Conflict conflict;
  if (block.races &&
      (op.isLoad
           ? block.races->launchProxy(copy.access, copy.shared, bytes, conflict)
           : block.races->proxyRead(copy.access, copy.shared, bytes, conflict)))
    reportRace(inst, warp, lane, copy.shared, conflict);
  // Whoever reads before the wait is reported as a race.
  if (op.isLoad && block.races)
    std::memset(block.shared + block.sharedShadow + copy.shared, 1, bytes);
  return true;
}

bool Request::checkRow(const BulkCopy &copy, const BoxRow &row) {
  const DeviceMemory &memory = block.launch.memory;
  if (!row.bytes)
    return true;
  const Allocation *found = memory.find(row.address);
  if (!found || !found->contains(row.address, row.bytes))
    return fail(
        FindingKind::OutOfBounds, row.address,
        fmt::format("copy of {} bytes that are in no allocation", row.bytes));
  if (!found->live)
    return fail(FindingKind::UseAfterFree, row.address,
                fmt::format("copy of {} bytes of an allocation that was freed",
                            row.bytes));
  if (op.isLoad && block.launch.options.checked(FindingKind::Uninitialised) &&
      std::memchr(memory.initShadow(row.address), 0, row.bytes))
    return fail(FindingKind::Uninitialised, row.address,
                "copy of bytes of which some were never written");
  Conflict conflict;
  for (uint32_t at = 0; at < row.bytes && block.races;) {
    uint64_t address = row.address + at;
    uint32_t bytes = std::min<uint32_t>(4 - address % 4, row.bytes - at);
    if (block.launch.races->access(*block.clocks, copy.access, address, bytes,
                                   !op.isLoad, false, conflict)) {
      reportRace(inst, warp, lane, address, conflict);
      return false;
    }
    at += bytes;
  }
  return true;
}

bool Request::make(uint64_t shared, uint64_t global, BulkCopy &copy) {
  copy.isLoad = op.isLoad;
  copy.access = {warp.index, lane, op.shared.site, false};
  copy.shared = static_cast<uint32_t>(shared & ~kWindowMask);
  if (op.isTensor) {
    if (!readMap(global, copy))
      return false;
  } else {
    uint32_t bytes = warp.reg<uint32_t>(op.bytes)[lane];
    if (bytes % kPiece || global % kPiece)
      return fail(FindingKind::Misaligned, global,
                  "expects address and size to be multiples of 16 bytes");
    copy.map.elementBytes = 1;
    copy.map.base = global;
    copy.map.extents[0] = copy.map.box[0] = bytes;
  }
  if (op.multicast && warp.reg<uint16_t>(op.mask)[lane] != 1)
    return fail(
        FindingKind::OutOfBounds, shared,
        "expects the multicast to be for this block alone, as there are "
        "no clusters");
  if (!checkShared(copy))
    return false;
  for (uint32_t row = 0; row < copy.map.rows(); ++row)
    if (!checkRow(copy, boxRow(copy.map, copy.at, row)))
      return false;
  return true;
}

bool Request::findBarrier(uint64_t address, BulkCopy &copy) {
  copy.barrier = static_cast<uint32_t>(address & ~kWindowMask);
  if (!block.mbarriers.count(copy.barrier))
    return fail(FindingKind::Mbarrier, address,
                "expects a barrier that was initialised");
  if (block.clocks) {
    copy.tick = block.clocks->now(warp.index);
    block.clocks->give(warp.index, copy.knowledge);
  }
  return true;
}

static const Inst *runBulk(const Inst *inst, Warp &warp) {
  const BulkOp &op = inst->info<BulkOp>();
  uint64_t shared[kLanes], global[kLanes], barrier[kLanes] = {};
  computeAddresses(op.shared, warp, shared);
  computeAddresses(op.global, warp, global);
  if (op.isLoad)
    computeAddresses(op.barrier, warp, barrier);
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    Request request(inst, warp, lane);
    BulkCopy copy;
    if (!request.make(shared[lane], global[lane], copy) ||
        (op.isLoad && !request.findBarrier(barrier[lane], copy)))
      continue;
    SiteCount &count = warp.worker->counters.sites[op.shared.site];
    ++count.accesses;
    count.asyncBytes += copy.map.boxBytes();
    bool early = warp.worker->random.below(kOneInLandsEarly) == 0;
    if (!op.isLoad) {
      if (early)
        move(*warp.worker, *warp.block, copy);
      warp.bulkStores.push_back(
          {std::move(copy), warp.bulkGroups[lane], early});
    } else if (early) {
      land(*warp.worker, *warp.block, copy);
    } else {
      warp.block->bulkLoads.push_back(std::move(copy));
    }
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runBulkCommit(const Inst *inst, Warp &warp) {
  for (uint32_t left = warp.active; left; left &= left - 1)
    ++warp.bulkGroups[__builtin_ctz(left)];
  BRT_EMU_NEXT(inst + 1, warp);
}

/// imm: the number of newest groups that may stay under way.
static const Inst *runBulkWait(const Inst *inst, Warp &warp) {
  finishStores(warp, warp.active, inst->imm);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// [map, {c0, c1}], or an address.
static bool takeGlobal(Translator &t, const Operand &operand, BulkOp &op) {
  op.global.space = Space::Generic;
  if (!translateAddress(t, operand, op.global))
    return false;
  if (!op.isTensor)
    return true;
  if (operand.elements.size() != 2 ||
      operand.elements[1].kind != Operand::Kind::Vector ||
      operand.elements[1].elements.size() != op.rank)
    return t.fail(operand.where, "expects a tensor map and " +
                                     std::to_string(op.rank) + " coordinates");
  for (unsigned i = 0; i < op.rank; ++i)
    op.coordinates[i] = t.source(operand.elements[1].elements[i], Type::U32);
  return true;
}

/// True if the first space that is named, the destination's, is shared memory.
static bool isTowardsShared(const Translator &t) {
  for (const std::string &word : t.inst().modifiers)
    if (word == "global" || word.rfind("shared", 0) == 0)
      return word != "global";
  return false;
}

bool brt::emu::translateBulk(Translator &t) {
  if (t.take("commit_group")) {
    t.emit(runBulkCommit);
    return t.expectOperands(0);
  }
  if (t.take("wait_group")) {
    t.take("read");
    if (!t.expectOperands(1) || t.operand(0).kind != Operand::Kind::Integer)
      return t.unsupported();
    t.emit(runBulkWait).imm = t.operand(0).bits;
    return true;
  }
  auto *op = t.keep<BulkOp>();
  op->isTensor = t.take("tensor");
  const char *rank = t.takeOneOf({"1d", "2d", "3d", "4d", "5d"});
  op->rank = rank ? static_cast<unsigned>(rank[0] - '0') : 0;
  op->isLoad = isTowardsShared(t);
  bool shared = t.take("shared::cta") || t.take("shared::cluster");
  t.take("tile");
  bool ends =
      t.take(op->isLoad ? "mbarrier::complete_tx::bytes" : "bulk_group");
  op->multicast = t.take("multicast::cluster");
  takeCacheHints(t);
  // Addresses, the size of a linear copy, then mask and policy.
  size_t extra = op->isTensor ? 2 : 3;
  if (!shared || !t.take("global") || !ends ||
      op->isTensor != (rank != nullptr) ||
      t.inst().operands.size() < extra + op->isLoad)
    return t.unsupported();
  op->shared.space = Space::Shared;
  if (!translateAddress(t, t.operand(op->isLoad ? 0 : 1), op->shared) ||
      !takeGlobal(t, t.operand(op->isLoad ? 1 : 0), *op))
    return false;
  if (!op->isTensor)
    op->bytes = t.source(t.operand(2), Type::U32);
  if (op->isLoad) {
    op->barrier.space = Space::Shared;
    if (!translateAddress(t, t.operand(extra), op->barrier))
      return false;
  }
  if (op->multicast)
    op->mask = t.source(t.operand(extra + 1), Type::U16);
  t.emit(runBulk).imm = reinterpret_cast<uint64_t>(op);
  return true;
}
