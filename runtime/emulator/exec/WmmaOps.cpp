//===- WmmaOps.cpp - wmma.load, wmma.mma, wmma.store ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.14.4. How a fragment lies in the registers is the
// implementation's own business. Here element e of a matrix, counted by rows,
// is element e % U of lane e / U, where U is the number of elements per lane;
// registers beyond them hold the same again.
//
//===----------------------------------------------------------------------===//

#include "exec/FloatFormats.h"
#include "exec/Memory.h"

#include <algorithm>

using namespace brt::emu;

namespace {
/// One fragment: a rows x columns matrix in `count` registers.
struct Fragment {
  unsigned rows = 0, columns = 0;
  Type type = Type::F16;
  unsigned count = 0;
  uint32_t regs[8] = {};

  /// Elements in one 32-bit register; f64 takes a 64-bit one.
  unsigned per() const { return std::max(1u, 4 / sizeOf(type)); }
  unsigned used() const { return rows * columns / kLanes; }
};

struct WmmaMemoryOp {
  MemoryOp memory;
  Fragment fragment;
  bool columnMajor = false;
  uint32_t stride = 0; // register, in elements; 0: as wide as the matrix
  bool hasStride = false;
};

struct WmmaOp {
  Fragment a, b, c, d;
  bool saturate = false;
};

struct ShapeRow {
  const char *name;
  unsigned m, n, k;
};
/// Elements of the largest fragment.
constexpr unsigned kMaxElements = 32 * 16;
} // namespace

static constexpr ShapeRow kShapes[] = {{"m16n16k16", 16, 16, 16},
                                       {"m32n8k16", 32, 8, 16},
                                       {"m8n32k16", 8, 32, 16},
                                       {"m16n16k8", 16, 16, 8},
                                       {"m8n8k4", 8, 8, 4}};

static uint64_t elementBits(const Fragment &f, Warp &warp, unsigned lane,
                            unsigned i) {
  if (f.type == Type::F64)
    return warp.reg<uint64_t>(f.regs[i])[lane];
  unsigned bits = 32 / f.per();
  uint32_t word = warp.reg<uint32_t>(f.regs[i / f.per()])[lane];
  uint64_t ones = bits == 32 ? 0xffffffff : (uint64_t(1) << bits) - 1;
  return word >> (bits * (i % f.per())) & ones;
}

/// Writes element i of a lane, and its copies.
static void setElement(const Fragment &f, Warp &warp, unsigned lane, unsigned i,
                       uint64_t value) {
  if (f.type == Type::F64) {
    warp.reg<uint64_t>(f.regs[i])[lane] = value;
    return;
  }
  unsigned bits = 32 / f.per();
  for (; i < f.count * f.per(); i += f.used()) {
    uint32_t &word = warp.reg<uint32_t>(f.regs[i / f.per()])[lane];
    unsigned shift = bits * (i % f.per());
    uint32_t ones = bits == 32 ? ~0u : (1u << bits) - 1;
    word = (word & ~(ones << shift)) | static_cast<uint32_t>(value) << shift;
  }
}

static double numberOf(Type type, uint64_t bits) {
  switch (type) {
  case Type::F16:
    return floatFromF16(static_cast<uint16_t>(bits));
  case Type::BF16:
    return floatFromBF16(static_cast<uint16_t>(bits));
  case Type::TF32: // the low 13 bits do not count
    return bitsAs<float>(static_cast<uint32_t>(bits) & 0xffffe000);
  case Type::S8:
    return static_cast<int8_t>(bits);
  case Type::U8:
    return static_cast<uint8_t>(bits);
  case Type::S32:
    return static_cast<int32_t>(bits);
  case Type::F32:
    return bitsAs<float>(static_cast<uint32_t>(bits));
  default:
    return bitsAs<double>(bits);
  }
}

static bool wholeWarp(const Inst *inst, Warp &warp) {
  if (warp.active == kAllLanes)
    return true;
  warp.report(inst, FindingKind::BarrierDivergence, warp.active,
              "expects all 32 lanes of the warp to execute the instruction");
  warp.state = WarpState::Faulted;
  return false;
}

