//===- MbarrierOps.cpp - mbarrier and what arrives at one -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Async.h"
#include "exec/Block.h"
#include "exec/Lanes.h"
#include "exec/Memory.h"

#include <cstring>
#include <fmt/format.h>

using namespace brt::emu;

namespace {
enum class Action : uint8_t {
  Init,
  Inval,
  ExpectTx,
  CompleteTx,
  Arrive,
  Drop,
  NoComplete,
  Wait, // by a state
  WaitParity,
  CopyArrive // cp.async.mbarrier.arrive
};

struct MbarrierOp {
  MemoryOp memory;
  Action action = Action::Init;
  bool ordered = true; // not .relaxed
  bool noIncrement = false;
  bool expects = false;  // arrive.expect_tx
  uint32_t argument = 0; // register: count, bytes, state or parity
  bool hasResult = false;
  uint32_t result = 0; // register: state, or predicate
};
} // namespace

void brt::emu::completePhase(Block &block, Mbarrier &barrier) {
  if (barrier.pending != 0 || barrier.transaction != 0)
    return;
  ++barrier.phase;
  barrier.pending = barrier.expected;
  barrier.completed = barrier.arriving;
  block.launch.progress.fetch_add(1, std::memory_order_relaxed);
}

static const Inst *misuse(const Inst *inst, Warp &warp, unsigned lane,
                          uint32_t at, const std::string &text) {
  return warp.reportAddress(inst, FindingKind::Mbarrier, lane, at, text);
}

static void arrive(const Inst *inst, Warp &warp, const MbarrierOp &op,
                   unsigned lane, uint32_t at, Block &home, Mbarrier &barrier,
                   uint32_t count) {
  if (count > barrier.pending || count == 0 ||
      (op.action == Action::NoComplete && count == barrier.pending)) {
    misuse(inst, warp, lane, at,
           fmt::format("expects at most the {} arrivals that are pending, but "
                       "got {}",
                       barrier.pending, count));
    return;
  }
  barrier.pending -= count;
  if (op.action == Action::Drop)
    barrier.expected -= count;
  if (op.ordered)
    giveTo(home, warp, barrier.arriving);
  completePhase(home, barrier);
}

/// One lane's operation on a live barrier. True for a wait that is over.
static bool actOn(const Inst *inst, Warp &warp, const MbarrierOp &op,
                  unsigned lane, uint32_t at, Block &home, Mbarrier &barrier) {
  uint64_t argument = op.action == Action::Wait
                          ? warp.reg<uint64_t>(op.argument)[lane]
                          : warp.reg<uint32_t>(op.argument)[lane];
  uint64_t state = barrier.state();
  bool done = false;
  switch (op.action) {
  case Action::ExpectTx:
    barrier.transaction += static_cast<int64_t>(argument);
    break;
  case Action::CompleteTx:
    barrier.transaction -= static_cast<int64_t>(argument);
    completePhase(home, barrier);
    break;
  case Action::Arrive:
  case Action::Drop:
  case Action::NoComplete:
    if (op.expects) {
      barrier.transaction += static_cast<int64_t>(argument);
      argument = 1;
    }
    arrive(inst, warp, op, lane, at, home, barrier,
           static_cast<uint32_t>(argument));
    break;
  case Action::CopyArrive:
    barrier.pending += !op.noIncrement;
    warp.copyArrivals.push_back(
        {at, warp.copiesMade, static_cast<uint8_t>(lane)});
    break;
  case Action::Wait:
    done = barrier.phase > Mbarrier::phaseOf(argument);
    break;
  case Action::WaitParity:
    done = (barrier.phase & 1) != (argument & 1);
    break;
  case Action::Init:
  case Action::Inval:
    break;
  }
  if (done && op.ordered && warp.block->clocks)
    warp.block->clocks->take(warp.index, barrier.completed);
  if (op.hasResult && op.action != Action::Wait &&
      op.action != Action::WaitParity)
    warp.reg<uint64_t>(op.result)[lane] = state;
  return done;
}

