//===- WarpOps.cpp - Exchange of values within a warp ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shfl, vote, match, activemask, redux, elect (PTX ISA 9.7.9.6, 9.7.13.7-14).
// The `.sync` forms wait until all lanes of the member mask have come.
//
//===----------------------------------------------------------------------===//

#include "exec/Arithmetic.h"
#include "exec/Block.h"

#include <algorithm>

using namespace brt::emu;

/// Lanes that run this now, after all in their member masks have come; zero
/// after the path was set aside to wait for the others. The masks are in
/// register `offset`.
static uint32_t gatherMembers(const Inst *inst, Warp &warp, uint32_t offset) {
  const uint32_t *masks = warp.reg<uint32_t>(offset);
  uint32_t needed = 0, outside = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    uint32_t self = warp.active & 1u << lane;
    needed |= self ? masks[lane] : 0;
    outside |= self & ~masks[lane];
  }
  if (!warp.gather(inst, needed))
    return 0;
  // The lanes that have come may be more than those looked at.
  for (uint32_t left = warp.active; left; left &= left - 1)
    outside |= ~masks[__builtin_ctz(left)] & (left & -left);
  if (outside) {
    warp.report(inst, FindingKind::BarrierDivergence, outside,
                "the lane is not in its own member mask");
    if (warp.stopped())
      return 0;
  }
  return warp.active;
}

/// After gatherMembers gave zero: what runs next.
static const Inst *afterWaiting(Warp &warp) {
  return warp.stopped() ? nullptr : warp.switchPath();
}

enum class Shuffle { Up, Down, Butterfly, Index };

/// Where lane `lane` takes its value from; `inside` says whether that is in its
/// segment.
template <Shuffle mode>
static int32_t sourceLane(int32_t lane, int32_t by, int32_t control,
                          int32_t &inside) {
  constexpr int32_t kMask = kLanes - 1;
  int32_t segment = control >> 8 & kMask, lowest = lane & segment;
  int32_t highest = lowest | (control & kMask & ~segment);
  by &= kMask;
  int32_t from = mode == Shuffle::Up          ? lane - by
                 : mode == Shuffle::Down      ? lane + by
                 : mode == Shuffle::Butterfly ? lane ^ by
                                              : lowest | (by & ~segment);
  inside = mode == Shuffle::Up ? from >= highest : from <= highest;
  return inside ? from : lane;
}

