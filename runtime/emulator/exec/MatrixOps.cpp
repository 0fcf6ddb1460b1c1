//===- MatrixOps.cpp - mma.sync -------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.14.5. A tile is gathered from the lanes' registers, multiplied as
// plain arrays, and the result goes back. Where a lane's elements lie follows
// one rule for all m16n8kK shapes: with g = lane/4, t = lane%4 and P elements
// in a 32-bit register, register r of A holds row g + 8(r%2), columns Pt.. +
// 4P(r/2); register r of B holds rows Pt.. + 4Pr of column g; C and D hold row
// g + 8(i/2), column 2t + i%2.
//
//===----------------------------------------------------------------------===//

#include "exec/Block.h"
#include "exec/FloatFormats.h"

using namespace brt::emu;

namespace {
struct MmaOp {
  unsigned m = 16, n = 8, k = 16;
  Type a = Type::F16, b = Type::F16, c = Type::F32, d = Type::F32;
  uint32_t regsA[4], regsB[4], regsC[4], regsD[4];
  unsigned countA = 0, countB = 0, countC = 0, countD = 0;
  bool saturate = false; // .satfinite, integers
};
constexpr unsigned kRows = 16, kColumns = 8, kDepth = 32;
} // namespace

/// One element out of a 32-bit register.
template <class Acc>
static Acc element(uint32_t word, unsigned within, Type type) {
  switch (type) {
  case Type::F16:
    return static_cast<Acc>(
        floatFromF16(static_cast<uint16_t>(word >> (16 * within))));
  case Type::BF16:
    return static_cast<Acc>(
        floatFromBF16(static_cast<uint16_t>(word >> (16 * within))));
  case Type::TF32: // the low 13 bits do not count
    return static_cast<Acc>(bitsAs<float>(word & 0xffffe000));
  case Type::S8:
    return static_cast<Acc>(static_cast<int8_t>(word >> (8 * within)));
  case Type::U8:
    return static_cast<Acc>(static_cast<uint8_t>(word >> (8 * within)));
  case Type::E4M3:
    return static_cast<Acc>(decode(word >> (8 * within) & 255, kE4M3));
  default: // E5M2
    return static_cast<Acc>(decode(word >> (8 * within) & 255, kE5M2));
  }
}

static unsigned perRegister(Type type) { return 4 / sizeOf(type); }

template <class Acc>
static void gatherA(const MmaOp &op, Warp &warp, Acc (*a)[kDepth]) {
  unsigned per = perRegister(op.a);
  for (unsigned r = 0; r < op.countA; ++r) {
    const uint32_t *reg = warp.reg<uint32_t>(op.regsA[r]);
    for (unsigned lane = 0; lane < kLanes; ++lane)
      for (unsigned i = 0; i < per; ++i)
        a[lane / 4 + 8 * (r % 2)][per * (lane % 4) + i + 4 * per * (r / 2)] =
            element<Acc>(reg[lane], i, op.a);
  }
}

template <class Acc>
static void gatherB(const MmaOp &op, Warp &warp, Acc (*b)[kColumns]) {
  unsigned per = perRegister(op.b);
  for (unsigned r = 0; r < op.countB; ++r) {
    const uint32_t *reg = warp.reg<uint32_t>(op.regsB[r]);
    for (unsigned lane = 0; lane < kLanes; ++lane)
      for (unsigned i = 0; i < per; ++i)
        b[per * (lane % 4) + i + 4 * per * r][lane / 4] =
            element<Acc>(reg[lane], i, op.b);
  }
}

/// Calls `visit(row, column, register, half)` for a lane's elements of C or D.
template <class Visit>
static void forAccumulator(unsigned lane, Type type, unsigned registers,
                           Visit visit) {
  unsigned row = lane / 4, column = 2 * (lane % 4);
  for (unsigned r = 0; r < registers; ++r) {
    if (type == Type::F16) {
      visit(row + 8 * r, column, r, 0u);
      visit(row + 8 * r, column + 1, r, 1u);
    } else {
      visit(row + 8 * (r / 2), column + r % 2, r, 0u);
    }
  }
}

