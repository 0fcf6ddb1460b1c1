//===- ControlOps.cpp - Branches, guards and basic block heads ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Block.h"
#include "exec/Lanes.h"
#include "exec/Translator.h"

using namespace brt::emu;

/// Head of a basic block: paths that meet here merge, a path that is further
/// behind gets its turn, the block is counted, and another warp may run.
const Inst *brt::emu::runLeader(const Inst *inst, Warp &warp) {
  if (!warp.others.empty()) {
    warp.mergeAt(inst);
    if (!warp.fairTurn && warp.someoneBehind(inst)) {
      warp.park(inst, false);
      return warp.switchPath();
    }
  }
  if (warp.budget-- <= 0) {
    warp.pc = inst;
    return nullptr;
  }
  BlockCount &count = warp.worker->counters.blocks[inst->aux];
  ++count.warps;
  count.diverged += warp.active != warp.live;
  count.lanes += __builtin_popcount(warp.active);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// @p before an instruction that needs no other lanes.
const Inst *brt::emu::runPushGuard(const Inst *inst, Warp &warp) {
  uint32_t lanes = warp.active & (warp.mask(inst->a) ^ inst->aux);
  if (!lanes)
    BRT_EMU_NEXT(reinterpret_cast<const Inst *>(inst->imm), warp);
  warp.savedActive = warp.active;
  warp.active = lanes;
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runPopGuard(const Inst *inst, Warp &warp) {
  warp.active = warp.savedActive;
  BRT_EMU_NEXT(inst + 1, warp);
}

/// @p before an instruction that waits for lanes or calls: a branch around it.
const Inst *brt::emu::runSkipUnlessGuard(const Inst *inst, Warp &warp) {
  uint32_t lanes = warp.active & (warp.mask(inst->a) ^ inst->aux);
  const Inst *next =
      warp.branch(warp.active & ~lanes,
                  reinterpret_cast<const Inst *>(inst->imm), inst + 1);
  BRT_EMU_NEXT(next, warp);
}

const Inst *brt::emu::runCheckWritten(const Inst *inst, Warp &warp) {
  uint32_t missing = warp.active & ~warp.mask(inst->a);
  if (missing &&
      warp.block->launch.options.checked(FindingKind::Uninitialised)) {
    const Register &reg = inst->info<Register>();
    warp.report(inst, FindingKind::Uninitialised, missing,
                "register " + reg.name + " is read before it is written");
    if (warp.stopped())
      return nullptr;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// In exact mode, before an instruction that takes a float for an integer.
const Inst *brt::emu::runReportIntegerUse(const Inst *inst, Warp &warp) {
  warp.report(inst, FindingKind::Exact, warp.active,
              "register " + inst->info<Register>().name +
                  " holds a float, whose bits are no number in exact mode");
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runNoteWritten(const Inst *inst, Warp &warp) {
  warp.mask(inst->d) |= warp.active;
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runJoinWritten(const Inst *inst, Warp &warp) {
  const WrittenJoin &join = inst->info<WrittenJoin>();
  // Offset 0 stands for a register that is not watched.
  auto written = [&](uint32_t mask) {
    return mask ? warp.mask(mask) : kAllLanes;
  };
  uint32_t result = kAllLanes;
  if (join.selects) {
    uint32_t chosen =
        warp.mask(join.predicate) ^ (join.negated ? kAllLanes : 0);
    result = (chosen & written(join.sources[0])) |
             (~chosen & written(join.sources[1]));
  } else {
    for (uint32_t mask : join.sources)
      result &= written(mask);
  }
  writeMask(warp, inst->d, result);
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runNotMask(const Inst *inst, Warp &warp) {
  warp.mask(inst->d) = ~warp.mask(inst->a);
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runFallOff(const Inst *, Warp &warp) {
  return warp.returnLanes();
}

static const Inst *runBranch(const Inst *inst, Warp &warp) {
  BRT_EMU_NEXT(reinterpret_cast<const Inst *>(inst->imm), warp);
}

static const Inst *runBranchIf(const Inst *inst, Warp &warp) {
  uint32_t taken = warp.active & (warp.mask(inst->a) ^ inst->aux);
  const Inst *next =
      warp.branch(taken, reinterpret_cast<const Inst *>(inst->imm), inst + 1);
  BRT_EMU_NEXT(next, warp);
}

/// brx.idx (PTX ISA 9.7.12.3): each lane picks a target from a table.
static const Inst *runBranchIndexed(const Inst *inst, Warp &warp) {
  const auto &table = inst->info<std::vector<const Inst *>>();
  const uint32_t *index = warp.reg<uint32_t>(inst->a);
  uint32_t left = warp.active;
  while (left) {
    unsigned lane = __builtin_ctz(left);
    if (index[lane] >= table.size()) {
      warp.report(inst, FindingKind::OutOfBounds, 1u << lane,
                  "the branch index is past the end of the table");
      warp.state = WarpState::Faulted;
      return nullptr;
    }
    uint32_t same = 0;
    for (unsigned other = lane; other < kLanes; ++other)
      if ((left >> other & 1) && index[other] == index[lane])
        same |= 1u << other;
    left &= ~same;
    warp.others.push_back({same, table[index[lane]], warp.frame, false});
  }
  warp.active = 0;
  return warp.switchPath();
}

/// The lanes whose guard holds leave or return, the rest goes on behind.
static bool splitByGuard(const Inst *inst, Warp &warp) {
  uint32_t lanes = warp.active;
  if (inst->b)
    lanes &= warp.mask(inst->a) ^ inst->aux;
  if (!lanes)
    return false;
  if (lanes != warp.active)
    warp.others.push_back({warp.active & ~lanes, inst + 1, warp.frame, false});
  warp.active = lanes;
  return true;
}

static const Inst *runExit(const Inst *inst, Warp &warp) {
  if (!splitByGuard(inst, warp))
    BRT_EMU_NEXT(inst + 1, warp);
  return warp.exitLanes();
}

static const Inst *runReturn(const Inst *inst, Warp &warp) {
  if (!splitByGuard(inst, warp))
    BRT_EMU_NEXT(inst + 1, warp);
  return warp.returnLanes();
}

static const Inst *runTrap(const Inst *inst, Warp &warp) {
  warp.report(inst, FindingKind::Trap, warp.active,
              inst->source->opcode + " was executed");
  warp.state = WarpState::Faulted;
  return nullptr;
}

static const Inst *runNothing(const Inst *inst, Warp &warp) {
  BRT_EMU_NEXT(inst + 1, warp);
}

/// The guard's register; its negation is for the handler.
static uint32_t guardRegister(Translator &t) {
  if (!t.inst().guard)
    return 0;
  Operand plain = *t.inst().guard;
  plain.negated = false;
  return t.predicate(plain);
}

static uint32_t guardFlip(Translator &t) {
  return t.inst().guard && t.inst().guard->negated ? kAllLanes : 0;
}

static bool translateBra(Translator &t) {
  t.take("uni");
  t.group->endsBlock = true;
  t.group->fallsThrough = false;
  t.group->guardTaken = true;
  t.group->targets.push_back(t.operand(0).index);
  Inst &made =
      t.emit(t.inst().guard ? runBranchIf : runBranch, 0, guardRegister(t));
  made.aux = guardFlip(t);
  made.imm = t.operand(0).index;
  t.group->labelUsers.push_back(t.group->insts.size() - 1);
  return true;
}

static bool translateBrx(Translator &t) {
  if (!t.take("idx"))
    return t.unsupported();
  t.take("uni");
  if (!t.expectOperands(2))
    return false;
  for (const auto &[name, labels] : t.function.branchTargets)
    if (name == t.operand(1).text)
      t.group->targets = labels;
  if (t.group->targets.empty())
    return t.fail(t.operand(1).where, "expects a list of branch targets");
  t.group->endsBlock = true;
  t.group->fallsThrough = false;
  t.group->needsWholePath = true;
  auto *table = t.keep<std::vector<const Inst *>>();
  t.group->targetTable = table;
  uint32_t index = t.source(t.operand(0), Type::U32);
  t.emit(runBranchIndexed, 0, index).imm = reinterpret_cast<uint64_t>(table);
  return true;
}

static bool leave(Translator &t, Handler handler) {
  t.take("uni");
  t.group->endsBlock = true;
  t.group->fallsThrough = false;
  t.group->guardTaken = true;
  Inst &made = t.emit(handler, 0, guardRegister(t));
  made.b = t.inst().guard.has_value();
  made.aux = guardFlip(t);
  return t.expectOperands(0);
}

void brt::emu::addControlOps(OpcodeTable &table) {
  table["bra"] = translateBra;
  table["brx"] = translateBrx;
  table["exit"] = [](Translator &t) { return leave(t, runExit); };
  table["ret"] = [](Translator &t) { return leave(t, runReturn); };
  table["trap"] = [](Translator &t) {
    t.emit(runTrap);
    return true;
  };
  // A breakpoint without a debugger is a trap (PTX ISA 9.7.19.1).
  table["brkpt"] = table["trap"];
  for (const char *hint : {"nanosleep", "prefetch", "prefetchu", "pmevent",
                           "discard", "applypriority"})
    table[hint] = [](Translator &t) {
      for (const std::string &modifier : t.inst().modifiers)
        t.take(modifier.c_str());
      t.emit(runNothing);
      return true;
    };
}
