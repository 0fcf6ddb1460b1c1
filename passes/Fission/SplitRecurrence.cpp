//===- SplitRecurrence.cpp - Write a recurrence anew by its plan ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SplitRecurrence.h"
#include "BlockFolding.h"
#include "brt/passes/Fission/LaneWise.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace brt;

namespace {
/// Writes one recurrence anew by its plan.
class Fission {
public:
  Fission(RecurrenceOp loop, const FissionPlan &plan)
      : loop(loop), plan(plan), body(loop.getBody().front()),
        b(loop.getLoc(), loop), folding(b, loop.getBlocks()) {}

  void run();

private:
  void hoistInvariants();
  void runForAllBlocks(Place place);
  void runOp(Operation &op);
  bool isReady(Value value);
  void findShifted();

  void buildLoop();
  void findLoopReads();
  bool isCopiedIntoLoop(Operation *op);
  SmallVector<Value> findLoopResults();

  Value getFolded(Value value);
  Value getWhole(Value value);
  SmallVector<Value> getResults();
  bool isReverse() { return loop.getReverse(); }

  RecurrenceOp loop;
  const FissionPlan &plan;
  Block &body;
  ImplicitLocOpBuilder b;
  BlockFolding folding;
  /// Values of the cell for all blocks, in either form.
  DenseMap<Value, Value> folded, whole;
  /// Sums over all blocks.
  DenseMap<Value, Value> sums;
  /// What the new loop reads of what is outside of the chain.
  SetVector<Value> loopReads;
  /// Ops in the new loop, in order: the chain and copies of what moves data.
  SetVector<Operation *> loopOps;
  /// The last value of each carried value that stays.
  DenseMap<unsigned, Value> finalCarry;
};
} // namespace

//===----------------------------------------------------------------------===//
// Forms of values
//===----------------------------------------------------------------------===//

Value Fission::getFolded(Value value) {
  if (value.getParentBlock() != &body)
    return isa<RankedTensorType>(value.getType()) ? folding.repeat(value)
                                                  : value;
  Value &form = folded[value];
  if (!form)
    form = folding.fold(whole.lookup(value),
                        cast<RankedTensorType>(value.getType()));
  return form;
}

Value Fission::getWhole(Value value) {
  Value form = whole.lookup(value);
  if (!form) {
    form = folding.unfold(getFolded(value));
    whole[value] = form;
  }
  return form;
}

//===----------------------------------------------------------------------===//
// All blocks at once
//===----------------------------------------------------------------------===//

void Fission::hoistInvariants() {
  for (Operation &op : llvm::make_early_inc_range(body.without_terminator()))
    if (plan.getPlace(&op) == Place::Invariant)
      op.moveBefore(loop);
}

bool Fission::isReady(Value value) {
  return value.getParentBlock() != &body || folded.contains(value) ||
         whole.contains(value) || sums.contains(value);
}

/// Finds carried values for all blocks where the values before are known.
void Fission::findShifted() {
  for (auto [index, carried] : llvm::enumerate(loop.getCarried())) {
    if (plan.getKind(index) != CarryKind::Shifted || whole.contains(carried))
      continue;
    Value next = loop.getYield().getCarry()[index];
    if (isReady(next))
      whole[carried] =
          folding.shift(loop.getInits()[index], getWhole(next), isReverse());
  }
}

void Fission::runOp(Operation &op) {
  SmallVector<Value> operands;
  bool addsSums = isa<arith::AddFOp>(op) && plan.isSum(op.getResult(0));
  for (OpOperand &operand : op.getOpOperands())
    operands.push_back(addsSums            ? sums.lookup(operand.get())
                       : hasLanes(operand) ? getFolded(operand.get())
                                           : operand.get());
  Operation *clone = addsSums
                         ? b.insert(op.clone())
                         : cloneLaneWise(&op, b, operands, loop.getBlocks());
  if (addsSums)
    clone->setOperands(operands);
  for (auto [from, to] : llvm::zip_equal(op.getResults(), clone->getResults()))
    (plan.isSum(from) ? sums : folded)[from] = to;
}

void Fission::runForAllBlocks(Place place) {
  SmallVector<Operation *> waiting;
  for (Operation &op : body.without_terminator())
    if (plan.getPlace(&op) == place && !plan.isAddition(&op))
      waiting.push_back(&op);
  // A carried value may be read above what makes it for the next block.
  findShifted();
  while (!waiting.empty()) {
    SmallVector<Operation *> later;
    for (Operation *op : waiting) {
      if (llvm::all_of(op->getOperands(),
                       [&](Value operand) { return isReady(operand); })) {
        b.setLoc(op->getLoc());
        runOp(*op);
      } else {
        later.push_back(op);
      }
    }
    assert(later.size() < waiting.size() && "a cycle outside of the chain");
    waiting = std::move(later);
    b.setLoc(loop.getLoc());
    findShifted();
  }
}

//===----------------------------------------------------------------------===//
// The chain
//===----------------------------------------------------------------------===//

/// What moves data is rather done again in the loop than handed over.
bool Fission::isCopiedIntoLoop(Operation *op) {
  return plan.getPlace(op) == Place::Before &&
         isa<tensor::TensorDialect>(op->getDialect());
}

