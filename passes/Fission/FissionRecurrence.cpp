//===- FissionRecurrence.cpp - Keep only the chain in the loop ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SplitRecurrence.h"
#include "brt/Analysis/Flops.h"
#include "brt/passes/Fission/LaneWise.h"
#include "brt/passes/Fission/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"

namespace brt {
#define GEN_PASS_DEF_FISSIONRECURRENCEPASS
#include "brt/passes/Fission/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

/// The number of lanes of a value of the cell, read outside of it: that of an
/// argument is its operand's, that of a result the one of a lane operand.
static Value findLanes(RecurrenceOp loop, Value value) {
  Block *body = &loop.getBody().front();
  while (value.getParentBlock() == body) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      value = loop->getOperand(argument.getArgNumber());
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (!isLaneWise(op) || sumsLanes(cast<OpResult>(value)))
      return {};
    auto *operand = llvm::find_if(op->getOpOperands(), [](OpOperand &use) {
      return isa<RankedTensorType>(use.get().getType()) && hasLanes(use);
    });
    if (operand == op->getOpOperands().end())
      return {};
    value = operand->get();
  }
  return value;
}

/// Asks for numbers of lanes outside of the cell, where they are the same.
static void hoistLaneCounts(RecurrenceOp loop) {
  OpBuilder builder(loop);
  for (auto dim : llvm::make_early_inc_range(
           loop.getBody().front().getOps<tensor::DimOp>())) {
    if (dim.getConstantIndex() != 0)
      continue;
    Value lanes = findLanes(loop, dim.getSource());
    if (!lanes)
      continue;
    Value extent =
        tensor::DimOp::create(builder, dim.getLoc(), lanes, /*index=*/0);
    dim.getResult().replaceAllUsesWith(extent);
    dim.erase();
  }
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

static remark::RemarkOpts getRemark(StringRef name, RecurrenceOp loop) {
  auto function = loop->getParentOfType<func::FuncOp>();
  return remark::RemarkOpts::name(name)
      .category("brt-fission-recurrence")
      .function(function ? function.getName() : "");
}

/// Says what goes where, and what could not.
static void explain(RecurrenceOp loop, const FissionPlan &plan) {
  for (auto [op, why] : plan.getBlocked())
    remark::missed(op->getLoc(), getRemark("stays", loop))
        << ("stays in the loop: " + why);
  unsigned counts[4] = {};
  int64_t inLoop = 0, all = 0;
  for (Operation &op : loop.getBody().front().without_terminator()) {
    Place place = plan.getPlace(&op);
    ++counts[static_cast<unsigned>(place)];
    int64_t flops = countFlops(&op);
    all += flops;
    if (place == Place::Loop)
      inLoop += flops;
  }
  if (!plan.splits()) {
    remark::missed(loop.getLoc(), getRemark("whole", loop))
        << "is not split: all of its ops are in the chain from block to block";
    return;
  }
  auto count = [&](Place place) {
    return std::to_string(counts[static_cast<unsigned>(place)]);
  };
  std::string share =
      all ? std::to_string((100 * inLoop + all / 2) / all) + " %" : "none";
  remark::passed(loop.getLoc(), getRemark("split", loop))
      << (count(Place::Before) + " ops for all " +
          std::to_string(loop.getBlocks()) + " blocks before the loop, " +
          count(Place::Loop) + " in it, " + count(Place::After) +
          " after it, " + count(Place::Invariant) + " once; the loop keeps " +
          share + " of the FLOPs of products");
}

namespace {
struct FissionRecurrencePass
    : brt::impl::FissionRecurrencePassBase<FissionRecurrencePass> {
  void runOnOperation() override {
    SmallVector<RecurrenceOp> loops;
    getOperation()->walk([&](RecurrenceOp loop) { loops.push_back(loop); });
    for (RecurrenceOp loop : loops) {
      // A loop over one block is its body, which canonicalization makes of it.
      if (loop.getBlocks() == 1)
        continue;
      hoistLaneCounts(loop);
      FissionPlan plan(loop);
      explain(loop, plan);
      if (plan.splits())
        splitRecurrence(loop, plan);
    }
  }
};
} // namespace
