//===- WgmmaOps.cpp - wgmma -----------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.15. Each of a warpgroup's four warps multiplies its 16 rows. The
// product is made when it is asked for, but its registers and its matrices in
// shared memory count as in flight until the wait for its group, and whoever
// touches those or overwrites these is reported. Matrices in shared memory are
// read 16 bytes at a time, where the descriptor says.
//
//===----------------------------------------------------------------------===//

#include "exec/Block.h"
#include "exec/Fragment.h"
#include "exec/Memory.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace brt::emu;

namespace {
/// A matrix of `rows` x K in shared memory, K being 32 bytes; for A the rows of
/// this warp, for B its columns.
struct Descriptor {
  static constexpr uint32_t kChunk = 16, kGroup = 8; // bytes; rows
  uint32_t start, leading, stride, span; // bytes; span of the swizzle, or 16
  bool transposed;

  Descriptor(uint64_t bits, bool transposed) : transposed(transposed) {
    constexpr uint64_t kField = 0x3fff;
    start = static_cast<uint32_t>((bits & kField) << 4);
    leading = static_cast<uint32_t>((bits >> 16 & kField) << 4);
    stride = static_cast<uint32_t>((bits >> 32 & kField) << 4);
    static const uint32_t spans[] = {16, 128, 64, 32};
    span = spans[bits >> 62];
  }

  /// Where 16 bytes lie: of row `row`, the chunk `chunk` along K; transposed,
  /// of row `chunk` of K those of 8 rows from `row` on. Layouts as CUTLASS has
  /// them in mma_sm90_desc.hpp.
  uint32_t addressOf(uint32_t row, uint32_t chunk) const {
    uint32_t at = start;
    if (!transposed) {
      at += row % kGroup * span + row / kGroup * stride;
      at += span == kChunk ? chunk * leading : chunk * kChunk;
    } else {
      uint32_t piece = row / kGroup, perSpan = span / kChunk;
      at += chunk % kGroup * span;
      at += span == kChunk
                ? piece * stride + chunk / kGroup * leading
                : piece % perSpan * kChunk + piece / perSpan * leading +
                      chunk / kGroup * stride;
    }
    // The swizzle is of address bits.
    uint32_t mask = span / kChunk - 1;
    return at ^ ((at >> 7 & mask) << 4);
  }
};
} // namespace

/// Reads one chunk; zeros where there is none.
static const uint8_t *chunkAt(const Inst *inst, Warp &warp, uint32_t at) {
  static const uint8_t nothing[Descriptor::kChunk] = {};
  constexpr uint32_t kBytes = Descriptor::kChunk;
  Block &block = *warp.block;
  const WgmmaOp &op = inst->info<WgmmaOp>();
  if (at > block.sharedBytes || kBytes > block.sharedBytes - at) {
    warp.reportAddress(
        inst, FindingKind::OutOfBounds, 0, at,
        fmt::format("read of {} bytes at {:#x} of {:#x} bytes of "
                    "shared memory",
                    kBytes, at, block.sharedBytes));
    return nothing;
  }
  const uint8_t *host = block.shared + at;
  const uint8_t *written = host + block.sharedShadow;
  if (std::memchr(written, 0, kBytes))
    warp.reportAddress(inst, FindingKind::Uninitialised, 0, at,
                       "read of 16 bytes of which some were never written");
  Conflict conflict;
  if (block.races) {
    warp.wgmmas.back().chunks.push_back(at);
    if (block.races->beginRead({warp.index, 0, op.site, false}, at, kBytes,
                               conflict))
      reportRace(inst, warp, 0, at, conflict);
  }
  return host;
}

/// A matrix by rows, K x rows for B and rows x K for A.
template <class T>
static void gatherShared(const Inst *inst, Warp &warp, const Descriptor &from,
                         uint32_t firstRow, uint32_t rows, uint32_t depth,
                         Type type, bool isA, T *out) {
  uint32_t per = Descriptor::kChunk / sizeOf(type);
  auto put = [&](uint32_t row, uint32_t k, T value) {
    out[isA ? row * depth + k : k * rows + row] = value;
  };
  T values[Descriptor::kChunk];
  if (!from.transposed) {
    for (uint32_t row = 0; row < rows; ++row)
      for (uint32_t chunk = 0; chunk < depth / per; ++chunk) {
        decodeTile(chunkAt(inst, warp, from.addressOf(firstRow + row, chunk)),
                   type, per, values);
        for (uint32_t i = 0; i < per; ++i)
          put(row, chunk * per + i, values[i]);
      }
    return;
  }
  for (uint32_t row = 0; row < rows; row += per)
    for (uint32_t k = 0; k < depth; ++k) {
      decodeTile(chunkAt(inst, warp, from.addressOf(firstRow + row, k)), type,
                 per, values);
      for (uint32_t i = 0; i < per; ++i)
        put(row + i, k, values[i]);
    }
}