/// Resolves element i of every lane.
static void resolveElement(const Inst *inst, Warp &warp, const WmmaMemoryOp &op,
                           const uint64_t *base, unsigned i, AccessKind kind,
                           Resolved &where) {
  const Fragment &f = op.fragment;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    unsigned element = lane * f.used() + i;
    unsigned row = element / f.columns, column = element % f.columns;
    uint64_t natural = op.columnMajor ? f.rows : f.columns;
    uint64_t stride =
        op.hasStride ? warp.reg<uint32_t>(op.stride)[lane] : natural;
    uint64_t index =
        op.columnMajor ? column * stride + row : row * stride + column;
    where.address[lane] = base[lane] + index * sizeOf(f.type);
  }
  unsigned size = sizeOf(f.type);
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
  unsigned size = sizeOf(f.type);
  uint64_t base[kLanes];
  computeAddresses(op.memory, warp, base);
  for (unsigned i = 0; i < f.used(); ++i) {
    Resolved where;
    resolveElement(inst, warp, op, base, i,
                   isLoad ? AccessKind::Read : AccessKind::Write, where);
    for (uint32_t left = where.lanes; left; left &= left - 1) {
      unsigned lane = __builtin_ctz(left);
      uint64_t value = 0;
      if (isLoad) {
        noteAccess(inst, warp, where, lane, size, op.memory, false, false);
        std::memcpy(&value, where.host[lane], size);
        setElement(f, warp, lane, i, value);
        continue;
      }
      value = elementBits(f, warp, lane, i);
      bool same = std::memcmp(where.host[lane], &value, size) == 0;
      noteAccess(inst, warp, where, lane, size, op.memory, true, same);
      std::memcpy(where.host[lane], &value, size);
      std::memset(where.written[lane], 1, size);
      warp.worker->changedMemory |= !same;
    }
    if (warp.stopped())
      return nullptr;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// The matrix by rows. Doubles hold every type that is multiplied, and sums of
/// products of bytes, exactly.
static void gather(const Fragment &f, Warp &warp, double *out) {
  for (unsigned e = 0; e < f.rows * f.columns; ++e)
    out[e] = numberOf(f.type, elementBits(f, warp, e / f.used(), e % f.used()));
}

static uint64_t bitsOf(Type type, double value, bool saturate) {
  if (type == Type::F64)
    return bitsAs<uint64_t>(value);
  if (type == Type::F16)
    return encode(value, kF16);
  if (type == Type::F32)
    return bitsAs<uint32_t>(canonical(static_cast<float>(value)));
  if (saturate)
    value = std::min(std::max(value, double(INT32_MIN)), double(INT32_MAX));
  return static_cast<uint32_t>(static_cast<int64_t>(value));
}

static const Inst *runWmma(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const WmmaOp &op = inst->info<WmmaOp>();
  double a[kMaxElements], b[kMaxElements], c[kMaxElements];
  gather(op.a, warp, a);
  gather(op.b, warp, b);
  gather(op.c, warp, c);
  unsigned depth = op.a.columns, columns = op.d.columns;
  for (unsigned e = 0; e < op.d.rows * columns; ++e) {
    double sum = c[e];
    for (unsigned k = 0; k < depth; ++k)
      sum = std::fma(a[e / columns * depth + k], b[k * columns + e % columns],
                     sum);
    setElement(op.d, warp, e / op.d.used(), e % op.d.used(),
               bitsOf(op.d.type, sum, op.saturate));
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Registers of A or B: halves are held twice, all else once.
static unsigned inputRegisters(const Fragment &f) {
  unsigned once = f.used() / f.per();
  return f.type == Type::F16 ? 8 : std::max(1u, once);
}

static bool bindRegisters(Translator &t, const Operand &operand, Fragment &f,
                          bool isTarget) {
  size_t got =
      operand.kind == Operand::Kind::Vector ? operand.elements.size() : 1;
  if (got != f.count)
    return t.fail(operand.where, "expects " + std::to_string(f.count) +
                                     " registers, but got " +
                                     std::to_string(got));
  Type word = f.type == Type::F64 ? Type::B64 : Type::B32;
  for (unsigned i = 0; i < f.count; ++i) {
    const Operand &each =
        operand.kind == Operand::Kind::Vector ? operand.elements[i] : operand;
    f.regs[i] = isTarget ? t.target(each, word) : t.source(each, word);
  }
  return true;
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
  f.type = type;
  f.rows = role[0] == 'b' ? shape->k : shape->m;
  f.columns = role[0] == 'a' ? shape->k : shape->n;
  bool output = type == Type::F16 || type == Type::F32 || type == Type::S32 ||
                type == Type::F64;
  if (input ? !shapeFits(*shape, type) : !output)
    return t.unsupported();
  f.count = input ? inputRegisters(f) : f.used() / f.per();
  op->columnMajor = column;
  op->memory.bytes = sizeOf(type);
  if (!translateAddress(t, t.operand(isLoad ? 1 : 0), op->memory))
    return false;
  op->hasStride = operands == 3;
  if (op->hasStride)
    op->stride = t.source(t.operand(2), Type::U32);
  if (!bindRegisters(t, t.operand(isLoad ? 0 : 1), f, isLoad))
    return false;
  t.emit(isLoad ? runWmmaMemory<true> : runWmmaMemory<false>).imm =
      reinterpret_cast<uint64_t>(op);
  return true;
}

/// .dtype.ctype for halves, .dtype.atype.btype.ctype for all else.
static bool takeTypes(Translator &t, WmmaOp &op) {
  Type types[4] = {};
  unsigned count = 0;
  for (Type type; count < 4 && (type = t.takeType()) != Type::None;)
    types[count++] = type;
  if (count != 2 && count != 4)
    return false;
  op.d.type = types[0];
  op.a.type = count == 2 ? Type::F16 : types[1];
  op.b.type = count == 2 ? Type::F16 : types[2];
  op.c.type = types[count - 1];
  bool halves = op.a.type == Type::F16;
  bool bytes = op.a.type == Type::S8 || op.a.type == Type::U8;
  Type sum = op.a.type == Type::F64 ? Type::F64 : bytes ? Type::S32 : Type::F32;
  auto fits = [&](Type type) {
    return type == sum || (halves && type == Type::F16);
  };
  return op.a.type == op.b.type && fits(op.c.type) && fits(op.d.type);
}

static bool translateMultiply(Translator &t) {
  auto *op = t.keep<WmmaOp>();
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
  op->a.count = inputRegisters(op->a);
  op->b.count = inputRegisters(op->b);
  op->c.count = op->c.used() / op->c.per();
  op->d.count = op->d.used() / op->d.per();
  if (!bindRegisters(t, t.operand(1), op->a, false) ||
      !bindRegisters(t, t.operand(2), op->b, false) ||
      !bindRegisters(t, t.operand(3), op->c, false) ||
      !bindRegisters(t, t.operand(0), op->d, true))
    return false;
  t.emit(runWmma).imm = reinterpret_cast<uint64_t>(op);
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
