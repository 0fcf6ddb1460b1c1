//===- MemoryOps.cpp - ld and st ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Arithmetic.h"
#include "exec/Async.h"
#include "exec/Memory.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;

bool brt::emu::takeSpace(Translator &t, Space &space) {
  struct Row {
    const char *name;
    Space space;
  };
  static const Row rows[] = {
      {"global", Space::Global},      {"shared", Space::Shared},
      {"shared::cta", Space::Shared}, {"shared::cluster", Space::SharedCluster},
      {"local", Space::Local},        {"const", Space::Const},
      {"param", Space::Param},        {"param::entry", Space::Param},
      {"param::func", Space::Param}};
  space = Space::Generic;
  for (const Row &row : rows)
    if (t.take(row.name))
      space = row.space;
  return true;
}

/// Cache operators and eviction hints change nothing that can be seen
/// (PTX ISA 9.7.9.1).
void brt::emu::takeCacheHints(Translator &t) {
  for (const char *hint : {"ca",
                           "cg",
                           "cs",
                           "lu",
                           "cv",
                           "wb",
                           "wt",
                           "nc",
                           "L1::evict_normal",
                           "L1::evict_unchanged",
                           "L1::evict_first",
                           "L1::evict_last",
                           "L1::no_allocate",
                           "L2::evict_normal",
                           "L2::evict_first",
                           "L2::evict_last",
                           "L2::64B",
                           "L2::128B",
                           "L2::256B",
                           "L2::cache_hint"})
    t.take(hint);
}

void brt::emu::takeOrdering(Translator &t, MemoryOp &op) {
  op.strong = t.take("volatile") || t.take("relaxed") || t.take("mmio");
  op.acquire = t.take("acquire");
  op.release = t.take("release");
  if (t.take("acq_rel"))
    op.acquire = op.release = true;
  op.strong |= op.acquire || op.release;
  t.take("weak");
  t.takeOneOf({"cta", "cluster", "gpu", "sys"});
}

bool brt::emu::translateAddress(Translator &t, const Operand &operand,
                                MemoryOp &op) {
  if (operand.kind != Operand::Kind::Address)
    return t.fail(operand.where, "expects an address in brackets");
  const Operand &base = operand.elements[0];
  op.offset = static_cast<int64_t>(operand.bits);
  op.site = t.newSite();
  if (base.kind == Operand::Kind::Register && t.widthOf(base) != 8 &&
      t.widthOf(base) != 4)
    return t.fail(base.where, "expects an address of 32 or 64 bits");
  op.baseBytes = t.widthOf(base) == 4 ? 4 : 8;
  op.base = t.source(base, op.baseBytes == 4 ? Type::U32 : Type::U64);
  // A function's own parameters and the .param variables of a call are part of
  // its frame; a kernel's lie in constant memory.
  if (op.space == Space::Param) {
    Translator::Place place;
    bool entry = t.function.isEntry;
    if (base.kind == Operand::Kind::Symbol) {
      if (!t.placeOf(base, place))
        return false;
      entry = place.entryParameter;
    }
    op.space = entry ? Space::Const : Space::Local;
  }
  return true;
}

// Threads of other warps may touch the same words at the same time; of strong
// accesses every element is whole (PTX ISA 8.2).
template <class Elem>
static Elem readStrong(const uint8_t *from) {
  return __atomic_load_n(reinterpret_cast<const Elem *>(from),
                         __ATOMIC_RELAXED);
}

template <class Elem>
static void storeStrong(const Inst *inst, Warp &warp, const MemoryOp &op,
                        const Resolved &where, unsigned lane,
                        const Elem *values) {
  uint8_t *host = where.host[lane];
  bool same = true;
  for (unsigned i = 0; i < op.count; ++i)
    same &= readStrong<Elem>(host + i * sizeof(Elem)) == values[i];
  noteAccess(inst, warp, where, lane, op.size(), op, true, same);
  noteStrong(warp, where, lane, op, false, true);
  for (unsigned i = 0; i < op.count; ++i)
    __atomic_store_n(reinterpret_cast<Elem *>(host) + i, values[i],
                     __ATOMIC_RELAXED);
  // Left alone where it says so already, as others may look at the same time.
  uint8_t *written = where.written[lane];
  if (std::find(written, written + op.size(), 0) != written + op.size())
    std::memset(written, 1, op.size());
  warp.worker->changedMemory |= !same;
}