static void makeOrDrop(const Inst *inst, Warp &warp, const MbarrierOp &op,
                       unsigned lane, uint32_t at, uint8_t *host,
                       uint8_t *written) {
  auto &barriers = warp.block->mbarriers;
  bool live = barriers.count(at);
  uint32_t count = warp.reg<uint32_t>(op.argument)[lane];
  if (op.action == Action::Inval) {
    if (!live)
      misuse(inst, warp, lane, at, "expects a barrier that was initialised");
    barriers.erase(at);
    return;
  }
  if (live)
    misuse(inst, warp, lane, at,
           "the barrier is initialised again without mbarrier.inval");
  if (count == 0 || count > Mbarrier::kMaxCount)
    misuse(inst, warp, lane, at,
           fmt::format("expects 1 to {} arrivals, but got {}",
                       Mbarrier::kMaxCount, count));
  Mbarrier made;
  made.expected = made.pending = count;
  barriers[at] = made;
  uint64_t image = count;
  std::memcpy(host, &image, sizeof image);
  std::memset(written, 1, sizeof image);
}

/// Operations that another block's barrier takes.
static bool mayBeRemote(const MbarrierOp &op) {
  bool arrives = op.action == Action::Arrive || op.action == Action::Drop;
  return op.action == Action::ExpectTx || op.action == Action::CompleteTx ||
         (arrives && !op.hasResult);
}

