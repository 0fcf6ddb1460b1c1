//===- UpdateLoopsInPlace.cpp - Loops that keep their buffers -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Memory/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace brt {
#define GEN_PASS_DEF_UPDATELOOPSINPLACEPASS
#include "brt/passes/Memory/Passes.h.inc"
} // namespace brt

using namespace mlir;

/// Whether the buffer is one of this iteration, and so none that the loop
/// carries.
static bool isOfIteration(Value buffer, scf::ForOp loop) {
  auto alloc = buffer.getDefiningOp<memref::AllocOp>();
  return alloc && loop->isProperAncestor(alloc);
}

/// A buffer of this iteration that holds what `buffer` holds.
static Value copyBuffer(ImplicitLocOpBuilder &b, Value buffer) {
  SmallVector<Value> sizes;
  auto type = cast<MemRefType>(buffer.getType());
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (type.isDynamicDim(axis))
      sizes.push_back(memref::DimOp::create(b, buffer, axis));
  auto dense = MemRefType::get(type.getShape(), type.getElementType());
  Value copy = memref::AllocOp::create(b, dense, sizes);
  memref::CopyOp::create(b, buffer, copy);
  return copy;
}

static void updateInPlace(scf::ForOp loop) {
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  ImplicitLocOpBuilder b(yield.getLoc(), yield);
  SmallVector<std::pair<Value, Value>> copies;
  for (auto [use, carried] :
       llvm::zip_equal(yield->getOpOperands(), loop.getRegionIterArgs())) {
    Value buffer = use.get();
    if (buffer == carried || !isa<MemRefType>(buffer.getType()))
      continue;
    // One that the loop carries may be overwritten before it is copied.
    if (!isOfIteration(buffer, loop))
      buffer = copyBuffer(b, buffer);
    copies.emplace_back(buffer, carried);
    use.set(carried);
  }
  for (auto [buffer, carried] : copies)
    memref::CopyOp::create(b, buffer, carried);
}

namespace {
struct UpdateLoopsInPlacePass
    : brt::impl::UpdateLoopsInPlacePassBase<UpdateLoopsInPlacePass> {
  void runOnOperation() override {
    getOperation()->walk([](scf::ForOp loop) { updateInPlace(loop); });
  }
};
} // namespace
