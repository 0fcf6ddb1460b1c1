//===- Assemble.cpp - Groups of handlers to code --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Exact.h"

using namespace brt::emu;

namespace {
class Assembler {
public:
  Assembler(Program &program, Code &code, std::vector<Group> &groups,
            const std::vector<bool> &startsBlock,
            const std::vector<uint32_t> &registerAt)
      : program(program), code(code), groups(groups), startsBlock(startsBlock),
        registerAt(registerAt), function(*code.function),
        unwritten(findUnwrittenReads(function, groups)),
        integerUses(program.exact ? findIntegerUses(function, groups)
                                  : decltype(integerUses)(groups.size())) {}

  void run();

private:
  Program &program;
  Code &code;
  std::vector<Group> &groups;
  const std::vector<bool> &startsBlock;
  const std::vector<uint32_t> &registerAt;
  const Function &function;
  UnwrittenReads unwritten;
  std::vector<std::vector<uint32_t>> integerUses; // [instruction] of floats
  std::vector<uint32_t> maskOf;                   // of watched registers
  /// Start of each instruction's code; of a block, its head.
  std::vector<size_t> startOf;
  /// Code whose `imm` becomes the address of an instruction, or of a place.
  std::vector<std::pair<size_t, size_t>> toInstruction, toPlace;

  std::vector<bool> asynchronous; // registers of some wgmma

  void placeMasks();
  void findAsynchronous();
  void addInFlightChecks(size_t index);
  void openBlock(size_t index);
  void addOne(size_t index);
  void addBody(size_t index);
  WrittenJoin *joinOf(size_t index);
  Inst &add(Handler handler, size_t index);
  void resolve();
};
} // namespace

Inst &Assembler::add(Handler handler, size_t index) {
  Inst made;
  made.run = handler;
  made.source = index < function.body.size() ? &function.body[index] : nullptr;
  code.insts.push_back(made);
  return code.insts.back();
}

void Assembler::placeMasks() {
  maskOf.assign(function.registers.size(), 0);
  uint32_t at = code.trackedAt;
  for (size_t i = 0; i < maskOf.size(); ++i) {
    if (!unwritten.watched[i])
      continue;
    maskOf[i] = at;
    at += sizeof(uint32_t);
  }
  code.trackedBytes = at - code.trackedAt;
}

void Assembler::openBlock(size_t index) {
  if (!code.blocks.empty())
    code.blocks.back().last = static_cast<uint32_t>(index);
  uint32_t number = static_cast<uint32_t>(code.blocks.size());
  code.blocks.push_back({static_cast<uint32_t>(index),
                         static_cast<uint32_t>(function.body.size())});
  add(runLeader, index).aux = code.firstBlock + number;
}

/// What the result's written lanes follow from, where an operand may be
/// unwritten.
WrittenJoin *Assembler::joinOf(size_t index) {
  auto join = std::make_shared<WrittenJoin>();
  program.infos.push_back(join);
  const Instruction &source = function.body[index];
  auto maskOrAll = [&](const Operand &operand) {
    bool watched = operand.kind == Operand::Kind::Register &&
                   unwritten.watched[operand.index];
    return watched ? maskOf[operand.index] : 0;
  };
  if (source.opcode == "selp" &&
      source.operands[3].kind == Operand::Kind::Register) {
    join->selects = true;
    join->negated = source.operands[3].negated;
    join->predicate = registerAt[source.operands[3].index];
    join->sources = {maskOrAll(source.operands[1]),
                     maskOrAll(source.operands[2])};
  } else {
    for (uint32_t reg : unwritten.passed[index])
      join->sources.push_back(maskOf[reg]);
  }
  return join.get();
}

void Assembler::findAsynchronous() {
  asynchronous.assign(function.registers.size(), false);
  for (const Group &group : groups)
    for (const Operand *operand : group.asyncOperands)
      for (const Operand &each : operand->elements)
        if (each.kind == Operand::Kind::Register)
          asynchronous[each.index] = true;
}

