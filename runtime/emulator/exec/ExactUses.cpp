//===- ExactUses.cpp - Integer uses of floats in exact mode ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A forward data-flow problem per function: a register may hold a float from
// the arithmetic that made it on, through moves, until it is written again. The
// bits of a payload are no number, so that an instruction that takes them for
// an integer's computes nonsense. What comes from memory or from a call counts
// as no float: its bits may be the host's.
//
//===----------------------------------------------------------------------===//

#include "exec/Exact.h"

#include <set>

using namespace brt::emu;

using Bits = std::vector<bool>;

namespace {
/// What an instruction does with floats among its operands.
struct Role {
  uint32_t takes = 0; // operands that may be floats, one bit each
  bool makes = false; // its result is a float
  bool moves = false; // it is if one of `takes` is
};
constexpr uint32_t kAllOperands = ~0u;
} // namespace

static std::vector<Type> typesOf(const Instruction &inst) {
  std::vector<Type> types;
  for (const std::string &modifier : inst.modifiers)
    if (Type type = typeFromName(modifier); type != Type::None)
      types.push_back(type);
  return types;
}

static bool isInteger(const Operand &operand, uint64_t value) {
  return operand.kind == Operand::Kind::Integer &&
         (operand.bits & 0xffffffff) == value;
}

/// prmt that moves halves as wholes.
static bool movesHalves(const Instruction &inst) {
  if (inst.operands.size() < 4 ||
      inst.operands[3].kind != Operand::Kind::Integer)
    return false;
  uint64_t selector = inst.operands[3].bits;
  for (unsigned half = 0; half < 2; ++half, selector >>= 8) {
    uint64_t low = selector & 15, high = selector >> 4 & 15;
    if (low % 2 || high != low + 1 || high > 7)
      return false;
  }
  return true;
}

/// Conversions between integers that keep the low half as it is.
static bool keepsLowHalf(Type to, Type from) {
  auto isPlain = [](Type type) {
    return (type >= Type::B16 && type <= Type::B64) ||
           (type >= Type::U16 && type <= Type::U64);
  };
  return isPlain(to) && isPlain(from);
}

static Role roleOfConversion(Type to, Type from) {
  Role role;
  role.makes = isFloatType(to);
  role.moves = keepsLowHalf(to, from);
  if ((isFloatType(to) && isFloatType(from)) || role.moves)
    role.takes = kAllOperands;
  return role;
}

static Role roleOf(const Instruction &inst) {
  static const std::set<std::string> arithmetic = {
      "add", "sub",  "mul",   "mad",      "fma", "div",  "rem", "abs",
      "neg", "min",  "max",   "sqrt",     "rcp", "ex2",  "lg2", "sin",
      "cos", "tanh", "rsqrt", "copysign", "mma", "wgmma"};
  std::vector<Type> types = typesOf(inst);
  Type first = types.empty() ? Type::None : types.front();
  Type last = types.empty() ? Type::None : types.back();
  const std::string &op = inst.opcode;
  if (arithmetic.count(op) || (op == "wmma" && inst.has("mma")))
    return isFloatType(first) ? Role{kAllOperands, true, false} : Role();
  if (op == "setp" || op == "set")
    return {isFloatType(last) ? kAllOperands : 0,
            op == "set" && isFloatType(first), false};
  if (op == "cvt")
    return roleOfConversion(first, last);
  if (op == "mov" || op == "call")
    return {kAllOperands, false, op == "mov"};
  if (op == "selp" || (op == "prmt" && movesHalves(inst)))
    return {1u << 1 | 1u << 2, false, true};
  if (op == "shfl" || (op == "shl" && isInteger(inst.operands[2], 16)) ||
      (op == "and" && isInteger(inst.operands[2], 0xffff0000)))
    return {1u << 1, false, true};
  // The address is looked at apart.
  bool stores = op == "st" || op == "stmatrix" || op == "wmma";
  bool updates =
      (op == "atom" || op == "red") && (isFloatType(last) || inst.has("exch"));
  return {stores || updates ? kAllOperands : 0, false, false};
}

