//===- UnwrittenReads.cpp - Which reads may see an unwritten register -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A forward data-flow problem per function: a register is surely written at a
// place if it is on every path to it. Only registers with a read that is not
// sure are watched at run time, lane by lane; in compiled code those are few.
// Compilers compute with undefined values where nobody looks at the result, so
// arithmetic passes on that its operand is unwritten, as a copy does.
//
//===----------------------------------------------------------------------===//

#include "exec/Translator.h"

using namespace brt::emu;

using Bits = std::vector<bool>;

namespace {
class SurelyWritten {
public:
  SurelyWritten(const Function &function, const std::vector<Group> &groups)
      : function(function), groups(groups), entry(groups.size() + 1) {}

  void solve();
  /// State before instruction `index`; empty if it cannot be reached.
  const Bits &before(size_t index) const { return entry[index]; }

private:
  const Function &function;
  const std::vector<Group> &groups;
  std::vector<Bits> entry;

  Bits after(size_t index) const;
  bool flow(size_t to, const Bits &state);
};
} // namespace

Bits SurelyWritten::after(size_t index) const {
  Bits state = entry[index];
  const Group &group = groups[index];
  bool guarded = function.body[index].guard.has_value();
  bool sure = true;
  if (group.passesOn)
    for (uint32_t reg : group.reads)
      sure = sure && state[reg];
  for (uint32_t reg : group.writes)
    state[reg] = sure && (state[reg] || !guarded);
  return state;
}

bool SurelyWritten::flow(size_t to, const Bits &state) {
  if (entry[to].empty()) {
    entry[to] = state;
    return true;
  }
  bool changed = false;
  for (size_t i = 0; i < state.size(); ++i)
    if (entry[to][i] && !state[i]) {
      entry[to][i] = false;
      changed = true;
    }
  return changed;
}

void SurelyWritten::solve() {
  entry[0] = Bits(function.registers.size() + 1, false);
  std::vector<size_t> work = {0};
  while (!work.empty()) {
    size_t index = work.back();
    work.pop_back();
    // Straight on until nothing changes or the end.
    while (index < groups.size()) {
      Bits state = after(index);
      for (uint32_t label : groups[index].targets)
        if (flow(function.labels[label], state))
          work.push_back(function.labels[label]);
      bool guarded = function.body[index].guard.has_value();
      if (!groups[index].fallsThrough && !guarded)
        break;
      if (!flow(index + 1, state))
        break;
      ++index;
    }
  }
}

/// True for what an instruction does something with in any case: its guard, and
/// the predicate of selp.
static bool decides(const Instruction &inst, uint32_t reg) {
  auto is = [&](const Operand &operand) {
    return operand.kind == Operand::Kind::Register && operand.index == reg;
  };
  return (inst.guard && is(*inst.guard)) ||
         (inst.opcode == "selp" && is(inst.operands.back()));
}

UnwrittenReads brt::emu::findUnwrittenReads(const Function &function,
                                            const std::vector<Group> &groups) {
  SurelyWritten sure(function, groups);
  sure.solve();
  UnwrittenReads result;
  result.checks.resize(groups.size());
  result.passed.resize(groups.size());
  result.watched.assign(function.registers.size(), false);
  for (size_t i = 0; i < groups.size(); ++i) {
    const Bits &state = sure.before(i);
    if (state.empty())
      continue;
    for (uint32_t reg : groups[i].reads) {
      if (state[reg])
        continue;
      result.watched[reg] = true;
      bool passes = groups[i].passesOn && !decides(function.body[i], reg);
      (passes ? result.passed : result.checks)[i].push_back(reg);
    }
  }
  return result;
}
