//===- Lifetimes.cpp - When buffers hold something ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Lifetimes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace brt;

Lifetimes::Lifetimes(func::FuncOp function) : views(function) {
  number(function);
}

void Lifetimes::number(Operation *op) {
  unsigned begin = time++;
  for (Region &region : op->getRegions())
    for (Operation &nested : region.getOps())
      number(&nested);
  spans[op] = {begin, time - 1};
}

/// The time of a use of a buffer: that of the outermost loop around the user
/// and not around the allocation, or of the user itself.
Lifetimes::Span Lifetimes::getUse(Operation *user,
                                  memref::AllocOp alloc) const {
  Span span = spans.lookup(user);
  for (Operation *op = user->getParentOp(); !op->isAncestor(alloc);
       op = op->getParentOp())
    if (isa<LoopLikeOpInterface>(op))
      span = spans.lookup(op);
  return span;
}

FailureOr<Lifetimes::Span> Lifetimes::find(memref::AllocOp alloc) const {
  if (alloc->getParentOfType<scf::ParallelOp>() ||
      alloc->getParentOfType<scf::ForallOp>())
    return alloc.emitOpError("expects buffers to be allocated outside of "
                             "parallel loops");
  // At the allocation, if nothing uses the buffer.
  unsigned start = spans.lookup(alloc).begin;
  std::optional<Span> life;
  for (Value view : views.resolve(alloc)) {
    auto argument = dyn_cast<BlockArgument>(view);
    Operation *owner =
        argument ? argument.getOwner()->getParentOp() : view.getDefiningOp();
    if (isa<LoopLikeOpInterface>(owner) && owner->isProperAncestor(alloc))
      return alloc.emitOpError("expects a loop to yield the buffers that it "
                               "carries, as --brt-update-loops-in-place has "
                               "it, but got one of its iteration");
    for (Operation *user : view.getUsers()) {
      if (isa<memref::DeallocOp>(user))
        return user->emitOpError("expects an entry point to deallocate "
                                 "nothing");
      if (isa<func::ReturnOp>(user))
        return alloc.emitOpError("expects an entry point to return nothing");
      // Views and what ends regions move no data.
      if (isMemoryEffectFree(user) || isa<scf::YieldOp>(user))
        continue;
      Span use = getUse(user, alloc);
      life = life ? Span{std::min(life->begin, use.begin),
                         std::max(life->end, use.end)}
                  : use;
    }
  }
  return life.value_or(Span{start, start});
}
