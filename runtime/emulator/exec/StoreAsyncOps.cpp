//===- StoreAsyncOps.cpp - st.async ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.12: a store to the shared memory of a block of the cluster that
// lands later, and whose bytes then count at a barrier of that block.
//
//===----------------------------------------------------------------------===//

#include "exec/Async.h"
#include "exec/Memory.h"

#include <cstring>

using namespace brt::emu;

namespace {
struct StoreAsyncOp {
  MemoryOp to, barrier;
};
} // namespace

/// The copy of one lane, whose destination is resolved. False after a finding.
static bool makeStore(const Inst *inst, Warp &warp, const Resolved &to,
                      unsigned lane, uint64_t barrier, BulkCopy &copy) {
  const MemoryOp &op = inst->info<StoreAsyncOp>().to;
  Block &block = *warp.block, &home = homeOf(warp, to, lane);
  uint32_t size = op.size();
  copy.map.elementBytes = 1;
  copy.map.extents[0] = copy.map.box[0] = size;
  copy.value.resize(size);
  for (unsigned i = 0; i < op.count; ++i)
    std::memcpy(&copy.value[size_t(i) * op.bytes],
                warp.regs + op.regs[i] + size_t(lane) * op.bytes, op.bytes);
  copy.by = &block;
  copy.access = {warp.index, lane, op.site, false};
  copy.shared = static_cast<uint32_t>(to.host[lane] - home.shared);
  copy.barrier = static_cast<uint32_t>(barrier & kOffsetMask);
  if (block.blockAt(barrier) != &home || !home.mbarriers.count(copy.barrier)) {
    warp.reportAddress(inst, FindingKind::Mbarrier, lane, barrier,
                       "expects a barrier that was initialised, of the block "
                       "that is stored to");
    return false;
  }
  Conflict conflict;
  if (home.races &&
      (&home == &block
           ? home.races->launchCopy(copy.access, copy.shared, size, conflict)
           : home.races->launchRemote(*block.clocks, copy.access, copy.shared,
                                      size, false, conflict)))
    reportRace(inst, warp, lane, copy.shared, conflict);
  return true;
}

static const Inst *runStoreAsync(const Inst *inst, Warp &warp) {
  const StoreAsyncOp &op = inst->info<StoreAsyncOp>();
  Resolved to;
  resolve(inst, warp, op.to, AccessKind::Write, to);
  uint64_t barrier[kLanes];
  computeAddresses(op.barrier, warp, barrier);
  for (uint32_t left = to.lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    BulkCopy copy;
    if (makeStore(inst, warp, to, lane, barrier[lane], copy))
      beginLoad(warp, homeOf(warp, to, lane), std::move(copy));
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

bool brt::emu::translateStoreAsync(Translator &t) {
  auto *op = t.keep<StoreAsyncOp>();
  t.take("weak");
  bool known = t.take("shared::cluster");
  known = t.take("mbarrier::complete_tx::bytes") && known;
  op->to.count = t.take("v2") ? 2 : t.take("v4") ? 4 : 1;
  Type type = t.takeType();
  op->to.bytes = sizeOf(type);
  if (!known || (op->to.bytes != 4 && op->to.bytes != 8) || op->to.size() > 16)
    return t.unsupported();
  if (!t.expectOperands(3))
    return false;
  op->to.space = op->barrier.space = Space::SharedCluster;
  if (!translateAddress(t, t.operand(0), op->to) ||
      !translateAddress(t, t.operand(2), op->barrier))
    return false;
  std::vector<Operand> values = elementsOf(t.operand(1));
  if (values.size() != op->to.count)
    return t.unsupported();
  for (unsigned i = 0; i < op->to.count; ++i)
    op->to.regs[i] = t.source(values[i], type);
  t.emit(runStoreAsync).imm = reinterpret_cast<uint64_t>(op);
  return true;
}