/// regs a: value, b: lane or distance, c: segment and clamp; imm: member mask;
/// aux2: predicate destination + 1.
template <Shuffle mode>
static const Inst *runShuffle(const Inst *inst, Warp &warp) {
  if (!gatherMembers(inst, warp, static_cast<uint32_t>(inst->imm)))
    return afterWaiting(warp);
  const uint32_t *a = warp.reg<uint32_t>(inst->a);
  const int32_t *b = warp.reg<int32_t>(inst->b),
                *c = warp.reg<int32_t>(inst->c);
  int32_t source[kLanes], inside[kLanes];
  BRT_EMU_LANES
  for (unsigned lane = 0; lane < kLanes; ++lane)
    source[lane] = sourceLane<mode>(static_cast<int32_t>(lane), b[lane],
                                    c[lane], inside[lane]);
  uint32_t result[kLanes], valid = 0, missing = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    result[lane] = a[source[lane] & 31];
    valid |= static_cast<uint32_t>(inside[lane]) << lane;
  }
  if (warp.active != kAllLanes)
    for (unsigned lane = 0; lane < kLanes; ++lane)
      missing |= (~warp.active >> (source[lane] & 31) & 1) << lane;
  missing &= warp.active;
  writeActive(warp.active, result, warp.reg<uint32_t>(inst->d));
  if (inst->aux2)
    writeMask(warp, inst->aux2 - 1, valid);
  if (missing) {
    warp.report(inst, FindingKind::Uninitialised, missing,
                "the value comes from a lane that does not take part");
    if (warp.stopped())
      return nullptr;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateShuffle(Translator &t) {
  t.group->needsWholePath = true;
  if (!t.take("sync"))
    return t.unsupported();
  const char *mode = t.takeOneOf({"up", "down", "bfly", "idx"});
  if (!mode || t.takeType() != Type::B32)
    return t.unsupported();
  if (!t.expectOperands(5))
    return false;
  const Operand &to = t.operand(0);
  uint32_t a = t.source(t.operand(1), Type::B32),
           b = t.source(t.operand(2), Type::B32),
           c = t.source(t.operand(3), Type::B32),
           mask = t.source(t.operand(4), Type::B32);
  uint32_t second = to.second ? t.predicateTarget(*to.second) + 1 : 0;
  Handler handler = mode[0] == 'u'   ? runShuffle<Shuffle::Up>
                    : mode[0] == 'd' ? runShuffle<Shuffle::Down>
                    : mode[0] == 'b' ? runShuffle<Shuffle::Butterfly>
                                     : runShuffle<Shuffle::Index>;
  Inst &made = t.emit(handler, t.target(to, Type::B32), a, b, c);
  made.imm = mask;
  made.aux2 = second;
  return true;
}

enum class Vote : uint32_t { All, Any, Uniform, Ballot };

/// a: predicate, b: member mask.
static const Inst *runVote(const Inst *inst, Warp &warp) {
  if (!gatherMembers(inst, warp, inst->b))
    return afterWaiting(warp);
  uint32_t active = warp.active;
  uint32_t holds = warp.mask(inst->a) & active;
  Vote mode = static_cast<Vote>(inst->aux);
  // Lanes with different masks vote apart.
  const uint32_t *masks = warp.reg<uint32_t>(inst->b);
  uint32_t truth = 0;
  for (uint32_t left = active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    uint32_t members = masks[lane] & active, yes = holds & members;
    if (mode == Vote::Ballot) {
      warp.reg<uint32_t>(inst->d)[lane] = yes;
      continue;
    }
    bool result = mode == Vote::All   ? yes == members
                  : mode == Vote::Any ? yes != 0
                                      : yes == members || yes == 0;
    truth |= uint32_t(result) << lane;
  }
  if (mode != Vote::Ballot)
    writeMask(warp, inst->d, truth);
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateVote(Translator &t) {
  t.group->needsWholePath = true;
  if (!t.take("sync"))
    return t.unsupported();
  const char *mode = t.takeOneOf({"all", "any", "uni", "ballot"});
  if (!mode)
    return t.unsupported();
  bool ballot = mode[0] == 'b';
  if (t.takeType() != (ballot ? Type::B32 : Type::Pred))
    return t.unsupported();
  if (!t.expectOperands(3))
    return false;
  uint32_t a = t.predicate(t.operand(1));
  uint32_t mask = t.source(t.operand(2), Type::B32);
  uint32_t d = ballot ? t.target(t.operand(0), Type::B32)
                      : t.predicateTarget(t.operand(0));
  t.emit(runVote, d, a, mask).aux =
      static_cast<uint32_t>(ballot           ? Vote::Ballot
                            : mode[1] == 'l' ? Vote::All
                            : mode[0] == 'a' ? Vote::Any
                                             : Vote::Uniform);
  return true;
}

/// match.any and match.all: a: value, b: member mask; aux: all; aux2: predicate
/// destination + 1.
template <class T>
static const Inst *runMatch(const Inst *inst, Warp &warp) {
  if (!gatherMembers(inst, warp, inst->b))
    return afterWaiting(warp);
  const T *a = warp.reg<T>(inst->a);
  const uint32_t *masks = warp.reg<uint32_t>(inst->b);
  uint32_t result[kLanes], truth = 0;
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    uint32_t members = masks[lane] & warp.active, same = 0;
    for (uint32_t others = members; others; others &= others - 1)
      same |= uint32_t(a[__builtin_ctz(others)] == a[lane])
              << __builtin_ctz(others);
    bool all = same == members;
    result[lane] = inst->aux ? (all ? members : 0) : same;
    truth |= uint32_t(all) << lane;
  }
  for (uint32_t left = warp.active; left; left &= left - 1)
    warp.reg<uint32_t>(inst->d)[__builtin_ctz(left)] =
        result[__builtin_ctz(left)];
  if (inst->aux2)
    writeMask(warp, inst->aux2 - 1, truth);
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateMatch(Translator &t) {
  t.group->needsWholePath = true;
  bool all = t.take("all");
  if ((!all && !t.take("any")) || !t.take("sync"))
    return t.unsupported();
  Type type = t.takeType();
  if ((type != Type::B32 && type != Type::B64) || !t.expectOperands(3))
    return t.unsupported();
  const Operand &to = t.operand(0);
  uint32_t a = t.source(t.operand(1), type);
  uint32_t mask = t.source(t.operand(2), Type::B32);
  uint32_t second = to.second ? t.predicateTarget(*to.second) + 1 : 0;
  Inst &made =
      t.emit(type == Type::B32 ? runMatch<uint32_t> : runMatch<uint64_t>,
             t.target(to, Type::B32), a, mask);
  made.aux = all;
  made.aux2 = second;
  return true;
}

static const Inst *runActiveMask(const Inst *inst, Warp &warp) {
  for (uint32_t left = warp.active; left; left &= left - 1)
    warp.reg<uint32_t>(inst->d)[__builtin_ctz(left)] = warp.active;
  BRT_EMU_NEXT(inst + 1, warp);
}

enum class Reduce : uint32_t { Add, MinU, MaxU, MinS, MaxS, And, Or, Xor };

static uint32_t reduceTwo(Reduce kind, uint32_t a, uint32_t b) {
  int32_t x = static_cast<int32_t>(a), y = static_cast<int32_t>(b);
  switch (kind) {
  case Reduce::Add:
    return a + b;
  case Reduce::MinU:
    return std::min(a, b);
  case Reduce::MaxU:
    return std::max(a, b);
  case Reduce::MinS:
    return static_cast<uint32_t>(std::min(x, y));
  case Reduce::MaxS:
    return static_cast<uint32_t>(std::max(x, y));
  case Reduce::And:
    return a & b;
  case Reduce::Or:
    return a | b;
  case Reduce::Xor:
    break;
  }
  return a ^ b;
}

static const Inst *runReduce(const Inst *inst, Warp &warp) {
  if (!gatherMembers(inst, warp, inst->b))
    return afterWaiting(warp);
  const uint32_t *a = warp.reg<uint32_t>(inst->a),
                 *masks = warp.reg<uint32_t>(inst->b);
  uint32_t result[kLanes];
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    uint32_t members = masks[lane] & warp.active;
    uint32_t value = a[__builtin_ctz(members)];
    for (members &= members - 1; members; members &= members - 1)
      value = reduceTwo(static_cast<Reduce>(inst->aux), value,
                        a[__builtin_ctz(members)]);
    result[lane] = value;
  }
  for (uint32_t left = warp.active; left; left &= left - 1)
    warp.reg<uint32_t>(inst->d)[__builtin_ctz(left)] =
        result[__builtin_ctz(left)];
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateReduce(Translator &t) {
  t.group->needsWholePath = true;
  if (!t.take("sync"))
    return t.unsupported();
  const char *name = t.takeOneOf({"add", "min", "max", "and", "or", "xor"});
  Type type = t.takeType();
  bool isSigned = type == Type::S32;
  if (!name || sizeOf(type) != 4 || type == Type::F32 || !t.expectOperands(3))
    return t.unsupported();
  std::string op = name;
  Reduce kind = op == "add"   ? Reduce::Add
                : op == "min" ? (isSigned ? Reduce::MinS : Reduce::MinU)
                : op == "max" ? (isSigned ? Reduce::MaxS : Reduce::MaxU)
                : op == "and" ? Reduce::And
                : op == "or"  ? Reduce::Or
                              : Reduce::Xor;
  uint32_t a = t.source(t.operand(1), type);
  uint32_t mask = t.source(t.operand(2), Type::B32);
  t.emit(runReduce, t.target(t.operand(0), type), a, mask).aux =
      static_cast<uint32_t>(kind);
  return true;
}

/// elect.sync: the lowest lane of the mask leads. a: mask; d: its number; aux2:
/// predicate destination + 1.
static const Inst *runElect(const Inst *inst, Warp &warp) {
  if (!gatherMembers(inst, warp, inst->a))
    return afterWaiting(warp);
  const uint32_t *masks = warp.reg<uint32_t>(inst->a);
  uint32_t leaders = 0, *d = warp.reg<uint32_t>(inst->d);
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    unsigned leader = __builtin_ctz(masks[lane] & warp.active);
    d[lane] = leader;
    leaders |= uint32_t(leader == lane) << lane;
  }
  writeMask(warp, inst->aux2 - 1, leaders);
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateElect(Translator &t) {
  t.group->needsWholePath = true;
  if (!t.take("sync") || !t.expectOperands(2) || !t.operand(0).second)
    return t.unsupported();
  uint32_t mask = t.source(t.operand(1), Type::B32);
  uint32_t second = t.predicateTarget(*t.operand(0).second) + 1;
  // The mask may be the destination as well.
  t.emit(runElect, t.target(t.operand(0), Type::B32), mask).aux2 = second;
  return true;
}

void brt::emu::addWarpOps(OpcodeTable &table) {
  table["shfl"] = translateShuffle;
  table["vote"] = translateVote;
  table["match"] = translateMatch;
  table["redux"] = translateReduce;
  table["elect"] = translateElect;
  table["activemask"] = [](Translator &t) {
    if (t.takeType() != Type::B32 || !t.expectOperands(1))
      return t.unsupported();
    t.emit(runActiveMask, t.target(t.operand(0), Type::B32));
    return true;
  };
}
