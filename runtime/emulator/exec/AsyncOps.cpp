//===- AsyncOps.cpp - cp.async --------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.25.2-5. A copy lands when the thread waits for its group, as
// late as the rules allow, or at once: the seed decides for each. Until the
// wait its bytes in shared memory belong to nobody, and whoever touches them
// races.
//
//===----------------------------------------------------------------------===//

#include "exec/Async.h"
#include "exec/Memory.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;

namespace {
struct CopyOp {
  MemoryOp to, from;
  unsigned bytes = 16;
  uint32_t sourceBytes = 0; // register + 1; 0: all
  uint32_t ignore = 0;      // predicate + 1
};
} // namespace

/// The lanes whose copies land at once: one in four.
static uint32_t drawEarly(Random &random) {
  return random.next() & random.next();
}

static void moveBytes(Warp &warp, const PendingCopy &copy) {
  constexpr uint32_t kUsual = 16;
  uint8_t *to = warp.block->shared + copy.destination;
  const void *from = reinterpret_cast<const void *>(copy.source);
  warp.worker->changedMemory = true;
  if (copy.copied == kUsual) {
    std::memcpy(to, from, kUsual);
    std::memset(to + warp.block->sharedShadow, 1, kUsual);
    return;
  }
  if (copy.copied)
    std::memcpy(to, from, copy.copied);
  std::memset(to + copy.copied, 0, copy.bytes - copy.copied);
  std::memset(to + warp.block->sharedShadow, 1, copy.bytes);
}

/// Bytes to read of each lane's source; the rest is zeros.
static unsigned copiedBytes(const CopyOp &op, Warp &warp, unsigned lane) {
  if (op.ignore && warp.mask(op.ignore - 1) >> lane & 1)
    return 0;
  if (!op.sourceBytes)
    return op.bytes;
  return std::min(op.bytes, warp.reg<uint32_t>(op.sourceBytes - 1)[lane]);
}

/// Checks the source range of one lane that reads less than the whole copy.
/// Only what is read has to be there.
static void resolveSource(const Inst *inst, Warp &warp, const CopyOp &op,
                          unsigned lane, unsigned bytes, Resolved &from) {
  // Alignment is that of the whole copy; bounds are those of its bytes.
  uint64_t address = from.address[lane];
  if (address & (op.bytes - 1)) {
    warp.reportAddress(inst, FindingKind::Misaligned, lane, address,
                       "the source of the copy is not aligned to its size");
    return;
  }
  Resolved piece;
  for (unsigned at = 0; at < bytes;) {
    unsigned size = bytes - at;
    size = 1u << (31 - __builtin_clz(size));
    piece.address[lane] = address + at;
    resolveAt(inst, warp, Space::Global, piece.address, 1u << lane, size,
              AccessKind::Read, piece);
    if (!piece.lanes)
      return;
    at += size;
  }
  from.lanes |= 1u << lane;
  for (unsigned at = 0; at < bytes; at += sizeof(uint32_t)) {
    piece.address[lane] = address + at;
    noteAccess(inst, warp, piece, lane,
               std::min<unsigned>(sizeof(uint32_t), bytes - at), op.from, false,
               false);
  }
}

/// Resolves the sources of `lanes`; those that are not good are left out.
static void resolveSources(const Inst *inst, Warp &warp, const CopyOp &op,
                           uint32_t lanes, Resolved &from, uint32_t *copied) {
  uint32_t whole = lanes;
  std::fill_n(copied, kLanes, op.bytes);
  for (uint32_t left = op.ignore || op.sourceBytes ? lanes : 0; left;
       left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    copied[lane] = copiedBytes(op, warp, lane);
    whole &= ~(uint32_t(copied[lane] != op.bytes) << lane);
  }
  computeAddresses(op.from, warp, from.address);
  resolveAt(inst, warp, Space::Global, from.address, whole, op.bytes,
            AccessKind::Read, from);
  noteReads(inst, warp, from, op.bytes, op.from);
  for (uint32_t left = lanes & ~whole; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    if (copied[lane])
      resolveSource(inst, warp, op, lane, copied[lane], from);
  }
  countAccess(warp, op.from.site, from, op.bytes);
}