template <class Acc>
static void loadC(const MmaOp &op, Warp &warp, Acc (*c)[kColumns]) {
  for (unsigned lane = 0; lane < kLanes; ++lane)
    forAccumulator(lane, op.c, op.countC,
                   [&](unsigned row, unsigned col, unsigned r, unsigned half) {
                     uint32_t word = warp.reg<uint32_t>(op.regsC[r])[lane];
                     if constexpr (std::is_same_v<Acc, float>)
                       c[row][col] = op.c == Type::F16
                                         ? element<float>(word, half, Type::F16)
                                         : bitsAs<float>(word);
                     else
                       c[row][col] = bitsAs<int32_t>(word);
                   });
}

template <class Acc>
static void storeD(const MmaOp &op, Warp &warp, const Acc (*c)[kColumns]) {
  for (unsigned lane = 0; lane < kLanes; ++lane)
    forAccumulator(lane, op.d, op.countD,
                   [&](unsigned row, unsigned col, unsigned r, unsigned half) {
                     uint32_t &word = warp.reg<uint32_t>(op.regsD[r])[lane];
                     if constexpr (!std::is_same_v<Acc, float>)
                       word =
                           bitsAs<uint32_t>(static_cast<int32_t>(c[row][col]));
                     else if (op.d == Type::F16)
                       word = half ? (word & 0xffff) | encode(c[row][col], kF16)
                                                           << 16
                                   : encode(c[row][col], kF16);
                     else
                       word = bitsAs<uint32_t>(canonical(c[row][col]));
                   });
}

/// All lanes of the warp must be there: the fragments are spread over them.
static bool wholeWarp(const Inst *inst, Warp &warp) {
  if (warp.active == kAllLanes)
    return true;
  warp.report(inst, FindingKind::BarrierDivergence, warp.active,
              "expects all 32 lanes of the warp to execute the instruction");
  warp.state = WarpState::Faulted;
  return false;
}