template <class T>
static void multiply(const Inst *inst, Warp &warp, const WgmmaOp &op) {
  constexpr uint32_t kRows = 16, kWarps = 4;
  uint32_t n = op.d.columns;
  std::vector<T> a(kRows * op.depth), b(size_t(n) * op.depth),
      c(size_t(kRows) * n, T(0));
  if (op.a.regs.empty())
    gatherShared(inst, warp,
                 Descriptor(warp.reg<uint64_t>(op.descriptorA)[0], op.transA),
                 kRows * (warp.index % kWarps), kRows, op.depth, op.a.type,
                 true, a.data());
  else
    gatherFragment(op.a, warp, a.data());
  gatherShared(inst, warp,
               Descriptor(warp.reg<uint64_t>(op.descriptorB)[0], op.transB), 0,
               n, op.depth, op.typeB, false, b.data());
  if (op.negate)
    for (T &each : a)
      each = -each;
  if (warp.mask(op.scaleD) & 1)
    gatherFragment(op.d, warp, c.data());
  accumulate(a.data(), b.data(), c.data(), kRows, n, op.depth);
  scatterFragment(op.d, warp, c.data());
}

/// Matrices that begin inside the pattern of a swizzle.
static bool hasBaseOffset(Warp &warp, const WgmmaOp &op) {
  constexpr uint64_t kBaseOffset = uint64_t(7) << 49;
  uint64_t bits = warp.reg<uint64_t>(op.descriptorB)[0];
  if (op.a.regs.empty())
    bits |= warp.reg<uint64_t>(op.descriptorA)[0];
  return bits & kBaseOffset;
}