static const Inst *runMbarrier(const Inst *inst, Warp &warp) {
  const MbarrierOp &op = inst->info<MbarrierOp>();
  Block &block = *warp.block;
  Resolved where;
  computeAddresses(op.memory, warp, where.address);
  // Whether it was ever written is asked of the barrier, not of its bytes.
  resolveAt(inst, warp, op.memory.space, where.address, warp.active,
            sizeof(uint64_t), AccessKind::Write, where);
  bool isWait = op.action == Action::Wait || op.action == Action::WaitParity;
  bool making = op.action == Action::Init || op.action == Action::Inval;
  uint32_t done = 0;
  for (uint32_t left = where.lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    if (!(where.shared >> lane & 1)) {
      misuse(inst, warp, lane, 0, "expects a barrier in shared memory");
      continue;
    }
    Block &home = homeOf(warp, where, lane);
    uint32_t at = static_cast<uint32_t>(where.host[lane] - home.shared);
    if (&home != warp.block && !mayBeRemote(op)) {
      misuse(inst, warp, lane, at,
             "expects a barrier of this block: at another's only arrivals and "
             "bytes without a state are allowed");
      continue;
    }
    noteAccess(inst, warp, where, lane, sizeof(uint64_t), op.memory, true,
               false);
    if (making) {
      makeOrDrop(inst, warp, op, lane, at, where.host[lane],
                 where.written[lane]);
      continue;
    }
    auto found = home.mbarriers.find(at);
    if (found == home.mbarriers.end()) {
      misuse(inst, warp, lane, at, "expects a barrier that was initialised");
      continue;
    }
    done |= uint32_t(actOn(inst, warp, op, lane, at, home, found->second))
            << lane;
  }
  warp.worker->changedMemory |= !isWait;
  if (warp.stopped())
    return nullptr;
  if (isWait) {
    if (op.hasResult)
      writeMask(warp, op.result, done);
    // Whoever waits gives way, and what it waits for moves on.
    if (uint32_t waits = where.shared & ~done) {
      unsigned lane = __builtin_ctz(waits);
      advanceCopies(warp,
                    static_cast<uint32_t>(where.host[lane] - block.shared));
      warp.budget = 0;
    }
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runPendingCount(const Inst *inst, Warp &warp) {
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    warp.reg<uint32_t>(inst->d)[lane] =
        Mbarrier::pendingOf(warp.reg<uint64_t>(inst->a)[lane]);
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool takeAction(Translator &t, MbarrierOp &op) {
  struct Row {
    const char *name;
    Action action;
  };
  static const Row rows[] = {{"init", Action::Init},
                             {"inval", Action::Inval},
                             {"complete_tx", Action::CompleteTx},
                             {"arrive", Action::Arrive},
                             {"arrive_drop", Action::Drop},
                             {"test_wait", Action::Wait},
                             {"try_wait", Action::Wait}};
  bool known = false;
  for (const Row &row : rows)
    if (t.take(row.name)) {
      op.action = row.action;
      known = true;
    }
  if (t.take("expect_tx")) {
    op.expects = known;
    if (!known)
      op.action = Action::ExpectTx;
    known = true;
  }
  if (op.action == Action::Arrive && t.take("noComplete"))
    op.action = Action::NoComplete;
  if (op.action == Action::Wait && t.take("parity"))
    op.action = Action::WaitParity;
  return known;
}

static bool translateMbarrier(Translator &t) {
  if (t.take("pending_count")) {
    if (t.takeType() != Type::B64 || !t.expectOperands(2))
      return t.unsupported();
    uint32_t a = t.source(t.operand(1), Type::B64);
    t.emit(runPendingCount, t.target(t.operand(0), Type::U32), a);
    return true;
  }
  auto *op = t.keep<MbarrierOp>();
  if (!takeAction(t, *op))
    return t.unsupported();
  op->ordered = !t.take("relaxed") && op->action != Action::ExpectTx;
  t.takeOneOf({"acquire", "release"});
  t.takeOneOf({"cta", "cluster"});
  takeSpace(t, op->memory.space);
  if (t.takeType() != Type::B64)
    return t.unsupported();
  bool isWait = op->action == Action::Wait || op->action == Action::WaitParity;
  bool arrives = op->action == Action::Arrive || op->action == Action::Drop ||
                 op->action == Action::NoComplete;
  // A wait's predicate, or an arrival's state, comes first.
  size_t at = isWait || arrives ? 1 : 0, given = t.inst().operands.size();
  if (given < at + 1)
    return t.unsupported();
  op->memory.strong = op->action != Action::Init && op->action != Action::Inval;
  if (!translateAddress(t, t.operand(at), op->memory))
    return false;
  Type wanted = op->action == Action::Wait ? Type::B64 : Type::U32;
  bool optional = arrives && !op->expects;
  // A wait may say how long, which means nothing here.
  if (given > at + 1)
    op->argument = t.source(t.operand(at + 1), wanted);
  else if (optional || op->action == Action::Inval)
    op->argument = t.constant(1, sizeof(uint32_t));
  else
    return t.unsupported();
  if (at && t.operand(0).kind != Operand::Kind::Sink) {
    op->hasResult = true;
    op->result = isWait ? t.predicateTarget(t.operand(0))
                        : t.target(t.operand(0), Type::B64);
  }
  t.emit(runMbarrier).imm = reinterpret_cast<uint64_t>(op);
  return true;
}

bool brt::emu::translateCopyArrive(Translator &t) {
  auto *op = t.keep<MbarrierOp>();
  op->action = Action::CopyArrive;
  op->memory.strong = true;
  if (!t.take("arrive"))
    return t.unsupported();
  op->noIncrement = t.take("noinc");
  takeSpace(t, op->memory.space);
  if (t.takeType() != Type::B64 || !t.expectOperands(1))
    return t.unsupported();
  op->argument = t.constant(0, sizeof(uint32_t));
  if (!translateAddress(t, t.operand(0), op->memory))
    return false;
  t.emit(runMbarrier).imm = reinterpret_cast<uint64_t>(op);
  return true;
}

void brt::emu::addMbarrierOps(OpcodeTable &table) {
  table["mbarrier"] = translateMbarrier;
}