void Assembler::addInFlightChecks(size_t index) {
  const Group &group = groups[index];
  if (!group.asyncOperands.empty())
    return;
  for (const auto *list : {&group.reads, &group.writes})
    for (uint32_t reg : *list) {
      if (!asynchronous[reg])
        continue;
      Inst &check = add(runCheckInFlight, index);
      check.a = registerAt[reg];
      check.aux = list == &group.writes;
      check.imm = reinterpret_cast<uint64_t>(&function.registers[reg]);
    }
}

/// Checks, the handlers, and notes of what they wrote.
void Assembler::addBody(size_t index) {
  Group &group = groups[index];
  for (uint32_t reg : unwritten.checks[index]) {
    Inst &check = add(runCheckWritten, index);
    check.a = maskOf[reg];
    check.imm = reinterpret_cast<uint64_t>(&function.registers[reg]);
  }
  for (uint32_t reg : integerUses[index])
    add(runReportIntegerUse, index).imm =
        reinterpret_cast<uint64_t>(&function.registers[reg]);
  addInFlightChecks(index);
  size_t first = code.insts.size();
  code.insts.insert(code.insts.end(), group.insts.begin(), group.insts.end());
  for (size_t user : group.labelUsers)
    toInstruction.push_back(
        {first + user, function.labels[code.insts[first + user].imm]});
  for (uint32_t reg : group.writes) {
    if (!unwritten.watched[reg])
      continue;
    if (!unwritten.passed[index].empty()) {
      Inst &join = add(runJoinWritten, index);
      join.d = maskOf[reg];
      join.imm = reinterpret_cast<uint64_t>(joinOf(index));
    } else {
      add(runNoteWritten, index).d = maskOf[reg];
    }
  }
}

void Assembler::addOne(size_t index) {
  const Instruction &source = function.body[index];
  const Group &group = groups[index];
  bool around = source.guard && group.needsWholePath;
  bool masked = source.guard && !group.needsWholePath && !group.guardTaken;
  size_t guardAt = code.insts.size();
  if (around || masked) {
    Inst &guard = add(around ? runSkipUnlessGuard : runPushGuard, index);
    guard.a = registerAt[source.guard->index];
    guard.aux = source.guard->negated ? kAllLanes : 0;
  }
  // The check of an unwritten guard comes before it in the list, and is made
  // by the lanes outside it.
  addBody(index);
  if (masked) {
    add(runPopGuard, index);
    toPlace.push_back({guardAt, code.insts.size()});
  } else if (around) {
    toInstruction.push_back({guardAt, index + 1});
  }
}

void Assembler::run() {
  placeMasks();
  findAsynchronous();
  code.firstBlock = program.blockCount;
  startOf.resize(groups.size() + 1);
  for (size_t i = 0; i < groups.size(); ++i) {
    startOf[i] = code.insts.size();
    if (startsBlock[i])
      openBlock(i);
    addOne(i);
  }
  // Falling off the end is a return (PTX ISA 9.7.12, ret).
  startOf[groups.size()] = code.insts.size();
  openBlock(groups.size());
  add(runFallOff, groups.size());
  program.blockCount += static_cast<uint32_t>(code.blocks.size());
  resolve();
}

void Assembler::resolve() {
  auto address = [&](size_t at) {
    return reinterpret_cast<uint64_t>(code.insts.data() + at);
  };
  for (auto [at, place] : toPlace)
    code.insts[at].imm = address(place);
  for (auto [at, index] : toInstruction)
    code.insts[at].imm = address(startOf[index]);
  for (Group &group : groups)
    if (group.targetTable)
      for (uint32_t label : group.targets)
        group.targetTable->push_back(code.insts.data() +
                                     startOf[function.labels[label]]);
}

void brt::emu::assemble(Program &program, Code &code,
                        std::vector<Group> &groups,
                        const std::vector<bool> &startsBlock,
                        const std::vector<uint32_t> &registerAt) {
  Assembler(program, code, groups, startsBlock, registerAt).run();
}