template <class T>
static const Inst *runWgmma(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const WgmmaOp &op = inst->info<WgmmaOp>();
  if (!warp.wgmmaFenced)
    warp.report(inst, FindingKind::Wgmma, warp.active,
                "expects wgmma.fence after its registers were last touched");
  if (hasBaseOffset(warp, op))
    warp.report(inst, FindingKind::Wgmma, warp.active,
                "the base offset of a matrix descriptor is not supported");
  if (warp.stopped())
    return nullptr;
  warp.wgmmas.push_back({&op, warp.wgmmaGroup});
  multiply<T>(inst, warp, op);
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runWgmmaFence(const Inst *inst, Warp &warp) {
  warp.wgmmaFenced = true;
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runWgmmaCommit(const Inst *inst, Warp &warp) {
  ++warp.wgmmaGroup;
  BRT_EMU_NEXT(inst + 1, warp);
}

/// imm: the number of newest groups that may stay under way.
static const Inst *runWgmmaWait(const Inst *inst, Warp &warp) {
  const Block &block = *warp.block;
  auto done = [&](const PendingWgmma &each) {
    if (each.group + inst->imm >= warp.wgmmaGroup)
      return false;
    for (uint32_t at : each.chunks)
      block.races->endRead({warp.index, 0, each.op->site, false},
                           block.clocks->now(warp.index), at,
                           Descriptor::kChunk);
    return true;
  };
  warp.wgmmas.erase(
      std::remove_if(warp.wgmmas.begin(), warp.wgmmas.end(), done),
      warp.wgmmas.end());
  BRT_EMU_NEXT(inst + 1, warp);
}

/// Before an instruction that touches a register of some wgmma. a: register;
/// aux: it is written; imm: Register.
const Inst *brt::emu::runCheckInFlight(const Inst *inst, Warp &warp) {
  warp.wgmmaFenced = false;
  auto holds = [&](const Fragment &f) {
    return std::find(f.regs.begin(), f.regs.end(), inst->a) != f.regs.end();
  };
  for (const PendingWgmma &each : warp.wgmmas) {
    if (!holds(each.op->d) && !(inst->aux && holds(each.op->a)))
      continue;
    warp.report(inst, FindingKind::Wgmma, warp.active,
                "register " + inst->info<Register>().name +
                    " is touched before wgmma.wait_group");
    if (warp.stopped())
      return nullptr;
    break;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool takeShape(Translator &t, WgmmaOp &op) {
  for (const std::string &word : t.inst().modifiers) {
    unsigned m = 0, n = 0, k = 0;
    if (std::sscanf(word.c_str(), "m%un%uk%u", &m, &n, &k) != 3)
      continue;
    op.d.rows = op.a.rows = 16;
    op.d.columns = n;
    op.depth = op.a.columns = k;
    return t.take(word.c_str()) && m == 64 && n % 8 == 0 && n >= 8 && n <= 256;
  }
  return false;
}

static bool takeTypes(Translator &t, WgmmaOp &op) {
  op.d.type = t.takeType();
  op.a.type = t.takeType();
  op.typeB = t.takeType();
  op.d.paired = op.d.type != Type::F16;
  Type a = op.a.type, b = op.typeB;
  bool bytes = a == Type::S8 || a == Type::U8;
  bool small = a == Type::E4M3 || a == Type::E5M2;
  bool fits = bytes   ? b == Type::S8 || b == Type::U8
              : small ? b == Type::E4M3 || b == Type::E5M2
                      : a == b && (a == Type::F16 || a == Type::BF16 ||
                                   a == Type::TF32);
  bool sums = bytes ? op.d.type == Type::S32
                    : op.d.type == Type::F32 ||
                          (op.d.type == Type::F16 && (small || a == Type::F16));
  constexpr unsigned kDepthBytes = 32;
  return fits && sums && op.depth * sizeOf(a) == kDepthBytes;
}

/// An immediate of -1, 0 or 1.
static bool takeSmall(Translator &t, size_t index, int &value) {
  if (index >= t.inst().operands.size() ||
      t.operand(index).kind != Operand::Kind::Integer)
    return false;
  value = static_cast<int>(static_cast<int64_t>(t.operand(index).bits));
  return value >= -1 && value <= 1;
}

/// What follows scale-d: signs of A and B, and which of them are transposed.
static bool takeImmediates(Translator &t, WgmmaOp &op) {
  size_t at = 4;
  int value = 0;
  if (op.a.type != Type::S8 && op.a.type != Type::U8)
    for (int i = 0; i < 2; ++i) {
      if (!takeSmall(t, at++, value) || value == 0)
        return false;
      op.negate ^= value < 0;
    }
  if (sizeOf(op.a.type) == sizeof(uint16_t)) {
    if (op.a.regs.empty()) {
      if (!takeSmall(t, at++, value))
        return false;
      op.transA = value;
    }
    if (!takeSmall(t, at++, value))
      return false;
    op.transB = value;
  }
  return at == t.inst().operands.size();
}

static bool translateMmaAsync(Translator &t) {
  auto *op = t.keep<WgmmaOp>();
  if (!takeShape(t, *op) || !takeTypes(t, *op) || t.inst().operands.size() < 4)
    return t.unsupported();
  op->site = t.newSite();
  const Operand &d = t.operand(0), &a = t.operand(1);
  t.group->asyncOperands = {&d};
  if (a.kind == Operand::Kind::Vector) {
    t.group->asyncOperands.push_back(&a);
    if (!bindFragment(t, a, op->a, op->a.registerCount(), false))
      return false;
  } else {
    op->descriptorA = t.source(a, Type::B64);
  }
  op->descriptorB = t.source(t.operand(2), Type::B64);
  op->scaleD = t.operand(3).kind == Operand::Kind::Integer
                   ? t.predicateConstant(t.operand(3).bits != 0)
                   : t.predicate(t.operand(3));
  if (!takeImmediates(t, *op))
    return t.unsupported();
  if (!bindFragment(t, d, op->d, op->d.registerCount(), true))
    return false;
  t.emit(op->d.type == Type::S32 ? runWgmma<int32_t>
         : t.program.exact       ? runWgmma<uint32_t>
                                 : runWgmma<float>)
      .imm = reinterpret_cast<uint64_t>(op);
  return true;
}

static bool translateWgmma(Translator &t) {
  t.group->needsWholePath = true;
  if (t.take("mma_async")) {
    if (!t.take("sync") || !t.take("aligned"))
      return t.unsupported();
    return translateMmaAsync(t);
  }
  bool fence = t.take("fence"), commit = !fence && t.take("commit_group");
  bool wait = !fence && !commit && t.take("wait_group");
  if (!t.take("sync") || !t.take("aligned") || !(fence || commit || wait))
    return t.unsupported();
  if (!wait) {
    t.emit(fence ? runWgmmaFence : runWgmmaCommit);
    return t.expectOperands(0);
  }
  if (!t.expectOperands(1) || t.operand(0).kind != Operand::Kind::Integer)
    return t.unsupported();
  t.emit(runWgmmaWait).imm = t.operand(0).bits;
  return true;
}

/// Registers are not allocated here: nothing changes, but the count has rules.
static bool translateSetmaxnreg(Translator &t) {
  bool known = t.take("inc") || t.take("dec");
  if (!known || !t.take("sync") || !t.take("aligned") ||
      t.takeType() != Type::U32 || !t.expectOperands(1))
    return t.unsupported();
  const Operand &count = t.operand(0);
  if (count.kind != Operand::Kind::Integer || count.bits % 8 ||
      count.bits < 24 || count.bits > 256)
    return t.fail(count.where,
                  "expects a multiple of 8 from 24 to 256 registers");
  return true;
}

void brt::emu::addWgmmaOps(OpcodeTable &table) {
  table["wgmma"] = translateWgmma;
  table["setmaxnreg"] = translateSetmaxnreg;
}