static const Inst *runFloatMma(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const MmaOp &op = inst->info<MmaOp>();
  float a[kRows][kDepth], b[kDepth][kColumns], c[kRows][kColumns];
  gatherA(op, warp, a);
  gatherB(op, warp, b);
  loadC(op, warp, c);
  // The order of the sum is not specified; this is one of the allowed.
  for (unsigned row = 0; row < op.m; ++row)
    for (unsigned k = 0; k < op.k; ++k)
      for (unsigned col = 0; col < kColumns; ++col)
        c[row][col] = std::fma(a[row][k], b[k][col], c[row][col]);
  storeD(op, warp, c);
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runIntegerMma(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const MmaOp &op = inst->info<MmaOp>();
  int64_t a[kRows][kDepth], b[kDepth][kColumns], c[kRows][kColumns];
  gatherA(op, warp, a);
  gatherB(op, warp, b);
  loadC(op, warp, c);
  for (unsigned row = 0; row < op.m; ++row)
    for (unsigned col = 0; col < kColumns; ++col) {
      int64_t sum = c[row][col];
      for (unsigned k = 0; k < op.k; ++k)
        sum += a[row][k] * b[k][col];
      if (op.saturate)
        sum = std::min<int64_t>(std::max<int64_t>(sum, INT32_MIN), INT32_MAX);
      c[row][col] = sum;
    }
  storeD(op, warp, c);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// m8n8k4 f64: A row g, column t; B row t, column g; C row g, columns 2t, 2t+1.
static const Inst *runDoubleMma(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const MmaOp &op = inst->info<MmaOp>();
  const double *a = warp.reg<double>(op.regsA[0]),
               *b = warp.reg<double>(op.regsB[0]);
  double sums[2][kLanes];
  for (unsigned lane = 0; lane < kLanes; ++lane)
    for (unsigned i = 0; i < 2; ++i) {
      double sum = warp.reg<double>(op.regsC[i])[lane];
      for (unsigned k = 0; k < op.k; ++k)
        sum =
            std::fma(a[(lane & ~3u) + k], b[4 * (2 * (lane % 4) + i) + k], sum);
      sums[i][lane] = sum;
    }
  for (unsigned i = 0; i < 2; ++i)
    std::memcpy(warp.reg<double>(op.regsD[i]), sums[i], sizeof sums[i]);
  BRT_EMU_NEXT(inst + 1, warp);
}

namespace {
/// The shapes of sm_80 (and fp8 of sm_89), by operand type.
struct Shape {
  const char *name;
  Type type;
  unsigned m, n, k;
};
} // namespace

static constexpr Shape kShapes[] = {
    {"m16n8k16", Type::F16, 16, 8, 16},  {"m16n8k16", Type::BF16, 16, 8, 16},
    {"m16n8k8", Type::F16, 16, 8, 8},    {"m16n8k8", Type::BF16, 16, 8, 8},
    {"m16n8k8", Type::TF32, 16, 8, 8},   {"m16n8k4", Type::TF32, 16, 8, 4},
    {"m16n8k32", Type::S8, 16, 8, 32},   {"m16n8k32", Type::U8, 16, 8, 32},
    {"m16n8k16", Type::S8, 16, 8, 16},   {"m16n8k16", Type::U8, 16, 8, 16},
    {"m8n8k16", Type::S8, 8, 8, 16},     {"m8n8k16", Type::U8, 8, 8, 16},
    {"m16n8k32", Type::E4M3, 16, 8, 32}, {"m16n8k32", Type::E5M2, 16, 8, 32},
    {"m8n8k4", Type::F64, 8, 8, 4}};

static const Shape *takeShape(Translator &t, Type &a, Type types[4]) {
  const char *name = t.takeOneOf(
      {"m16n8k16", "m16n8k8", "m16n8k4", "m16n8k32", "m8n8k16", "m8n8k4"});
  if (!name || !t.take("row") || !t.take("col"))
    return nullptr;
  for (int i = 0; i < 4; ++i)
    types[i] = t.takeType(); // D, A, B, C
  a = types[1];
  for (const Shape &shape : kShapes)
    if (std::string(name) == shape.name && shape.type == a)
      return &shape;
  return nullptr;
}

static bool isByte(Type type) { return type == Type::S8 || type == Type::U8; }

/// Operands in their braces; the register count follows from the shape.
static bool fragment(Translator &t, const Operand &operand, unsigned count,
                     Type type, bool isTarget, uint32_t *regs) {
  bool vector = operand.kind == Operand::Kind::Vector;
  size_t got = vector ? operand.elements.size() : 1;
  if (got != count)
    return t.fail(operand.where, "expects " + std::to_string(count) +
                                     " registers, but got " +
                                     std::to_string(got));
  for (unsigned i = 0; i < count; ++i) {
    const Operand &each = vector ? operand.elements[i] : operand;
    regs[i] = isTarget ? t.target(each, type) : t.source(each, type);
  }
  return true;
}

static bool translateMma(Translator &t) {
  t.group->needsWholePath = true;
  if (!t.take("sync") || !t.take("aligned"))
    return t.unsupported();
  auto *op = t.keep<MmaOp>();
  op->saturate = t.take("satfinite");
  Type types[4], a = Type::None;
  const Shape *shape = takeShape(t, a, types);
  if (!shape || !t.expectOperands(4))
    return t.unsupported();
  op->d = types[0];
  op->a = types[1];
  op->b = types[2];
  op->c = types[3];
  op->m = shape->m;
  op->n = shape->n;
  op->k = shape->k;
  bool isDouble = a == Type::F64, isInteger = isByte(a);
  Type accumulator = isDouble ? Type::F64 : isInteger ? Type::S32 : Type::F32;
  bool halves = a == Type::F16 && op->c == Type::F16 && op->d == Type::F16;
  bool mixes = a != op->b && !(isInteger && isByte(op->b)) &&
               !(sizeOf(a) == 1 && !isInteger && sizeOf(op->b) == 1);
  if (mixes || (op->saturate && !isInteger) ||
      (!halves && (op->c != accumulator || op->d != accumulator)))
    return t.unsupported();

  Type word = isDouble ? Type::F64 : Type::B32;
  unsigned per = isDouble ? 1 : perRegister(a);
  op->countA = op->m * op->k / kLanes / per;
  op->countB = op->n * op->k / kLanes / per;
  op->countC = op->countD = op->m * op->n / kLanes / (halves ? 2 : 1);
  if (!fragment(t, t.operand(1), op->countA, word, false, op->regsA) ||
      !fragment(t, t.operand(2), op->countB, word, false, op->regsB) ||
      !fragment(t, t.operand(3), op->countC, word, false, op->regsC) ||
      !fragment(t, t.operand(0), op->countD, word, true, op->regsD))
    return false;
  t.emit(isDouble    ? runDoubleMma
         : isInteger ? runIntegerMma
                     : runFloatMma)
      .imm = reinterpret_cast<uint64_t>(op);
  return true;
}

void brt::emu::addMatrixOps(OpcodeTable &table) { table["mma"] = translateMma; }
