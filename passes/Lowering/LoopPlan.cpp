//===- LoopPlan.cpp - How a structured op is walked -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LoopPlan.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace brt;

/// Below this many operations, counted for one lane, threads cost more than
/// they save.
static constexpr int64_t kParallelWork = 64 * 1024;
/// Enough parts for threads to share evenly.
static constexpr int64_t kMaxTasks = 16;
/// What a transcendental function costs, in additions.
static constexpr int64_t kMathCost = 16;

int64_t brt::getAxisOfLoop(AffineMap map, int64_t loop) {
  for (auto [axis, expr] : llvm::enumerate(map.getResults()))
    if (expr == getAffineDimExpr(loop, map.getContext()))
      return axis;
  return -1;
}

/// Whether one axis is walked in steps of one element.
static bool isContiguous(Type type, int64_t axis) {
  auto memref = cast<MemRefType>(type);
  if (axis != memref.getRank() - 1)
    return false;
  auto [strides, offset] = memref.getStridesAndOffset();
  return strides.back() == 1;
}

static bool isVectorizable(linalg::GenericOp op) {
  for (AffineMap map : op.getIndexingMapsArray())
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return false;
  for (Type type : op->getOperandTypes()) {
    auto memref = dyn_cast<MemRefType>(type);
    if (memref ? !memref.isStrided() : isa<ShapedType>(type))
      return false;
  }
  for (Operation &nested : op.getBody()->without_terminator())
    if (!isa<arith::ConstantOp, linalg::IndexOp>(nested) &&
        (!OpTrait::hasElementwiseMappableTraits(&nested) ||
         nested.getNumResults() != 1))
      return false;
  // A reduction that forgets what it read before has no accumulators.
  return op.getNumDpsInits() == 1 &&
         (op.getNumReductionLoops() == 0 ||
          !op.getBody()->getArguments().back().use_empty());
}

/// How well a loop suits vectors: operands walked contiguously, less those
/// walked in strides.
static int64_t scoreLoop(linalg::GenericOp op, int64_t loop) {
  int64_t score = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    int64_t axis = getAxisOfLoop(op.getMatchingIndexingMap(&operand), loop);
    if (axis < 0)
      continue;
    Type type = operand.get().getType();
    score += isContiguous(type, axis) ? 1 : -2;
    // A flag is a byte in memory and a bit in a vector.
    if (getElementTypeOrSelf(type).isInteger(1))
      return std::numeric_limits<int64_t>::min();
  }
  return score;
}

/// The combination of the body's result with the value so far, by an op whose
/// neutral element is known.
static bool hasCombiner(linalg::GenericOp op) {
  Value yielded = op.getBody()->getTerminator()->getOperand(0);
  Operation *combiner = yielded.getDefiningOp();
  BlockArgument soFar = op.getBody()->getArguments().back();
  return combiner && llvm::is_contained(combiner->getOperands(), soFar) &&
         soFar.hasOneUse() && linalg::getCombinerOpKind(combiner) &&
         arith::getNeutralElement(combiner);
}

static LogicalResult chooseVectorLoop(linalg::GenericOp op, LoopPlan &plan) {
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  int64_t best = std::numeric_limits<int64_t>::min();
  for (auto [loop, extent] : llvm::enumerate(plan.extents)) {
    if (ShapedType::isDynamic(extent) || extent == 1)
      continue;
    bool reduces = getAxisOfLoop(result, loop) < 0;
    if (reduces && !hasCombiner(op))
      continue;
    int64_t score = scoreLoop(op, loop);
    if (score < best || score == std::numeric_limits<int64_t>::min())
      continue;
    // Of equals, the later: it is the contiguous one of the result.
    best = score;
    plan.vectorLoop = loop;
    plan.reducesVector = reduces;
  }
  return success(best != std::numeric_limits<int64_t>::min());
}

/// Bits of the widest number that the op reads, computes or writes.
static unsigned getWidestBits(linalg::GenericOp op) {
  unsigned bits = 8;
  auto visit = [&](Type type) {
    type = getElementTypeOrSelf(type);
    if (type.isIntOrFloat())
      bits = std::max(bits, type.getIntOrFloatBitWidth());
  };
  llvm::for_each(op->getOperandTypes(), visit);
  for (Operation &nested : *op.getBody())
    llvm::for_each(nested.getResultTypes(), visit);
  return bits;
}

