//===- WmmaOps.cpp - wmma.load, wmma.mma, wmma.store ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.14.4.
//
//===----------------------------------------------------------------------===//

#include "exec/Fragment.h"
#include "exec/Memory.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;

namespace {
struct WmmaMemoryOp {
  MemoryOp memory;
  Fragment fragment;
  bool columnMajor = false;
  uint32_t stride = 0; // register, in elements; unless `hasStride`: none
  bool hasStride = false;
  /// Of every element of a lane: rows (or columns, if those lie together) and
  /// elements from the base to it, for each lane.
  struct Offsets {
    uint8_t lines[kLanes], elements[kLanes];
  };
  std::vector<Offsets> offsets;
};

struct ShapeRow {
  const char *name;
  unsigned m, n, k;
};
} // namespace

static constexpr ShapeRow kShapes[] = {{"m16n16k16", 16, 16, 16},
                                       {"m32n8k16", 32, 8, 16},
                                       {"m8n32k16", 8, 32, 16},
                                       {"m16n16k8", 16, 16, 8},
                                       {"m8n8k4", 8, 8, 4}};

static void findOffsets(WmmaMemoryOp &op) {
  const Fragment &f = op.fragment;
  op.offsets.resize(f.size() / kLanes);
  for (unsigned e = 0; e < op.offsets.size(); ++e)
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      Fragment::Place at =
          f.place(e / f.perRegister(), lane, e % f.perRegister());
      if (op.columnMajor)
        std::swap(at.row, at.column);
      op.offsets[e].lines[lane] = static_cast<uint8_t>(at.row);
      op.offsets[e].elements[lane] = static_cast<uint8_t>(at.column);
    }
}

/// Resolves element `e` of every lane.
static void resolveElement(const Inst *inst, Warp &warp, const WmmaMemoryOp &op,
                           const uint64_t *base, unsigned e, AccessKind kind,
                           Resolved &where) {
  const Fragment &f = op.fragment;
  unsigned size = op.memory.bytes;
  const WmmaMemoryOp::Offsets &offsets = op.offsets[e];
  uint64_t natural = op.columnMajor ? f.rows : f.columns;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    uint64_t stride =
        op.hasStride ? warp.reg<uint32_t>(op.stride)[lane] : natural;
    uint64_t index = offsets.lines[lane] * stride + offsets.elements[lane];
    where.address[lane] = base[lane] + index * size;
  }
  resolveAt(inst, warp, op.memory.space, where.address, kAllLanes, size, kind,
            where);
  countAccess(warp, op.memory.site, where, size);
}