/// From now on the destinations belong to nobody.
static void launchCopies(const Inst *inst, Warp &warp, const CopyOp &op,
                         const Resolved &to, Run run) {
  SharedRaces &races = *warp.block->races;
  uint32_t offset =
      static_cast<uint32_t>(to.host[run.first] - warp.block->shared);
  Access first{warp.index, run.first, op.to.site, false};
  if (!run.same && races.launchCopies({first, run.count, op.bytes / 4}, offset))
    return;
  for (unsigned lane = run.first; lane < run.first + run.count; ++lane) {
    offset = static_cast<uint32_t>(to.host[lane] - warp.block->shared);
    Conflict conflict;
    if (races.launchCopy({warp.index, lane, op.to.site, false}, offset,
                         op.bytes, conflict))
      reportRace(inst, warp, lane, offset, conflict);
  }
}

static const Inst *runCopyAsync(const Inst *inst, Warp &warp) {
  const CopyOp &op = inst->info<CopyOp>();
  Resolved to, from;
  computeAddresses(op.to, warp, to.address);
  resolveAt(inst, warp, Space::Shared, to.address, warp.active, op.bytes,
            AccessKind::Write, to);
  countAccess(warp, op.to.site, to, op.bytes);
  uint32_t copied[kLanes];
  uint32_t lanes = to.lanes;
  resolveSources(inst, warp, op, lanes, from, copied);
  for (uint32_t left = lanes & ~from.lanes; left; left &= left - 1)
    if (copied[__builtin_ctz(left)])
      lanes &= ~(left & -left); // its source is not good
  to.lanes = lanes;
  to.next &= lanes & lanes << 1;
  to.same &= lanes & lanes << 1;
  warp.worker->counters.sites[op.from.site].asyncBytes +=
      uint64_t(op.bytes) * __builtin_popcount(lanes);
  if (warp.block->races)
    forRuns(to, [&](Run run) {
      launchCopies(inst, warp, op, to, run);
      // Whoever reads before the wait is reported as a race, not as a reader
      // of memory that was never written.
      std::memset(to.written[run.first], 1,
                  run.same ? op.bytes : run.count * op.bytes);
    });
  uint32_t early = drawEarly(warp.worker->random);
  for (uint32_t left = lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    PendingCopy copy;
    copy.source = from.address[lane];
    copy.destination =
        static_cast<uint32_t>(to.host[lane] - warp.block->shared);
    copy.bytes = op.bytes;
    copy.copied = copied[lane];
    copy.lane = static_cast<uint8_t>(lane);
    copy.group = warp.copyGroups[lane];
    copy.site = op.to.site;
    copy.order = warp.copiesMade++;
    copy.landed = early >> lane & 1;
    if (copy.landed)
      moveBytes(warp, copy);
    warp.copies.push_back(copy);
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Neighbouring lanes' copies, one behind the other.
static bool continues(const PendingCopy &before, const PendingCopy &copy) {
  return copy.site == before.site && copy.lane == before.lane + 1 &&
         copy.bytes == before.bytes &&
         copy.destination == before.destination + before.bytes;
}

static void noteLanding(Warp &warp, const PendingCopy &first, uint32_t lanes) {
  if (warp.block->races)
    warp.block->races->land({{warp.index, first.lane, first.site, false},
                             lanes,
                             first.bytes / kCellBytes},
                            first.destination);
}

/// Ends the copies of `lanes` for which `covered(copy)` holds.
template <class Covered>
static void finishCopies(Warp &warp, uint32_t lanes, Covered covered) {
  size_t kept = 0;
  PendingCopy first, last; // of a row
  uint32_t count = 0;      // its lanes
  for (PendingCopy &copy : warp.copies) {
    if (!(lanes >> copy.lane & 1) || !covered(copy)) {
      warp.copies[kept++] = copy;
      continue;
    }
    if (!copy.landed)
      moveBytes(warp, copy);
    if (count && continues(last, copy)) {
      ++count;
    } else {
      if (count)
        noteLanding(warp, first, count);
      first = copy;
      count = 1;
    }
    last = copy;
  }
  if (count)
    noteLanding(warp, first, count);
  warp.copies.resize(kept);
}

/// One arrival of a thread at a barrier after its copies.
static void finishArrival(Warp &warp, size_t index) {
  CopyArrival arrival = warp.copyArrivals[index];
  warp.copyArrivals.erase(warp.copyArrivals.begin() +
                          static_cast<ptrdiff_t>(index));
  finishCopies(warp, 1u << arrival.lane, [&](const PendingCopy &copy) {
    return copy.order < arrival.before;
  });
  Block &block = *warp.block;
  auto found = block.mbarriers.find(arrival.barrier);
  if (found == block.mbarriers.end() || found->second.pending == 0)
    return;
  --found->second.pending;
  if (block.clocks)
    block.clocks->give(warp.index, found->second.arriving);
  completePhase(block, found->second);
}

void brt::emu::advanceCopies(Warp &waiting, uint32_t barrier) {
  Block &block = *waiting.block;
  if (advanceLoads(*waiting.worker, block, barrier))
    return;
  Random &random = waiting.worker->random;
  uint32_t start = random.below(static_cast<uint32_t>(block.warps.size()));
  for (size_t i = 0; i < block.warps.size(); ++i) {
    Warp &warp = block.warps[(start + i) % block.warps.size()];
    warp.worker = waiting.worker;
    for (size_t at = 0; at < warp.copyArrivals.size(); ++at)
      if (warp.copyArrivals[at].barrier == barrier)
        return finishArrival(warp, at);
  }
}

static const Inst *runCommit(const Inst *inst, Warp &warp) {
  // Groups are per thread; an empty one counts too.
  for (uint32_t left = warp.active; left; left &= left - 1)
    ++warp.copyGroups[__builtin_ctz(left)];
  BRT_EMU_NEXT(inst + 1, warp);
}

/// imm: the number of newest groups that may stay under way.
static const Inst *runWaitGroup(const Inst *inst, Warp &warp) {
  finishCopies(warp, warp.active, [&](const PendingCopy &copy) {
    // A copy that was not committed has the number of the group to come.
    return copy.group + inst->imm < warp.copyGroups[copy.lane];
  });
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runWaitAll(const Inst *inst, Warp &warp) {
  finishCopies(warp, warp.active, [](const PendingCopy &) { return true; });
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateCopy(Translator &t, bool cached) {
  auto *op = t.keep<CopyOp>();
  if (!(t.take("shared") || t.take("shared::cta")) || !t.take("global"))
    return t.unsupported();
  takeCacheHints(t);
  op->to.space = Space::Shared;
  op->from.space = Space::Global;
  const Operand &size = t.operand(2);
  if (size.kind != Operand::Kind::Integer)
    return t.unsupported();
  op->bytes = static_cast<unsigned>(size.bits);
  bool fits = op->bytes == 16 || (cached && (op->bytes == 4 || op->bytes == 8));
  if (!fits)
    return t.fail(size.where, "expects a copy of 4, 8 or 16 bytes (.cg: 16)");
  if (!translateAddress(t, t.operand(0), op->to) ||
      !translateAddress(t, t.operand(1), op->from))
    return false;
  if (t.inst().operands.size() > 3) {
    const Operand &extra = t.operand(3);
    bool isPredicate = extra.kind == Operand::Kind::Register &&
                       t.function.registers[extra.index].type == Type::Pred;
    if (isPredicate)
      op->ignore = t.predicate(extra) + 1;
    else if (t.widthOf(extra) != 8) // a 64-bit register is a cache policy
      op->sourceBytes = t.source(extra, Type::U32) + 1;
  }
  t.emit(runCopyAsync).imm = reinterpret_cast<uint64_t>(op);
  return true;
}

static bool translateCp(Translator &t) {
  if (!t.take("async"))
    return t.unsupported();
  if (t.take("ca"))
    return translateCopy(t, true);
  if (t.take("cg"))
    return translateCopy(t, false);
  if (t.take("bulk"))
    return translateBulk(t);
  if (t.take("mbarrier"))
    return translateCopyArrive(t);
  if (t.take("commit_group")) {
    t.emit(runCommit);
    return t.expectOperands(0);
  }
  if (t.take("wait_all")) {
    t.emit(runWaitAll);
    return t.expectOperands(0);
  }
  if (t.take("wait_group") && t.operand(0).kind == Operand::Kind::Integer) {
    t.emit(runWaitGroup).imm = t.operand(0).bits;
    return t.expectOperands(1);
  }
  return t.unsupported();
}

void brt::emu::addAsyncOps(OpcodeTable &table) { table["cp"] = translateCp; }