/// Calls `body` with the registers of an operand, and whether each is part of
/// an address.
template <class Body>
static void forRegisters(const Operand &operand, Body body,
                         bool isAddress = false) {
  isAddress |= operand.kind == Operand::Kind::Address;
  if (operand.kind == Operand::Kind::Register)
    body(operand.index, isAddress);
  for (const Operand &element : operand.elements)
    forRegisters(element, body, isAddress);
}

/// Calls `body(register, isTaken)` for the registers that are read.
template <class Body>
static void forReads(const Instruction &inst, const Group &group,
                     const Role &role, Body body) {
  std::set<uint32_t> reads(group.reads.begin(), group.reads.end());
  std::set<uint32_t> writes(group.writes.begin(), group.writes.end());
  for (size_t i = 0; i < inst.operands.size(); ++i)
    forRegisters(inst.operands[i], [&](uint32_t reg, bool isAddress) {
      bool isTarget = i == 0 && !isAddress && writes.count(reg);
      if (reads.count(reg) && !isTarget)
        body(reg, !isAddress && role.takes >> i & 1);
    });
}

namespace {
class MayBeFloat {
public:
  MayBeFloat(const Function &function, const std::vector<Group> &groups)
      : function(function), groups(groups), entry(groups.size() + 1) {
    for (const Instruction &inst : function.body)
      roles.push_back(roleOf(inst));
  }

  void solve();
  std::vector<std::vector<uint32_t>> integerUses() const;

private:
  const Function &function;
  const std::vector<Group> &groups;
  std::vector<Role> roles;
  std::vector<Bits> entry; // empty: not reached

  Bits after(size_t index) const;
  bool flow(size_t to, const Bits &state);
};
} // namespace

Bits MayBeFloat::after(size_t index) const {
  Bits state = entry[index];
  const Instruction &inst = function.body[index];
  bool isFloatNow = roles[index].makes;
  if (roles[index].moves)
    forReads(inst, groups[index], roles[index], [&](uint32_t reg, bool taken) {
      isFloatNow |= taken && state[reg];
    });
  for (uint32_t reg : groups[index].writes)
    state[reg] = function.registers[reg].type != Type::Pred &&
                 (isFloatNow || (inst.guard && state[reg]));
  return state;
}

bool MayBeFloat::flow(size_t to, const Bits &state) {
  bool changed = entry[to].empty();
  if (changed)
    entry[to].assign(function.registers.size() + 1, false);
  for (size_t i = 0; i < state.size(); ++i)
    if (state[i] && !entry[to][i])
      entry[to][i] = changed = true;
  return changed;
}

void MayBeFloat::solve() {
  std::vector<size_t> work;
  flow(0, Bits(function.registers.size() + 1, false));
  work.push_back(0);
  while (!work.empty()) {
    size_t index = work.back();
    work.pop_back();
    if (index >= groups.size())
      continue;
    Bits state = after(index);
    for (uint32_t label : groups[index].targets)
      if (flow(function.labels[label], state))
        work.push_back(function.labels[label]);
    bool goesOn = groups[index].fallsThrough || function.body[index].guard;
    if (goesOn && flow(index + 1, state))
      work.push_back(index + 1);
  }
}

std::vector<std::vector<uint32_t>> MayBeFloat::integerUses() const {
  std::vector<std::vector<uint32_t>> uses(groups.size());
  for (size_t i = 0; i < groups.size(); ++i)
    if (!entry[i].empty())
      forReads(function.body[i], groups[i], roles[i],
               [&](uint32_t reg, bool taken) {
                 if (!taken && entry[i][reg])
                   uses[i].push_back(reg);
               });
  return uses;
}

std::vector<std::vector<uint32_t>>
brt::emu::findIntegerUses(const Function &function,
                          const std::vector<Group> &groups) {
  MayBeFloat solver(function, groups);
  solver.solve();
  return solver.integerUses();
}
