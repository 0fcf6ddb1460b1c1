//===- TensorMapOps.cpp - tensormap ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.27-28: tensor maps that a kernel makes itself, field by field
// in shared memory, and copies to where TMA finds them.
//
//===----------------------------------------------------------------------===//

#include "exec/Block.h"
#include "exec/Fragment.h"
#include "exec/Memory.h"

#include <cstring>
#include <fmt/format.h>

using namespace brt::emu;

namespace {
enum class Field : uint8_t {
  Address,
  Rank,
  Box,
  Extent,
  Stride,
  Step,
  Element,
  Interleave,
  Swizzle,
  Fill
};
struct FieldRow {
  const char *name;
  Field field;
  bool isIndexed, isWide;
};
struct ReplaceOp {
  MemoryOp map;
  Field field = Field::Address;
  unsigned index = 0;
  bool isWide = false;
  uint32_t value = 0; // register
};
struct CopyMapOp {
  MemoryOp to, from;
};
constexpr unsigned kPiece = 16; // bytes of one access
} // namespace

static constexpr FieldRow kFields[] = {
    {"global_address", Field::Address, false, true},
    {"rank", Field::Rank, false, false},
    {"box_dim", Field::Box, true, false},
    {"global_dim", Field::Extent, true, false},
    {"global_stride", Field::Stride, true, true},
    {"element_stride", Field::Step, true, false},
    {"elemtype", Field::Element, false, false},
    {"interleave_layout", Field::Interleave, false, false},
    {"swizzle_mode", Field::Swizzle, false, false},
    {"fill_mode", Field::Fill, false, false}};

/// False for a value that no map here can have.
static bool replace(TensorMap &map, const ReplaceOp &op, uint64_t value) {
  static constexpr uint8_t kBytes[] = {1, 2, 4, 4, 8, 8, 2, 4, 4, 8, 2, 4, 4};
  static constexpr uint8_t kMasks[] = {0, 1, 3, 7};
  map.magic = TensorMap::kMagic;
  uint32_t word = static_cast<uint32_t>(value);
  switch (op.field) {
  case Field::Address:
    map.base = value;
    return value % kPiece == 0;
  case Field::Rank: // less one
    map.rank = static_cast<uint8_t>(word + 1);
    return word < TensorMap::kMaxRank;
  case Field::Box:
    map.box[op.index] = word;
    return word >= 1 && word <= 256;
  case Field::Extent:
    map.extents[op.index] = word;
    return word >= 1;
  case Field::Stride:
    map.strides[op.index] = value;
    return value % kPiece == 0;
  case Field::Step:
    map.steps[op.index] = word;
    return word >= 1 && word <= TensorMap::kMaxStep;
  case Field::Element:
    map.elementBytes = word < sizeof kBytes ? kBytes[word] : 0;
    return map.elementBytes != 0;
  case Field::Interleave:
    return word == 0;
  case Field::Swizzle:
    map.swizzleMask = word < sizeof kMasks ? kMasks[word] : 0;
    return word < sizeof kMasks;
  case Field::Fill:
    map.fillNaN = word == 1;
    return word <= 1;
  }
  return false;
}

/// The map of one lane, 16 bytes an access; null after a finding.
static uint8_t *accessMap(const Inst *inst, Warp &warp, const MemoryOp &op,
                          uint64_t address, unsigned lane, AccessKind kind) {
  uint8_t *host = nullptr;
  for (unsigned at = 0; at < sizeof(TensorMap); at += kPiece) {
    Resolved where;
    where.address[lane] = address + at;
    resolveAt(inst, warp, op.space, where.address, 1u << lane, kPiece, kind,
              where);
    if (!where.lanes)
      return nullptr;
    noteAccess(inst, warp, where, lane, kPiece, op, kind != AccessKind::Read,
               false);
    if (kind == AccessKind::Write)
      std::memset(where.written[lane], 1, kPiece);
    if (!at)
      host = where.host[lane];
  }
  return host;
}

