//===- ReuseOperands.cpp - Compute in place of what is dead ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Memory/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace brt {
#define GEN_PASS_DEF_REUSEOPERANDSPASS
#include "brt/passes/Memory/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

/// Whether a tensor may be written over: a structured op or a branch made it,
/// or it is a carry, which entry points update in place.
static bool isOverwritable(Value tensor) {
  if (auto argument = dyn_cast<BlockArgument>(tensor)) {
    auto func = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return func && func.getArgAttr(argument.getArgNumber(),
                                   BrtDialect::getCarryAttrName());
  }
  return isa<linalg::LinalgOp, scf::IfOp>(tensor.getDefiningOp());
}

/// Whether nothing reads a tensor, or a view of it, after `op`, which may be in
/// a branch.
static bool isLastUse(Value tensor, linalg::GenericOp op) {
  Block *block = tensor.getParentBlock();
  Operation *here = block->findAncestorOpInBlock(*op);
  for (Operation *parent = op; parent != here;) {
    parent = parent->getParentOp();
    if (!isa<scf::IfOp>(parent))
      return false;
  }
  return llvm::all_of(tensor.getUsers(), [&](Operation *user) {
    if (user == op || insideMutuallyExclusiveRegions(user, op))
      return true;
    if (!isa<DestinationStyleOpInterface, tensor::DimOp>(user))
      return false;
    if (user->getBlock() == op->getBlock())
      return user->isBeforeInBlock(op);
    return block->findAncestorOpInBlock(*user)->isBeforeInBlock(here);
  });
}

/// An input whose elements are read once each, where that of the result is
/// written, and never again; or null. Of several, a carry or what branches made
/// of it, since that is where the result is to be in the end.
static Value findReusable(linalg::GenericOp op) {
  AffineMap resultMap = op.getIndexingMapsArray().back();
  Value found;
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value tensor = input->get();
    bool isReadOnce = llvm::count(op->getOperands(), tensor) == 1;
    if (isReadOnce && tensor.getType() == op.getResult(0).getType() &&
        op.getMatchingIndexingMap(input) == resultMap &&
        isOverwritable(tensor) && isLastUse(tensor, op) &&
        (!found || !tensor.getDefiningOp<linalg::LinalgOp>()))
      found = tensor;
  }
  return found;
}

namespace {
struct ReuseOperandsPass : brt::impl::ReuseOperandsPassBase<ReuseOperandsPass> {
  void runOnOperation() override {
    getOperation()->walk([](linalg::GenericOp op) {
      if (op.getNumDpsInits() != 1 || op.getNumResults() != 1 ||
          op.getNumParallelLoops() != op.getNumLoops() ||
          !op.getIndexingMapsArray().back().isIdentity() ||
          !op.getRegionOutputArgs().front().use_empty())
        return;
      OpOperand &init = op.getDpsInitsMutable()[0];
      auto empty = init.get().getDefiningOp<tensor::EmptyOp>();
      Value reusable = empty ? findReusable(op) : Value();
      if (!reusable)
        return;
      init.set(reusable);
      if (empty->use_empty())
        empty.erase();
    });
  }
};
} // namespace