/// All lanes, from a row of vectors of `count`.
template <class Elem, class Storage>
static void loadRow(Warp &warp, const MemoryOp &op, const uint8_t *from,
                    unsigned count) {
  const Elem *elements = reinterpret_cast<const Elem *>(from);
  for (unsigned i = 0; i < count; ++i) {
    Storage *d = warp.reg<Storage>(op.regs[i]);
    BRT_EMU_LANES
    for (unsigned lane = 0; lane < kLanes; ++lane)
      d[lane] = static_cast<Storage>(elements[lane * count + i]);
  }
}

/// A few long runs of single elements, all lanes that are active. False for
/// anything else.
template <class Elem, class Storage>
static bool loadRuns(Warp &warp, const MemoryOp &op, const Resolved &where) {
  constexpr int kMaxRuns = 8;
  uint32_t heads = where.lanes & ~(where.next | where.same);
  if (op.count != 1 || op.strong || where.lanes != warp.active ||
      __builtin_popcount(heads) > kMaxRuns)
    return false;
  Storage *d = warp.reg<Storage>(op.regs[0]);
  forRuns(where, [&](Run run) {
    const Elem *from = reinterpret_cast<const Elem *>(where.host[run.first]);
    if (run.same)
      std::fill_n(d + run.first, run.count, static_cast<Storage>(*from));
    else
      std::copy_n(from, run.count, d + run.first);
  });
  return true;
}

template <class Elem, class Storage>
static const Inst *runLoad(const Inst *inst, Warp &warp) {
  const MemoryOp &op = inst->info<MemoryOp>();
  WholeRow row;
  if (takeWholeRow(warp, op, AccessKind::Read, row)) {
    // The usual counts as constants.
    if (op.count == 1)
      loadRow<Elem, Storage>(warp, op, row.host, 1);
    else if (op.count == 4)
      loadRow<Elem, Storage>(warp, op, row.host, 4);
    else
      loadRow<Elem, Storage>(warp, op, row.host, op.count);
    BRT_EMU_NEXT(inst + 1, warp);
  }
  Resolved where;
  resolve(inst, warp, op, AccessKind::Read, where);
  if (warp.stopped())
    return nullptr;
  noteReads(inst, warp, where, op.size(), op);
  if (loadRuns<Elem, Storage>(warp, op, where))
    BRT_EMU_NEXT(inst + 1, warp);
  for (uint32_t left = where.lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    const uint8_t *from = where.host[lane];
    for (unsigned i = 0; i < op.count; ++i)
      warp.reg<Storage>(op.regs[i])[lane] =
          static_cast<Storage>(readStrong<Elem>(from + i * sizeof(Elem)));
    if (op.strong)
      noteStrong(warp, where, lane, op, true, false);
  }
  // What a lane would read from a place that is not there.
  for (uint32_t left = warp.active & ~where.lanes; left; left &= left - 1)
    for (unsigned i = 0; i < op.count; ++i)
      warp.reg<Storage>(op.regs[i])[__builtin_ctz(left)] =
          static_cast<Storage>(static_cast<Elem>(~uint64_t(0)));
  BRT_EMU_NEXT(inst + 1, warp);
}

/// The elements that a run of lanes is to store, lane after lane.
template <class Elem, class Storage>
static void gatherStored(Warp &warp, const MemoryOp &op, Run run,
                         Elem *values) {
  for (unsigned i = 0; i < op.count; ++i) {
    const Storage *from = warp.reg<Storage>(op.regs[i]) + run.first;
    for (unsigned at = 0; at < run.count; ++at)
      values[at * op.count + i] = static_cast<Elem>(from[at]);
  }
}