void Fission::findLoopReads() {
  DenseSet<Operation *> copied;
  SmallVector<Value> reads;
  auto readsOf = [&](Operation *op) {
    llvm::append_range(reads, op->getOperands());
    SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    llvm::append_range(reads, captured);
  };
  for (Operation &op : body.without_terminator())
    if (plan.getPlace(&op) == Place::Loop)
      readsOf(&op);
  for (unsigned index = 0; index < loop.getInits().size(); ++index)
    if (plan.getKind(index) == CarryKind::Sequential)
      reads.push_back(loop.getYield().getCarry()[index]);
  while (!reads.empty()) {
    Value value = reads.pop_back_val();
    if (value.getParentBlock() != &body ||
        plan.getPlace(value) != Place::Before)
      continue;
    Operation *op = value.getDefiningOp();
    if (!op || !isCopiedIntoLoop(op))
      loopReads.insert(value);
    else if (copied.insert(op).second)
      readsOf(op);
  }
  for (Operation &op : body.without_terminator())
    if (plan.getPlace(&op) == Place::Loop || copied.contains(&op))
      loopOps.insert(&op);
}

/// Values of the chain that are results, or that are read after it.
SmallVector<Value> Fission::findLoopResults() {
  SetVector<Value> results;
  auto add = [&](Value value) {
    if (value.getParentBlock() == &body && plan.getPlace(value) == Place::Loop)
      results.insert(value);
  };
  llvm::for_each(loop.getYield().getPieces(), add);
  for (auto [index, next] : llvm::enumerate(loop.getYield().getCarry()))
    if (plan.getKind(index) == CarryKind::Shifted)
      add(next);
  for (Operation &op : body.without_terminator())
    if (plan.getPlace(&op) == Place::After && !plan.isAddition(&op))
      llvm::for_each(op.getOperands(), add);
  return results.takeVector();
}

void Fission::buildLoop() {
  findLoopReads();
  SmallVector<Value> results = findLoopResults();
  SmallVector<Value> sequences, inits;
  SmallVector<unsigned> carries;
  for (Value value : loopReads)
    sequences.push_back(getWhole(value));
  for (unsigned index = 0; index < loop.getInits().size(); ++index)
    if (plan.getKind(index) == CarryKind::Sequential) {
      carries.push_back(index);
      inits.push_back(loop.getInits()[index]);
    }
  if (loopOps.empty() && carries.empty())
    return;

  auto chain = RecurrenceOp::create(
      b, loop.getBlocks(), sequences, inits,
      [&](OpBuilder &inside, Location loc, ValueRange pieces,
          ValueRange carried) {
        IRMapping mapping;
        for (auto [value, piece] : llvm::zip_equal(loopReads, pieces))
          mapping.map(value,
                      fromPiece(inside, piece,
                                cast<RankedTensorType>(value.getType())));
        for (auto [index, value] : llvm::zip_equal(carries, carried))
          mapping.map(loop.getCarried()[index], value);
        for (Operation *op : loopOps)
          inside.clone(*op, mapping);
        SmallVector<Value> yielded, next;
        for (Value value : results)
          yielded.push_back(toPiece(inside, mapping.lookup(value)));
        for (unsigned index : carries)
          next.push_back(
              mapping.lookupOrDefault(loop.getYield().getCarry()[index]));
        YieldOp::create(inside, loc, yielded, next);
      });
  chain.setReverse(isReverse());
  chain->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  for (auto [value, result] : llvm::zip(results, chain.getResults()))
    whole[value] = result;
  for (auto [index, value] : llvm::zip_equal(carries, chain.getFinalCarry()))
    finalCarry[index] = value;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

SmallVector<Value> Fission::getResults() {
  SmallVector<Value> results;
  for (Value piece : loop.getYield().getPieces())
    results.push_back(getWhole(piece));
  for (auto [index, next] : llvm::enumerate(loop.getYield().getCarry())) {
    switch (plan.getKind(index)) {
    case CarryKind::Sequential:
      results.push_back(finalCarry.lookup(index));
      break;
    case CarryKind::Shifted:
      results.push_back(folding.getLast(
          getWhole(next), cast<RankedTensorType>(next.getType()).getDimSize(1),
          isReverse()));
      break;
    case CarryKind::Summed:
      results.push_back(arith::AddFOp::create(
          b, loop.getInits()[index], sums.lookup(plan.getTerm(index))));
      break;
    }
  }
  return results;
}

void Fission::run() {
  hoistInvariants();
  for (auto [piece, sequence] :
       llvm::zip_equal(loop.getPieces(), loop.getSequences()))
    whole[piece] = sequence;
  runForAllBlocks(Place::Before);
  buildLoop();
  runForAllBlocks(Place::After);
  loop->replaceAllUsesWith(getResults());
  Block *parent = loop->getBlock();
  loop.erase();
  eraseDeadOps(*parent);
}

void brt::splitRecurrence(RecurrenceOp loop, const FissionPlan &plan) {
  Fission(loop, plan).run();
}