template <bool isLoad>
static const Inst *runWmmaMemory(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const WmmaMemoryOp &op = inst->info<WmmaMemoryOp>();
  const Fragment &f = op.fragment;
  unsigned size = op.memory.bytes;
  uint64_t base[kLanes];
  computeAddresses(op.memory, warp, base);
  unsigned wordBytes = std::max(4u, size), per = f.perRegister();
  unsigned registers = f.registerCount();
  for (unsigned e = 0; e < op.offsets.size(); ++e) {
    unsigned r = e / per, i = e % per;
    Resolved where;
    resolveElement(inst, warp, op, base, e,
                   isLoad ? AccessKind::Read : AccessKind::Write, where);
    for (uint32_t left = where.lanes; left; left &= left - 1) {
      unsigned lane = __builtin_ctz(left);
      uint8_t *host = where.host[lane];
      if (isLoad) {
        noteAccess(inst, warp, where, lane, size, op.memory, false, false);
        for (unsigned copy = r; copy < f.regs.size(); copy += registers)
          std::memcpy(warp.reg<uint8_t>(f.regs[copy]) + wordBytes * lane +
                          size * i,
                      host, size);
        continue;
      }
      const uint8_t *value =
          warp.reg<uint8_t>(f.regs[r]) + wordBytes * lane + size * i;
      bool same = std::memcmp(host, value, size) == 0;
      noteAccess(inst, warp, where, lane, size, op.memory, true, same);
      std::memcpy(host, value, size);
      std::memset(where.written[lane], 1, size);
      warp.worker->changedMemory |= !same;
    }
    if (warp.stopped())
      return nullptr;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Registers of A or B: PTX wants eight of halves, whatever the shape.
static unsigned inputRegisters(const Fragment &f) {
  return f.type == Type::F16 ? 8 : f.registerCount();
}

/// Accumulators of whole words are paired.
static void setType(Fragment &f, Type type, bool isAccumulator) {
  f.type = type;
  f.paired = isAccumulator && type != Type::F16;
}

static const ShapeRow *takeShape(Translator &t) {
  for (const ShapeRow &row : kShapes)
    if (t.take(row.name))
      return &row;
  return nullptr;
}

static bool shapeFits(const ShapeRow &shape, Type input) {
  if (input == Type::F64)
    return shape.k == 4;
  if (input == Type::TF32)
    return shape.k == 8;
  bool known = input == Type::F16 || input == Type::BF16 || input == Type::S8 ||
               input == Type::U8;
  return known && shape.k == 16;
}

static bool translateMemory(Translator &t, bool isLoad) {
  const char *role = isLoad ? t.takeOneOf({"a", "b", "c"}) : t.takeOneOf({"d"});
  bool column = t.take("col");
  const ShapeRow *shape = takeShape(t);
  auto *op = t.keep<WmmaMemoryOp>();
  takeSpace(t, op->memory.space);
  Type type = t.takeType();
  size_t operands = t.inst().operands.size();
  if (!role || (!column && !t.take("row")) || !shape || operands < 2 ||
      operands > 3)
    return t.unsupported();
  Fragment &f = op->fragment;
  bool input = role[0] == 'a' || role[0] == 'b';
  setType(f, type, !input);
  f.transposed = role[0] == 'b';
  f.rows = role[0] == 'b' ? shape->k : shape->m;
  f.columns = role[0] == 'a' ? shape->k : shape->n;
  bool output = type == Type::F16 || type == Type::F32 || type == Type::S32 ||
                type == Type::F64;
  if (input ? !shapeFits(*shape, type) : !output)
    return t.unsupported();
  op->columnMajor = column;
  op->memory.bytes = sizeOf(type);
  if (!translateAddress(t, t.operand(isLoad ? 1 : 0), op->memory))
    return false;
  op->hasStride = operands == 3;
  if (op->hasStride)
    op->stride = t.source(t.operand(2), Type::U32);
  if (!bindFragment(t, t.operand(isLoad ? 0 : 1), f,
                    input ? inputRegisters(f) : f.registerCount(), isLoad))
    return false;
  findOffsets(*op);
  t.emit(isLoad ? runWmmaMemory<true> : runWmmaMemory<false>).imm =
      reinterpret_cast<uint64_t>(op);
  return true;
}

/// .dtype.ctype for halves, .dtype.atype.btype.ctype for all else.
static bool takeTypes(Translator &t, Multiply &op) {
  Type types[4] = {};
  unsigned count = 0;
  for (Type type; count < 4 && (type = t.takeType()) != Type::None;)
    types[count++] = type;
  if (count != 2 && count != 4)
    return false;
  setType(op.d, types[0], true);
  setType(op.a, count == 2 ? Type::F16 : types[1], false);
  setType(op.b, count == 2 ? Type::F16 : types[2], false);
  setType(op.c, types[count - 1], true);
  bool halves = op.a.type == Type::F16;
  bool bytes = op.a.type == Type::S8 || op.a.type == Type::U8;
  Type sum = op.a.type == Type::F64 ? Type::F64 : bytes ? Type::S32 : Type::F32;
  auto fits = [&](Type type) {
    return type == sum || (halves && type == Type::F16);
  };
  return op.a.type == op.b.type && fits(op.c.type) && fits(op.d.type);
}

static bool translateMultiply(Translator &t) {
  auto *op = t.keep<Multiply>();
  const ShapeRow *shape = takeShape(t);
  // The layouts were said when the fragments were loaded.
  bool layouts =
      (t.take("row") || t.take("col")) && (t.take("row") || t.take("col"));
  t.take("rn");
  op->saturate = t.take("satfinite");
  if (!shape || !layouts || !takeTypes(t, *op) ||
      !shapeFits(*shape, op->a.type))
    return t.unsupported();
  if (!t.expectOperands(4))
    return false;
  op->a.rows = op->c.rows = op->d.rows = shape->m;
  op->a.columns = op->b.rows = shape->k;
  op->b.columns = op->c.columns = op->d.columns = shape->n;
  op->b.transposed = true;
  if (!bindFragment(t, t.operand(1), op->a, inputRegisters(op->a), false) ||
      !bindFragment(t, t.operand(2), op->b, inputRegisters(op->b), false) ||
      !bindFragment(t, t.operand(3), op->c, op->c.registerCount(), false) ||
      !bindFragment(t, t.operand(0), op->d, op->d.registerCount(), true))
    return false;
  t.emit(multiplyHandler(op->a.type, t.program.exact)).imm =
      reinterpret_cast<uint64_t>(op);
  return true;
}

void brt::emu::addWmmaOps(OpcodeTable &table) {
  table["wmma"] = [](Translator &t) {
    t.group->needsWholePath = true;
    if (!t.take("sync") || !t.take("aligned"))
      return t.unsupported();
    if (t.take("load"))
      return translateMemory(t, true);
    if (t.take("store"))
      return translateMemory(t, false);
    return t.take("mma") ? translateMultiply(t) : t.unsupported();
  };
}
