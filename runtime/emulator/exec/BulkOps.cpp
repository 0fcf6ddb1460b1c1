//===- BulkOps.cpp - cp.async.bulk and TMA --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.25.5-6: what a thread asks for, and whether it may.
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
  MemoryOp shared;  // where a load goes to and a store comes from
  MemoryOp other;   // the other end, or the tensor map that has it
  MemoryOp barrier; // loads only
  bool isLoad = true, isTensor = false;
  bool fromShared = false; // a load whose source is shared memory too
  uint32_t bytes = 0;      // register, of linear copies
  uint32_t coordinates[TensorMap::kMaxRank] = {};
  unsigned rank = 0;
  bool multicast = false;
  uint32_t mask = 0; // register
};
constexpr uint32_t kPiece = 16; // sizes and addresses are multiples of it
} // namespace

namespace {
/// Makes and checks the copy that one lane asks for.
class Request {
public:
  Request(const Inst *inst, Warp &warp, unsigned lane)
      : inst(inst), warp(warp), block(*warp.block), lane(lane),
        op(inst->info<BulkOp>()) {}

  /// The blocks in whose shared memory the copy begins or ends: ranks of the
  /// cluster, one bit each. Zero after a finding, as is false below.
  uint32_t findBlocks(uint64_t shared);
  bool make(uint64_t shared, uint64_t other, BulkCopy &copy);
  bool checkShared(Block &home, const BulkCopy &copy);
  bool findBarrier(Block &home, uint64_t address, BulkCopy &copy);

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
  bool checkRange(const Block &home, uint32_t offset, uint32_t bytes);
  bool checkSource(uint32_t offset, uint32_t bytes, const Access &access);
  bool checkRow(const BulkCopy &copy, const BoxRow &row);
};
} // namespace

uint32_t Request::findBlocks(uint64_t shared) {
  const auto &blocks = block.cluster->blocks;
  uint32_t ranks = op.multicast ? warp.reg<uint16_t>(op.mask)[lane] : 0;
  Block *home = block.blockAt(shared);
  // A store's source is the block's own.
  if (!op.multicast && home && (op.isLoad || home == &block))
    ranks = 1u << home->rank;
  if (ranks == 0 || ranks >> blocks.size()) {
    fail(FindingKind::OutOfBounds, shared,
         op.isLoad ? fmt::format("expects a copy to blocks of the cluster of "
                                 "{}",
                                 blocks.size())
                   : "expects a copy from the block's own shared memory");
    return 0;
  }
  for (const auto &each : blocks)
    if ((ranks >> each->rank & 1) && each->finished) {
      fail(FindingKind::UseAfterFree, shared,
           fmt::format("copy to the shared memory of block ({},{},{}), which "
                       "has exited",
                       each->id[0], each->id[1], each->id[2]));
      return 0;
    }
  return ranks;
}

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

bool Request::checkRange(const Block &home, uint32_t offset, uint32_t bytes) {
  uint32_t align = op.isTensor ? 128 : kPiece;
  if (offset % align)
    return fail(FindingKind::Misaligned, offset,
                fmt::format("expects the copy's shared memory to be aligned to "
                            "{} bytes",
                            align));
  if (offset > home.sharedBytes || bytes > home.sharedBytes - offset)
    return fail(
        FindingKind::OutOfBounds, offset,
        fmt::format("copy of {} bytes at {:#x} of {:#x} bytes of shared "
                    "memory",
                    bytes, offset, home.sharedBytes));
  return true;
}

/// What is read of this block's shared memory.
bool Request::checkSource(uint32_t offset, uint32_t bytes,
                          const Access &access) {
  if (!checkRange(block, offset, bytes))
    return false;
  const uint8_t *written = block.shared + block.sharedShadow + offset;
  if (block.launch.options.checked(FindingKind::Uninitialised) &&
      std::memchr(written, 0, bytes))
    return fail(FindingKind::Uninitialised, offset,
                "copy of bytes of which some were never written");
  Conflict conflict;
  if (block.races && block.races->beginRead(access, offset, bytes, conflict))
    reportRace(inst, warp, lane, offset, conflict);
  return true;
}