static void storeBytes(Warp &warp, uint8_t *host, uint8_t *written,
                       const void *values, size_t bytes) {
  bool &changed = warp.worker->changedMemory;
  changed = changed || std::memcmp(host, values, bytes) != 0;
  std::memcpy(host, values, bytes);
  std::memset(written, 1, bytes);
}

/// One weak lane. Lanes may store to the same place, so that each is compared
/// with what the one before it left.
template <class Elem>
static void storeLane(const Inst *inst, Warp &warp, const MemoryOp &op,
                      const Resolved &where, unsigned lane,
                      const Elem *values) {
  Elem *host = reinterpret_cast<Elem *>(where.host[lane]);
  bool same = true;
  for (unsigned i = 0; i < op.count; ++i)
    same &= host[i] == values[i];
  noteAccess(inst, warp, where, lane, op.size(), op, true, same);
  for (unsigned i = 0; i < op.count; ++i) {
    host[i] = values[i];
    std::memset(where.written[lane] + i * sizeof(Elem), 1, sizeof(Elem));
  }
  warp.worker->changedMemory |= !same;
}

template <class Elem, class Storage>
static const Inst *runStore(const Inst *inst, Warp &warp) {
  const MemoryOp &op = inst->info<MemoryOp>();
  constexpr unsigned kMaxCount = 8;
  Elem values[kLanes * kMaxCount];
  WholeRow row;
  if (takeWholeRow(warp, op, AccessKind::Write, row)) {
    gatherStored<Elem, Storage>(warp, op, {0, kLanes}, values);
    storeBytes(warp, row.host, row.written, values, kLanes * op.size());
    BRT_EMU_NEXT(inst + 1, warp);
  }
  Resolved where;
  resolve(inst, warp, op, AccessKind::Write, where);
  forRuns(where, [&](Run run) {
    gatherStored<Elem, Storage>(warp, op, run, values);
    if (run.count > 1 && !run.same && !op.strong) {
      noteRun(inst, warp, where, run, op.size(), op,
              reinterpret_cast<uint8_t *>(values));
      storeBytes(warp, where.host[run.first], where.written[run.first], values,
                 run.count * op.size());
      return;
    }
    for (unsigned i = 0; i < run.count; ++i)
      if (op.strong)
        storeStrong(inst, warp, op, where, run.first + i,
                    values + i * op.count);
      else
        storeLane(inst, warp, op, where, run.first + i, values + i * op.count);
  });
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

/// A kernel parameter at a constant offset: the same for all lanes.
template <class Elem, class Storage>
static const Inst *runLoadParameter(const Inst *inst, Warp &warp) {
  const uint8_t *from = warp.block->launch.config.parameters.data() + inst->imm;
  Elem value;
  std::memcpy(&value, from, sizeof value);
  Storage *d = warp.reg<Storage>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1)
      d[lane] = static_cast<Storage>(value);
  BRT_EMU_NEXT(inst + 1, warp);
}

namespace {
template <class Elem, class Storage>
struct Load {
  static constexpr Handler handler = runLoad<Elem, Storage>;
};
template <class Elem, class Storage>
struct Store {
  static constexpr Handler handler = runStore<Elem, Storage>;
};
template <class Elem, class Storage>
struct LoadParameter {
  static constexpr Handler handler = runLoadParameter<Elem, Storage>;
};
} // namespace

