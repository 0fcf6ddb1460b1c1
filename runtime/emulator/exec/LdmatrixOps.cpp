//===- LdmatrixOps.cpp - ldmatrix and stmatrix ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.14.5.15-16. Lane 8m + r gives the address of row r of matrix m,
// which is tile m (Fragment.h), or with .trans its transpose.
//
//===----------------------------------------------------------------------===//

#include "exec/Fragment.h"
#include "exec/Memory.h"

#include <cstring>

using namespace brt::emu;

/// A tile as rows of 16-bit elements.
using Tile = uint16_t[kTileRows][kTileRowBytes / sizeof(uint16_t)];

static void transpose(Tile &tile) {
  for (unsigned row = 0; row < kTileRows; ++row)
    for (unsigned column = 0; column < row; ++column)
      std::swap(tile[row][column], tile[column][row]);
}

/// Resolves the rows; lanes beyond the last matrix are not looked at.
static void resolveRows(const Inst *inst, Warp &warp, const MemoryOp &op,
                        AccessKind kind, Resolved &rows) {
  computeAddresses(op, warp, rows.address);
  unsigned lanes = kTileRows * op.count;
  uint32_t used = lanes == kLanes ? kAllLanes : (1u << lanes) - 1;
  resolveAt(inst, warp, op.space, rows.address, used, kTileRowBytes, kind,
            rows);
  countAccess(warp, op.site, rows, kTileRowBytes);
}

/// `aux`: transposed.
static const Inst *runLdmatrix(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const MemoryOp &op = inst->info<MemoryOp>();
  Resolved rows;
  resolveRows(inst, warp, op, AccessKind::Read, rows);
  if (warp.stopped())
    return nullptr;
  noteReads(inst, warp, rows, kTileRowBytes, op);
  for (unsigned m = 0; m < op.count; ++m) {
    uint8_t *d = warp.reg<uint8_t>(op.regs[m]);
    for (unsigned r = 0; r < kTileRows; ++r, d += kTileRowBytes) {
      unsigned lane = kTileRows * m + r;
      if (rows.lanes >> lane & 1)
        std::memcpy(d, rows.host[lane], kTileRowBytes);
      else
        std::memset(d, 0xff, kTileRowBytes);
    }
    if (inst->aux)
      transpose(*warp.reg<Tile>(op.regs[m]));
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runStmatrix(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const MemoryOp &op = inst->info<MemoryOp>();
  Resolved rows;
  resolveRows(inst, warp, op, AccessKind::Write, rows);
  for (unsigned m = 0; m < op.count; ++m) {
    Tile tile;
    std::memcpy(tile, warp.reg<uint8_t>(op.regs[m]), sizeof tile);
    if (inst->aux)
      transpose(tile);
    for (unsigned r = 0; r < kTileRows; ++r) {
      unsigned lane = kTileRows * m + r;
      if (!(rows.lanes >> lane & 1))
        continue;
      bool same = std::memcmp(rows.host[lane], tile[r], kTileRowBytes) == 0;
      noteAccess(inst, warp, rows, lane, kTileRowBytes, op, true, same);
      std::memcpy(rows.host[lane], tile[r], kTileRowBytes);
      std::memset(rows.written[lane], 1, kTileRowBytes);
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