/// The shared side: bounds, alignment, and what the asynchronous proxy sees.
bool Request::checkShared(Block &home, const BulkCopy &copy) {
  uint32_t bytes = copy.map.boxBytes();
  if (!op.isLoad)
    return checkSource(copy.shared, bytes, copy.access);
  if (!checkRange(home, copy.shared, bytes))
    return false;
  Conflict conflict;
  if (home.races &&
      (&home == &block
           ? home.races->launchProxy(copy.access, copy.shared, bytes, conflict)
           : home.races->launchRemote(*block.clocks, copy.access, copy.shared,
                                      bytes, true, conflict)))
    reportRace(inst, warp, lane, copy.shared, conflict);
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

bool Request::make(uint64_t shared, uint64_t other, BulkCopy &copy) {
  copy.isLoad = op.isLoad;
  copy.by = &block;
  copy.access = {warp.index, lane, op.shared.site, false};
  copy.shared = static_cast<uint32_t>(shared & kOffsetMask);
  if (op.isTensor) {
    if (!readMap(other, copy))
      return false;
  } else {
    uint32_t bytes = warp.reg<uint32_t>(op.bytes)[lane];
    if (bytes % kPiece || other % kPiece)
      return fail(FindingKind::Misaligned, other,
                  "expects address and size to be multiples of 16 bytes");
    if (op.fromShared) {
      uint32_t offset = static_cast<uint32_t>(other & kOffsetMask);
      if (!checkSource(offset, bytes, copy.access))
        return false;
      other = reinterpret_cast<uint64_t>(block.shared + offset);
      copy.fromShared = true;
    }
    copy.map.elementBytes = 1;
    copy.map.base = other;
    copy.map.extents[0] = copy.map.box[0] = bytes;
  }
  for (uint32_t row = 0; row < copy.map.rows() && !op.fromShared; ++row)
    if (!checkRow(copy, boxRow(copy.map, copy.at, row)))
      return false;
  return true;
}

/// A multicast signals the barrier at the same place of every block.
bool Request::findBarrier(Block &home, uint64_t address, BulkCopy &copy) {
  copy.barrier = static_cast<uint32_t>(address & kOffsetMask);
  if (!op.multicast && block.blockAt(address) != &home)
    return fail(FindingKind::Mbarrier, address,
                "expects a barrier of the block that the copy goes to");
  if (!home.mbarriers.count(copy.barrier))
    return fail(FindingKind::Mbarrier, address,
                "expects a barrier that was initialised");
  return true;
}

static const Inst *runBulk(const Inst *inst, Warp &warp) {
  const BulkOp &op = inst->info<BulkOp>();
  uint64_t shared[kLanes], other[kLanes], barrier[kLanes] = {};
  computeAddresses(op.shared, warp, shared);
  computeAddresses(op.other, warp, other);
  if (op.isLoad)
    computeAddresses(op.barrier, warp, barrier);
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    Request request(inst, warp, lane);
    BulkCopy copy;
    uint32_t ranks = request.findBlocks(shared[lane]);
    if (!ranks || !request.make(shared[lane], other[lane], copy))
      continue;
    SiteCount &count = warp.worker->counters.sites[op.shared.site];
    ++count.accesses;
    for (; ranks; ranks &= ranks - 1) {
      Block &home = *warp.block->cluster->blocks[__builtin_ctz(ranks)];
      if (!request.checkShared(home, copy) ||
          (op.isLoad && !request.findBarrier(home, barrier[lane], copy)))
        continue;
      count.asyncBytes += copy.map.boxBytes();
      if (op.isLoad)
        beginLoad(warp, home, copy);
      else
        beginStore(warp, copy);
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
static bool takeOther(Translator &t, const Operand &operand, BulkOp &op) {
  op.other.space = op.fromShared ? Space::Shared : Space::Generic;
  if (!translateAddress(t, operand, op.other))
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
  bool toCluster = op->isLoad && t.take("shared::cluster");
  bool shared = t.take("shared::cta");
  op->fromShared = toCluster && shared && !op->isTensor;
  t.take("tile");
  bool ends =
      t.take(op->isLoad ? "mbarrier::complete_tx::bytes" : "bulk_group");
  op->multicast = t.take("multicast::cluster");
  takeCacheHints(t);
  // Addresses, the size of a linear copy, then mask and policy.
  size_t extra = op->isTensor ? 2 : 3;
  if (!(shared || toCluster) || (!op->fromShared && !t.take("global")) ||
      !ends || (op->multicast && op->fromShared) ||
      op->isTensor != (rank != nullptr) ||
      t.inst().operands.size() < extra + op->isLoad)
    return t.unsupported();
  op->shared.space = Space::Shared;
  if (!translateAddress(t, t.operand(op->isLoad ? 0 : 1), op->shared) ||
      !takeOther(t, t.operand(op->isLoad ? 1 : 0), *op))
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