/// The element as it lies in memory and the register that holds it, which may
/// be wider; signed elements extend their sign.
template <template <class, class> class Pick>
static Handler accessHandler(Type type, unsigned width) {
  bool isSigned = type == Type::S8 || type == Type::S16 || type == Type::S32;
  switch (sizeOf(type) * 16 + width) {
  case 1 * 16 + 2:
    return isSigned ? Pick<int8_t, uint16_t>::handler
                    : Pick<uint8_t, uint16_t>::handler;
  case 1 * 16 + 4:
    return isSigned ? Pick<int8_t, uint32_t>::handler
                    : Pick<uint8_t, uint32_t>::handler;
  case 1 * 16 + 8:
    return isSigned ? Pick<int8_t, uint64_t>::handler
                    : Pick<uint8_t, uint64_t>::handler;
  case 2 * 16 + 2:
    return Pick<uint16_t, uint16_t>::handler;
  case 2 * 16 + 4:
    return isSigned ? Pick<int16_t, uint32_t>::handler
                    : Pick<uint16_t, uint32_t>::handler;
  case 2 * 16 + 8:
    return isSigned ? Pick<int16_t, uint64_t>::handler
                    : Pick<uint16_t, uint64_t>::handler;
  case 4 * 16 + 4:
    return Pick<uint32_t, uint32_t>::handler;
  case 4 * 16 + 8:
    return isSigned ? Pick<int32_t, uint64_t>::handler
                    : Pick<uint32_t, uint64_t>::handler;
  case 8 * 16 + 8:
    return Pick<uint64_t, uint64_t>::handler;
  default:
    return nullptr;
  }
}

/// ld.param of a kernel parameter by name: bounds are known now.
static bool loadParameter(Translator &t, Type type, const Operand &address,
                          const std::vector<Operand> &to) {
  Translator::Place place;
  if (!t.placeOf(address.elements[0], place))
    return false;
  uint64_t at = place.offset + address.bits;
  if (at > t.code.parameterBytes ||
      to.size() * sizeOf(type) > t.code.parameterBytes - at)
    return t.fail(address.where,
                  "expects the access to lie in the parameters' " +
                      std::to_string(t.code.parameterBytes) + " bytes");
  for (size_t i = 0; i < to.size(); ++i) {
    unsigned width = 0;
    uint32_t d = t.wideTarget(to[i], type, width);
    Handler handler = accessHandler<LoadParameter>(type, width);
    if (!handler)
      return t.unsupported();
    t.emit(handler, d).imm = at + i * sizeOf(type);
  }
  return true;
}

std::vector<Operand> brt::emu::elementsOf(const Operand &operand) {
  return operand.kind == Operand::Kind::Vector ? operand.elements
                                               : std::vector<Operand>{operand};
}

static bool translateAccess(Translator &t, bool isLoad) {
  auto *op = t.keep<MemoryOp>();
  takeSpace(t, op->space);
  takeOrdering(t, *op);
  takeCacheHints(t);
  unsigned count = t.take("v2") ? 2 : t.take("v4") ? 4 : t.take("v8") ? 8 : 1;
  Type type = t.takeType();
  // A cache policy may follow.
  if (t.inst().operands.size() != 3 && !t.expectOperands(2))
    return false;
  std::vector<Operand> values = elementsOf(t.operand(isLoad ? 0 : 1));
  const Operand &address = t.operand(isLoad ? 1 : 0);
  if (values.size() != count || sizeOf(type) == 0)
    return t.unsupported();
  op->bytes = sizeOf(type);
  op->count = count;

  if (address.kind == Operand::Kind::Address && op->space == Space::Param &&
      address.elements[0].kind == Operand::Kind::Symbol) {
    Translator::Place place;
    if (!t.placeOf(address.elements[0], place))
      return false;
    if (place.entryParameter)
      return isLoad ? loadParameter(t, type, address, values) : t.unsupported();
  }
  if (!translateAddress(t, address, *op))
    return false;
  unsigned width = 0, first = 0;
  for (unsigned i = 0; i < count; ++i) {
    op->regs[i] = isLoad ? t.wideTarget(values[i], type, width)
                         : t.wideSource(values[i], type, width);
    first = i ? first : width;
    if (width != first)
      return t.fail("expects the elements of a vector to be of one width");
  }
  Handler handler = isLoad ? accessHandler<Load>(type, width)
                           : accessHandler<Store>(type, width);
  if (!handler)
    return t.unsupported();
  t.emit(handler).imm = reinterpret_cast<uint64_t>(op);
  return true;
}

void brt::emu::addMemoryOps(OpcodeTable &table) {
  table["ld"] =
      table["ldu"] = [](Translator &t) { return translateAccess(t, true); };
  table["st"] = [](Translator &t) {
    return t.take("async") ? translateStoreAsync(t) : translateAccess(t, false);
  };
}
