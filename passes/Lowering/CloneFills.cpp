//===- CloneFills.cpp - One filled tensor for each that is overwritten ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Lowering/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace brt {
#define GEN_PASS_DEF_CLONEFILLSPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;

/// Whether the user of a tensor may write into it.
static bool isOverwritten(OpOperand &use) {
  if (auto op = dyn_cast<DestinationStyleOpInterface>(use.getOwner()))
    return op.isDpsInit(&use);
  return isa<LoopLikeOpInterface>(use.getOwner());
}

/// Gives each op or loop that overwrites `tensor` one that `build` makes.
static void cloneForUses(Value tensor, function_ref<Value(OpBuilder &)> build) {
  for (OpOperand &use : llvm::make_early_inc_range(tensor.getUses()))
    if (isOverwritten(use)) {
      OpBuilder b(use.getOwner());
      use.set(build(b));
    }
}

static void cloneFill(linalg::FillOp fill, tensor::EmptyOp empty) {
  cloneForUses(fill.result(), [&](OpBuilder &b) {
    IRMapping mapping;
    mapping.map(empty.getResult(), b.clone(*empty)->getResult(0));
    return b.clone(*fill, mapping)->getResult(0);
  });
  if (fill.result().use_empty())
    fill.erase();
  if (empty.getResult().use_empty())
    empty.erase();
}

/// A constant tensor of one number.
static void fillForUses(arith::ConstantOp constant, SplatElementsAttr splat) {
  RankedTensorType type = cast<RankedTensorType>(constant.getType());
  cloneForUses(constant, [&](OpBuilder &b) {
    Location loc = constant.getLoc();
    Value number = arith::ConstantOp::create(
        b, loc, cast<TypedAttr>(splat.getSplatValue<Attribute>()));
    Value empty =
        tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
    return linalg::FillOp::create(b, loc, number, empty).getResult(0);
  });
}

namespace {
struct CloneFillsPass : brt::impl::CloneFillsPassBase<CloneFillsPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<linalg::FillOp, arith::ConstantOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (auto fill = dyn_cast<linalg::FillOp>(op)) {
        if (auto empty = fill.output().getDefiningOp<tensor::EmptyOp>())
          cloneFill(fill, empty);
        continue;
      }
      auto constant = cast<arith::ConstantOp>(op);
      if (auto splat = dyn_cast<SplatElementsAttr>(constant.getValue()))
        fillForUses(constant, splat);
    }
  }
};
} // namespace