static const Inst *runReplace(const Inst *inst, Warp &warp) {
  const ReplaceOp &op = inst->info<ReplaceOp>();
  uint64_t address[kLanes];
  computeAddresses(op.map, warp, address);
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    // Its bytes must be there before: a map starts as zeros.
    uint8_t *host =
        accessMap(inst, warp, op.map, address[lane], lane, AccessKind::Atomic);
    if (!host)
      continue;
    TensorMap map;
    std::memcpy(&map, host, sizeof map);
    uint64_t value = op.isWide ? warp.reg<uint64_t>(op.value)[lane]
                               : warp.reg<uint32_t>(op.value)[lane];
    if (!replace(map, op, value))
      warp.reportAddress(inst, FindingKind::OutOfBounds, lane, address[lane],
                         fmt::format("expects a value that a tensor map may "
                                     "have in this field, but got {}",
                                     value));
    std::memcpy(host, &map, sizeof map);
    warp.worker->changedMemory = true;
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

/// tensormap.cp_fenceproxy: the whole warp copies one map.
static const Inst *runCopyMap(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const CopyMapOp &op = inst->info<CopyMapOp>();
  uint64_t to[kLanes], from[kLanes];
  computeAddresses(op.to, warp, to);
  computeAddresses(op.from, warp, from);
  const uint8_t *source =
      accessMap(inst, warp, op.from, from[0], 0, AccessKind::Read);
  uint8_t *target = accessMap(inst, warp, op.to, to[0], 0, AccessKind::Write);
  if (source && target)
    std::memcpy(target, source, sizeof(TensorMap));
  warp.worker->changedMemory = true;
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateReplace(Translator &t) {
  auto *op = t.keep<ReplaceOp>();
  if (!t.take("tile"))
    return t.unsupported();
  const FieldRow *field = nullptr;
  for (const FieldRow &row : kFields)
    if (t.take(row.name))
      field = &row;
  takeSpace(t, op->map.space);
  bool typed = field && t.take("b1024") &&
               t.takeType() == (field->isWide ? Type::B64 : Type::B32);
  if (!typed || !t.expectOperands(field->isIndexed ? 3 : 2))
    return t.unsupported();
  op->field = field->field;
  op->isWide = field->isWide;
  if (field->isIndexed) {
    const Operand &index = t.operand(1);
    uint64_t end = TensorMap::kMaxRank - (op->field == Field::Stride);
    if (index.kind != Operand::Kind::Integer || index.bits >= end)
      return t.fail(index.where, "expects the number of a dimension");
    op->index = static_cast<unsigned>(index.bits);
  }
  if (!translateAddress(t, t.operand(0), op->map))
    return false;
  op->value = t.source(t.operand(field->isIndexed ? 2 : 1),
                       field->isWide ? Type::B64 : Type::B32);
  t.emit(runReplace).imm = reinterpret_cast<uint64_t>(op);
  return true;
}

static bool translateTensormap(Translator &t) {
  if (t.take("replace"))
    return translateReplace(t);
  t.group->needsWholePath = true;
  auto *op = t.keep<CopyMapOp>();
  for (const char *word : {"cp_fenceproxy", "global", "shared::cta",
                           "tensormap::generic", "release", "sync", "aligned"})
    if (!t.take(word))
      return t.unsupported();
  t.takeOneOf({"cta", "cluster", "gpu", "sys"});
  if (!t.expectOperands(3) || t.operand(2).kind != Operand::Kind::Integer ||
      t.operand(2).bits != sizeof(TensorMap))
    return t.unsupported();
  op->to.space = Space::Global;
  op->from.space = Space::Shared;
  if (!translateAddress(t, t.operand(0), op->to) ||
      !translateAddress(t, t.operand(1), op->from))
    return false;
  t.emit(runCopyMap).imm = reinterpret_cast<uint64_t>(op);
  return true;
}

void brt::emu::addTensorMapOps(OpcodeTable &table) {
  table["tensormap"] = translateTensormap;
}
