//===- Gradients.cpp - Gradients of values, in reverse mode ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Gradients.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Activity
//===----------------------------------------------------------------------===//

static void activate(Value value, ActiveValues &active) {
  if (isa<FloatType>(getElementTypeOrSelf(value)))
    active.insert(value);
}

/// Carried values may become active by what an earlier block yields.
static void propagateThroughLoop(RecurrenceOp loop, ActiveValues &active) {
  for (auto [piece, sequence] :
       llvm::zip_equal(loop.getPieces(), loop.getSequences()))
    if (active.contains(sequence))
      activate(piece, active);
  for (auto [carried, init] :
       llvm::zip_equal(loop.getCarried(), loop.getInits()))
    if (active.contains(init))
      activate(carried, active);

  YieldOp yield = loop.getYield();
  for (bool changed = true; changed;) {
    propagateActive(loop.getBody().front(), active);
    changed = false;
    for (auto [carried, next] :
         llvm::zip_equal(loop.getCarried(), yield.getCarry()))
      if (active.contains(next) && !active.contains(carried)) {
        activate(carried, active);
        changed = true;
      }
  }
  for (auto [result, yielded] :
       llvm::zip_equal(loop.getResults(), yield->getOperands()))
    if (active.contains(yielded))
      activate(result, active);
}

void brt::propagateActive(Block &block, ActiveValues &active) {
  for (Operation &op : block.without_terminator()) {
    if (auto loop = dyn_cast<RecurrenceOp>(op)) {
      propagateThroughLoop(loop, active);
      continue;
    }
    bool depends = llvm::any_of(op.getOperands(), [&](Value operand) {
      return active.contains(operand);
    });
    visitUsedValuesDefinedAbove(op.getRegions(), [&](OpOperand *captured) {
      depends |= active.contains(captured->get());
    });
    if (depends)
      for (Value result : op.getResults())
        activate(result, active);
  }
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

void Gradients::add(OpBuilder &builder, Value value, Value term) {
  if (!wants(value))
    return;
  Value &sum = sums[value];
  sum = sum ? arith::AddFOp::create(builder, term.getLoc(), sum, term) : term;
}

LogicalResult Gradients::emitAdjoints(OpBuilder &builder, Block &block) {
  // A list of its own: adjoints replace ops and add others.
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops)) {
    SmallVector<Value> results(op->getResults());
    if (llvm::none_of(results, [&](Value result) { return get(result); }))
      continue;
    auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
    if (!differentiable)
      return op->emitOpError(
          "expects to implement DifferentiableOpInterface, as "
          "a parameter's gradient passes through it, but got "
          "an op without an adjoint");
    if (failed(differentiable.emitAdjoint(builder, *this)))
      return failure();
    // An op that replaced itself leaves names of values that are gone.
    for (Value result : results) {
      sums.erase(result);
      active.erase(result);
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

Value brt::createSplatLike(OpBuilder &builder, Location loc, double number,
                           Value like) {
  Type element = getElementTypeOrSelf(like);
  FloatAttr attr = builder.getFloatAttr(element, number);
  auto type = dyn_cast<RankedTensorType>(like.getType());
  if (!type)
    return arith::ConstantOp::create(builder, loc, attr);
  if (type.hasStaticShape())
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(type, attr));
  SmallVector<Value> extents;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (type.isDynamicDim(axis))
      extents.push_back(tensor::DimOp::create(builder, loc, like, axis));
  Value scalar = arith::ConstantOp::create(builder, loc, attr);
  return tensor::SplatOp::create(builder, loc, type, scalar, extents);
}

Value brt::createZerosLike(OpBuilder &builder, Location loc, Value like) {
  return createSplatLike(builder, loc, 0, like);
}

void brt::eraseDeadOps(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}
