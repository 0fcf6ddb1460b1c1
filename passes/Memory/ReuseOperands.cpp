//===- ReuseOperands.cpp - Compute in place of what is dead ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Memory/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace brt {
#define GEN_PASS_DEF_REUSEOPERANDSPASS
#include "brt/passes/Memory/Passes.h.inc"
} // namespace brt

using namespace mlir;

/// Whether a structured op made the tensor, and `op` is the last to read it.
static bool isLastUse(Value tensor, linalg::GenericOp op) {
  auto maker = tensor.getDefiningOp<linalg::LinalgOp>();
  return maker && maker->getBlock() == op->getBlock() &&
         llvm::all_of(tensor.getUses(), [&](OpOperand &use) {
           Operation *user = use.getOwner();
           return user == op || (isa<linalg::LinalgOp>(user) &&
                                 user->getBlock() == op->getBlock() &&
                                 user->isBeforeInBlock(op));
         });
}

/// An input whose elements are read once each, where that of the result is
/// written, and never again; or null.
static Value findReusable(linalg::GenericOp op) {
  AffineMap resultMap = op.getIndexingMapsArray().back();
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value tensor = input->get();
    bool isReadOnce = llvm::count(op->getOperands(), tensor) == 1;
    if (isReadOnce && tensor.getType() == op.getResult(0).getType() &&
        op.getMatchingIndexingMap(input) == resultMap && isLastUse(tensor, op))
      return tensor;
  }
  return Value();
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
