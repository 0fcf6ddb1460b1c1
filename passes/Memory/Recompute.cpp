//===- Recompute.cpp - Compute again rather than keep ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RecomputePlan.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Memory/ArenaPlan.h"
#include "brt/passes/Memory/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace brt {
#define GEN_PASS_DEF_RECOMPUTEPASS
#include "brt/passes/Memory/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

/// Whether a use needs no element, or happens where the value is made.
static bool isFree(OpOperand &use) {
  return isa<tensor::DimOp, func::ReturnOp>(use.getOwner());
}

/// Gives each use of a view of `value` a view of its own, next to it.
static void splitViews(Value value) {
  Block *block = value.getParentBlock();
  for (OpOperand &viewed : llvm::make_early_inc_range(value.getUses())) {
    Operation *view = viewed.getOwner();
    if (view->getBlock() != block || !isTensorView(view))
      continue;
    splitViews(view->getResult(0));
    for (OpOperand &use :
         llvm::make_early_inc_range(view->getResult(0).getUses())) {
      if (isFree(use))
        continue;
      OpBuilder b(block->findAncestorOpInBlock(*use.getOwner()));
      use.set(b.clone(*view)->getResult(0));
    }
  }
}

/// Makes uses of the results of `op` behind `boundary` uses of those of a copy,
/// which it places before the first of them.
static void recompute(Operation *op, Operation *boundary) {
  Block *block = op->getBlock();
  SmallVector<OpOperand *> late;
  Operation *first = nullptr;
  for (Value result : op->getResults()) {
    splitViews(result);
    for (OpOperand &use : result.getUses()) {
      Operation *user = block->findAncestorOpInBlock(*use.getOwner());
      // A view that was split may have no uses left.
      if (isFree(use) || isOpTriviallyDead(user) ||
          !boundary->isBeforeInBlock(user))
        continue;
      late.push_back(&use);
      if (!first || user->isBeforeInBlock(first))
        first = user;
    }
  }
  if (!first)
    return;
  Operation *copy = OpBuilder(first).clone(*op);
  for (OpOperand *use : late)
    use->set(copy->getResult(cast<OpResult>(use->get()).getResultNumber()));
}

static remark::RemarkOpts getRemark(StringRef name, func::FuncOp function) {
  return remark::RemarkOpts::name(name)
      .category("brt-recompute")
      .function(function.getName());
}

/// Says what a plan computes again. Returns the number of ops.
static unsigned explain(func::FuncOp function, const TensorLives &lives,
                        const RecomputePlan &plan) {
  unsigned count = 0;
  for (auto [op, boundary] : llvm::zip_equal(lives.getOps(), plan.recomputed)) {
    if (boundary == TensorLives::kNever)
      continue;
    ++count;
    int64_t bytes = 0;
    for (unsigned result : op.results)
      bytes += lives.getTensors()[result].bytes;
    remark::passed(op.op->getLoc(), getRemark("op", function))
        << ("computes '" + op.op->getName().getStringRef() + "' again, " +
            Twine(op.flops) + " FLOPs, rather than keep " + Twine(bytes) +
            " bytes")
               .str();
  }
  return count;
}

static void apply(const TensorLives &lives, const RecomputePlan &plan) {
  // Users first: where they are computed again they use their operands there.
  for (unsigned number = lives.getOps().size(); number-- > 0;)
    if (unsigned boundary = plan.recomputed[number];
        boundary != TensorLives::kNever)
      recompute(lives.getOps()[number].op, lives.getOps()[boundary].op);
}

/// Moves each op before the first use of its results, unless that would keep
/// more bytes of its operands than it would of its results. The adjoint of a
/// block may else be made, and kept, long before it is added to another one.
static void sinkToUses(func::FuncOp function, int64_t lanes) {
  TensorLives lives(function, lanes);
  Block &block = function.getBody().front();
  for (unsigned number = lives.getOps().size(); number-- > 0;) {
    const TensorLives::Op &made = lives.getOps()[number];
    Operation *op = made.op;
    Operation *first = nullptr;
    for (Operation *user : op->getUsers()) {
      user = block.findAncestorOpInBlock(*user);
      if (!first || user->isBeforeInBlock(first))
        first = user;
    }
    if (!first || !isMemoryEffectFree(op) ||
        llvm::any_of(op->getUsers(), llvm::IsaPred<func::ReturnOp>))
      continue;
    int64_t bytes = 0;
    for (unsigned result : made.results)
      bytes += lives.getTensors()[result].bytes;
    for (unsigned operand : made.operands) {
      const TensorLives::Tensor &tensor = lives.getTensors()[operand];
      bool isKept = llvm::any_of(tensor.users, [&](unsigned user) {
        return !lives.getOps()[user].op->isBeforeInBlock(first);
      });
      if (!isKept)
        bytes -= tensor.bytes;
    }
    if (bytes >= 0)
      op->moveBefore(first);
  }
}

/// Plans as long as it helps: what is computed again may be so once more.
/// Returns what came of it, in words.
static std::string recompute(func::FuncOp function, int64_t lanes,
                             std::optional<int64_t> limit,
                             const FrozenRewritePatternSet &cleaning) {
  if (limit)
    sinkToUses(function, lanes);
  unsigned count = 0;
  int64_t flops = 0;
  std::optional<int64_t> before;
  for (;;) {
    TensorLives lives(function, lanes);
    RecomputePlan plan = planRecomputation(lives, limit);
    if (!before)
      before = plan.bytesBefore;
    if (plan.bytesAfter >= plan.bytesBefore) {
      std::string text =
          ("computes " + Twine(count) + " ops again, " + Twine(flops) +
           " FLOPs, so that of tensors " + Twine(plan.bytesBefore) +
           " bytes are in use at once rather than " + Twine(*before))
              .str();
      remark::passed(function.getLoc(), getRemark("plan", function)) << text;
      return text;
    }
    count += explain(function, lives, plan);
    flops += plan.flops;
    apply(lives, plan);
    (void)applyPatternsGreedily(function, cleaning);
  }
}

namespace {
struct RecomputePass : brt::impl::RecomputePassBase<RecomputePass> {
  using RecomputePassBase::RecomputePassBase;

  LogicalResult initialize(MLIRContext *context) override {
    // Loops yield no longer what is computed again.
    RewritePatternSet patterns(context);
    RecurrenceOp::getCanonicalizationPatterns(patterns, context);
    cleaning = FrozenRewritePatternSet(std::move(patterns));
    return success();
  }

  void runOnOperation() override {
    std::optional<int64_t> limit;
    if (bytes >= 0)
      limit = bytes;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function->hasAttr(BrtDialect::getEntryAttrName()) ||
          !function.getBody().hasOneBlock())
        continue;
      if (auto given =
              function->getAttrOfType<DenseI64ArrayAttr>(kTensorLimitAttr)) {
        function.emitRemark()
            << "'" << function.getSymName() << "' "
            << recompute(function, given[1], given[0], cleaning);
        function->removeAttr(kTensorLimitAttr);
        continue;
      }
      recompute(function, lanes, limit, cleaning);
    }
  }

  FrozenRewritePatternSet cleaning;
};
} // namespace