/// A parallel loop along which what the vector loop loads is used again.
static int64_t findRowLoop(linalg::GenericOp op, const LoopPlan &plan) {
  for (int64_t loop : llvm::reverse(plan.outer)) {
    if (ShapedType::isDynamic(plan.extents[loop]) || plan.extents[loop] == 1)
      continue;
    for (OpOperand *input : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(input);
      if (getAxisOfLoop(map, plan.vectorLoop) >= 0 &&
          getAxisOfLoop(map, loop) < 0)
        return loop;
    }
  }
  return -1;
}

/// The largest divisor of `extent` up to `limit`, but for small ones `limit`.
static int64_t chooseRows(int64_t extent, int64_t limit) {
  if (extent <= limit)
    return extent;
  for (int64_t rows = limit; rows > limit / 2; --rows)
    if (extent % rows == 0)
      return rows;
  return limit;
}

static void chooseTile(linalg::GenericOp op, const VectorMachine &machine,
                       LoopPlan &plan) {
  plan.width = machine.vectorBytes * 8 / getWidestBits(op);
  int64_t most = llvm::divideCeil(plan.extents[plan.vectorLoop], plan.width);
  bool contracts = !plan.reducesVector && !plan.reductions.empty();
  if (!contracts) {
    plan.vectors = std::min<int64_t>(most, plan.reducesVector ? 4 : 2);
    return;
  }
  // Three quarters of the registers accumulate; two vectors of columns where
  // there are rows to share them.
  int64_t accumulators = machine.vectorRegisters * 3 / 4;
  plan.rowLoop = findRowLoop(op, plan);
  if (plan.rowLoop < 0) {
    plan.vectors = std::min<int64_t>(most, 8);
    return;
  }
  llvm::erase(plan.outer, plan.rowLoop);
  int64_t extent = plan.extents[plan.rowLoop];
  plan.vectors = std::min<int64_t>(most, extent < 4 ? 4 : 2);
  plan.rows = chooseRows(extent, accumulators / plan.vectors);
}

/// The most tasks of equal size, each a whole number of `tile` iterations.
static int64_t countTasks(int64_t extent, int64_t tile) {
  for (int64_t tasks = kMaxTasks; tasks > 1; --tasks)
    if (extent % tasks == 0 && (extent / tasks) % tile == 0)
      return tasks;
  return 1;
}

static void chooseTasks(linalg::GenericOp op, LoopPlan &plan) {
  if (op->getParentOfType<scf::ParallelOp>())
    return;
  int64_t work = 0;
  for (Operation &nested : op.getBody()->without_terminator())
    work += isa<math::MathDialect>(nested.getDialect()) ? kMathCost : 1;
  work = std::max<int64_t>(work, 1);
  for (int64_t extent : plan.extents)
    work *= ShapedType::isDynamic(extent) ? 1 : extent;
  if (work < kParallelWork)
    return;

  auto consider = [&](int64_t loop, int64_t tile) {
    int64_t tasks = countTasks(plan.extents[loop], tile);
    if (tasks <= plan.taskCount)
      return;
    plan.taskLoop = loop;
    plan.taskCount = tasks;
  };
  for (int64_t loop : plan.outer)
    if (!ShapedType::isDynamic(plan.extents[loop]))
      consider(loop, 1);
  if (plan.rowLoop >= 0)
    consider(plan.rowLoop, plan.rows);
  if (!plan.reducesVector)
    consider(plan.vectorLoop, plan.columns());
}

FailureOr<LoopPlan> brt::planLoops(linalg::GenericOp op,
                                   const VectorMachine &machine) {
  LoopPlan plan;
  plan.extents = op.getStaticLoopRanges();
  if (!isVectorizable(op) || failed(chooseVectorLoop(op, plan)))
    return failure();
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  for (int64_t loop : llvm::seq<int64_t>(0, plan.extents.size())) {
    if (loop == plan.vectorLoop)
      continue;
    bool parallel = getAxisOfLoop(result, loop) >= 0;
    (parallel ? plan.outer : plan.reductions).push_back(loop);
  }
  chooseTile(op, machine, plan);
  chooseTasks(op, plan);
  return plan;
}
