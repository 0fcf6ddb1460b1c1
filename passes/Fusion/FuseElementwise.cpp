//===- FuseElementwise.cpp - Compute element-wise ops where they are used -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Fusion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace brt {
#define GEN_PASS_DEF_FUSEELEMENTWISEPASS
#include "brt/passes/Fusion/Passes.h.inc"
} // namespace brt

using namespace mlir;

/// Why the op that computes `operand` stays where it is; empty if it can move
/// into the body of the operand's owner.
static StringRef getObstacle(OpOperand &operand) {
  auto producer = operand.get().getDefiningOp<linalg::GenericOp>();
  auto user = cast<linalg::GenericOp>(operand.getOwner());
  if (!producer->hasOneUse())
    return "its result has several uses";
  if (producer->getBlock() != user->getBlock())
    return "its result is used in another block";
  if (linalg::isaContractionOpInterface(user))
    return "what uses its result multiplies matrices";
  if (user.getNumLoops() != producer.getNumLoops())
    return "what uses its result has more loops";
  AffineMap written =
      producer.getMatchingIndexingMap(producer.getDpsInitOperand(
          cast<OpResult>(operand.get()).getResultNumber()));
  AffineMap read = user.getMatchingIndexingMap(&operand);
  if (!written.isIdentity() || !read.isIdentity())
    return "what uses its result reads it in another order";
  return {};
}

/// Whether an operand is computed by an op that might move into its owner.
static bool isCandidate(OpOperand &operand) {
  auto producer = operand.get().getDefiningOp<linalg::GenericOp>();
  auto user = dyn_cast<linalg::GenericOp>(operand.getOwner());
  return producer && user && user.isDpsInput(&operand) &&
         producer.getNumParallelLoops() == producer.getNumLoops();
}

static remark::RemarkOpts getRemark(StringRef name, Operation *op) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  return remark::RemarkOpts::name(name)
      .category("brt-fuse-elementwise")
      .function(function ? SymbolTable::getSymbolName(function).getValue()
                         : "");
}

namespace {
struct FuseElementwisePass
    : brt::impl::FuseElementwisePassBase<FuseElementwisePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(
        patterns, [](OpOperand *operand) {
          if (!getObstacle(*operand).empty())
            return false;
          remark::passed(operand->get().getLoc(),
                         getRemark("fused", operand->getOwner()))
              << "is computed where its result is used";
          return true;
        });
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](linalg::GenericOp op) {
      for (OpOperand &operand : op->getOpOperands())
        if (isCandidate(operand))
          remark::missed(operand.get().getLoc(), getRemark("stays", op))
              << ("is a pass over memory of its own: " +
                  getObstacle(operand).str());
    });
  }
};
} // namespace
