//===- LdmatrixOps.cpp - ldmatrix and stmatrix ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.14.5.15-16. Lane 8m + r gives the address of row r of matrix m,
// of 16 bytes. Register m of lane l holds elements 2(l%4), +1 of row l/4, or
// with .trans of column l/4.
//
//===----------------------------------------------------------------------===//

#include "exec/Arithmetic.h"
#include "exec/Memory.h"

#include <cstring>

using namespace brt::emu;

static constexpr unsigned kMatrixRows = 8, kRowBytes = 16;

static bool allLanesHere(const Inst *inst, Warp &warp) {
  if (warp.active == kAllLanes)
    return true;
  warp.report(inst, FindingKind::BarrierDivergence, warp.active,
              "expects all 32 lanes of the warp to execute the instruction");
  warp.state = WarpState::Faulted;
  return false;
}

/// Resolves the rows; lanes beyond the last matrix are not looked at.
static void resolveRows(const Inst *inst, Warp &warp, const MemoryOp &op,
                        AccessKind kind, Resolved &rows) {
  computeAddresses(op, warp, rows.address);
  unsigned lanes = kMatrixRows * op.count;
  uint32_t used = lanes == kLanes ? kAllLanes : (1u << lanes) - 1;
  resolveAt(inst, warp, op.space, rows.address, used, kRowBytes, kind, rows);
  countAccess(warp, op.site, rows, kRowBytes);
}

/// The 16-bit element that lane and half of a register stand for.
static void elementOf(unsigned lane, unsigned half, bool transposed,
                      unsigned &row, unsigned &column) {
  row = lane / 4;
  column = 2 * (lane % 4) + half;
  if (transposed)
    std::swap(row, column);
}

/// `aux`: transposed.
static const Inst *runLdmatrix(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!allLanesHere(inst, warp))
    return nullptr;
  const MemoryOp &op = inst->info<MemoryOp>();
  Resolved rows;
  resolveRows(inst, warp, op, AccessKind::Read, rows);
  if (warp.stopped())
    return nullptr;
  for (uint32_t left = rows.lanes; left; left &= left - 1)
    noteAccess(inst, warp, rows, __builtin_ctz(left), kRowBytes, op, false,
               false);
  for (unsigned m = 0; m < op.count; ++m) {
    uint16_t tile[kMatrixRows][kMatrixRows];
    std::memset(tile, 0xff, sizeof tile);
    for (unsigned r = 0; r < kMatrixRows; ++r)
      if (rows.lanes >> (kMatrixRows * m + r) & 1)
        std::memcpy(tile[r], rows.host[kMatrixRows * m + r], kRowBytes);
    uint32_t *d = warp.reg<uint32_t>(op.regs[m]);
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      unsigned row, column;
      elementOf(lane, 0, inst->aux, row, column);
      uint32_t low = tile[row][column];
      elementOf(lane, 1, inst->aux, row, column);
      d[lane] = low | uint32_t(tile[row][column]) << 16;
    }
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runStmatrix(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!allLanesHere(inst, warp))
    return nullptr;
  const MemoryOp &op = inst->info<MemoryOp>();
  Resolved rows;
  resolveRows(inst, warp, op, AccessKind::Write, rows);
  for (unsigned m = 0; m < op.count; ++m) {
    uint16_t tile[kMatrixRows][kMatrixRows];
    const uint32_t *a = warp.reg<uint32_t>(op.regs[m]);
    for (unsigned lane = 0; lane < kLanes; ++lane)
      for (unsigned half = 0; half < 2; ++half) {
        unsigned row, column;
        elementOf(lane, half, inst->aux, row, column);
        tile[row][column] = static_cast<uint16_t>(a[lane] >> (16 * half));
      }
    for (unsigned r = 0; r < kMatrixRows; ++r) {
      unsigned lane = kMatrixRows * m + r;
      if (!(rows.lanes >> lane & 1))
        continue;
      bool same = std::memcmp(rows.host[lane], tile[r], kRowBytes) == 0;
      noteAccess(inst, warp, rows, lane, kRowBytes, op, true, same);
      std::memcpy(rows.host[lane], tile[r], kRowBytes);
      std::memset(rows.written[lane], 1, kRowBytes);
      warp.worker->changedMemory |= !same;
    }
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateMatrixAccess(Translator &t, bool isLoad) {
  t.group->needsWholePath = true;
  if (!t.take("sync") || !t.take("aligned") || !t.take("m8n8"))
    return t.unsupported();
  unsigned count = t.take("x1") ? 1 : t.take("x2") ? 2 : t.take("x4") ? 4 : 0;
  bool transposed = t.take("trans");
  auto *op = t.keep<MemoryOp>();
  takeSpace(t, op->space);
  if (!count || t.takeType() != Type::B16 || op->space != Space::Shared ||
      !t.expectOperands(2))
    return t.unsupported();
  op->bytes = sizeof(uint32_t);
  op->count = count;
  const Operand &values = t.operand(isLoad ? 0 : 1);
  if (!translateAddress(t, t.operand(isLoad ? 1 : 0), *op))
    return false;
  bool vector = values.kind == Operand::Kind::Vector;
  if ((vector ? values.elements.size() : 1) != count)
    return t.fail(values.where, "expects one register for each matrix");
  for (unsigned i = 0; i < count; ++i) {
    const Operand &each = vector ? values.elements[i] : values;
    op->regs[i] =
        isLoad ? t.target(each, Type::B32) : t.source(each, Type::B32);
  }
  Inst &made = t.emit(isLoad ? runLdmatrix : runStmatrix);
  made.imm = reinterpret_cast<uint64_t>(op);
  made.aux = transposed;
  return true;
}

void brt::emu::addLdmatrixOps(OpcodeTable &table) {
  table["ldmatrix"] = [](Translator &t) {
    return translateMatrixAccess(t, true);
  };
  table["stmatrix"] = [](Translator &t) {
    return translateMatrixAccess(t, false);
  };
}
