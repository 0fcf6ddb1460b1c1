//===- FissionPlan.cpp - What of a recurrence must be sequential ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FissionPlan.h"
#include "brt/passes/Fission/LaneWise.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace brt;

/// Blocks can be lanes of a tensor whose only dynamic extent is that of lanes.
static bool canHaveBlocks(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() > 0 &&
         llvm::none_of(tensor.getShape().drop_front(), ShapedType::isDynamic);
}

//===----------------------------------------------------------------------===//
// Small questions
//===----------------------------------------------------------------------===//

bool FissionPlan::isCarried(Value value, unsigned &index) const {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != &body ||
      argument.getArgNumber() < loop.getSequences().size())
    return false;
  index = argument.getArgNumber() - loop.getSequences().size();
  return true;
}

Value FissionPlan::getNext(unsigned index) const {
  return loop.getYield().getCarry()[index];
}

/// Whether a value changes from block to block.
bool FissionPlan::varies(Value value) const {
  if (value.getParentBlock() != &body)
    return false;
  Operation *op = value.getDefiningOp();
  auto it = places.find(op);
  return !op || it == places.end() || it->second != Place::Invariant;
}

SmallVector<Value> FissionPlan::getReads(Operation *op) const {
  SetVector<Value> reads(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), reads);
  reads.remove_if([&](Value value) { return value.getParentBlock() != &body; });
  return SmallVector<Value>(reads.getArrayRef());
}

bool FissionPlan::isAddition(Operation *op) const {
  for (auto [addition, term] : llvm::zip_equal(additions, terms))
    if (addition == op)
      return sums.contains(term);
  return false;
}

Place FissionPlan::getPlace(Value value) const {
  if (value.getParentBlock() != &body)
    return Place::Invariant;
  if (Operation *op = value.getDefiningOp())
    return getPlace(op);
  unsigned index;
  if (!isCarried(value, index))
    return Place::Before;
  if (kinds[index] != CarryKind::Shifted)
    return Place::Loop;
  return dependent.contains(value) ? Place::After : Place::Before;
}

bool FissionPlan::splits() const {
  return llvm::any_of(body.without_terminator(), [&](Operation &op) {
    return getPlace(&op) != Place::Loop;
  });
}

//===----------------------------------------------------------------------===//
// What can run for all blocks at once
//===----------------------------------------------------------------------===//

void FissionPlan::findInvariants() {
  for (Operation &op : body.without_terminator())
    if (isPure(&op) &&
        llvm::none_of(getReads(&op), [&](Value v) { return varies(v); }))
      places[&op] = Place::Invariant;
}

/// Finds carried values whose only use is an addition, whose only use is to be
/// carried.
void FissionPlan::findTerms() {
  for (unsigned index = 0; index < kinds.size(); ++index) {
    BlockArgument carried = loop.getCarried()[index];
    auto add = getNext(index).getDefiningOp<arith::AddFOp>();
    if (!add || add->getBlock() != &body || !add->hasOneUse() ||
        !carried.hasOneUse() || *carried.user_begin() != add)
      add = nullptr;
    additions.push_back(add);
    terms.push_back(!add                      ? Value()
                    : add.getLhs() == carried ? add.getRhs()
                                              : add.getLhs());
  }
}

/// Whether a sum over lanes is only added to other sums: all blocks' sum can
/// stand in its place.
bool FissionPlan::hasOnlySumUses(Value value) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    auto add = dyn_cast<arith::AddFOp>(use.getOwner());
    return add && add->getBlock() == &body;
  });
}

/// Why an op cannot run for all blocks at once, or nothing. Finds sums.
std::string FissionPlan::getObstacle(Operation &op) {
  auto name = [&] { return "'" + op.getName().getStringRef().str() + "' "; };
  if (!isPure(&op))
    return name() + "has effects beside its results";
  if (isa<arith::AddFOp>(op)) {
    bool addsSums = llvm::all_of(op.getOperands(),
                                 [&](Value v) { return sums.contains(v); });
    if (addsSums && hasOnlySumUses(op.getResult(0))) {
      sums.insert(op.getResult(0));
      return "";
    }
  }
  if (!brt::isLaneWise(&op))
    return name() + "does not treat each lane alike, or does not say so";
  for (OpOperand &operand : op.getOpOperands()) {
    Value value = operand.get();
    if (!varies(value))
      continue;
    if (sums.contains(value) || !brt::hasLanes(operand))
      return name() + "reads operand #" +
             std::to_string(operand.getOperandNumber()) +
             ", which has no lanes but changes from block to block";
  }
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op.getRegions(), captured);
  if (llvm::any_of(captured, [&](Value value) { return varies(value); }))
    return name() + "reads a value from outside of its region that changes "
                    "from block to block";
  for (OpResult result : op.getResults()) {
    if (brt::sumsLanes(result)) {
      if (!hasOnlySumUses(result))
        return name() + "sums over lanes, and the sum is not just added up";
      continue;
    }
    if (!canHaveBlocks(result.getType()))
      return name() + "has a result with a dynamic extent beside its lanes";
  }
  for (OpResult result : op.getResults())
    if (brt::sumsLanes(result))
      sums.insert(result);
  return "";
}

//===----------------------------------------------------------------------===//
// The chain
//===----------------------------------------------------------------------===//

/// Finds what depends on the chain: on its ops, or on what it carries.
void FissionPlan::findDependent() {
  for (bool changed = true; changed;) {
    size_t before = dependent.size();
    for (unsigned index = 0; index < kinds.size(); ++index)
      if (kinds[index] == CarryKind::Sequential ||
          (kinds[index] == CarryKind::Shifted &&
           dependent.contains(getNext(index))))
        dependent.insert(loop.getCarried()[index]);
    for (Operation &op : body.without_terminator())
      if (!isAddition(&op) &&
          (chain.contains(&op) || llvm::any_of(getReads(&op), [&](Value v) {
             return dependent.contains(v);
           })))
        dependent.insert(op.result_begin(), op.result_end());
    changed = dependent.size() != before;
  }
}

/// Adds what the chain needs; returns whether there was anything.
bool FissionPlan::growChain() {
  bool grown = false;
  SmallVector<Value> needed;
  auto carry = [&](unsigned index) {
    kinds[index] = CarryKind::Sequential;
    needed.push_back(getNext(index));
    grown = true;
  };
  for (unsigned index = 0; index < kinds.size(); ++index) {
    // What the loop makes is added up in the loop.
    if (kinds[index] == CarryKind::Summed &&
        chain.contains(terms[index].getDefiningOp()))
      carry(index);
    if (kinds[index] == CarryKind::Sequential)
      needed.push_back(getNext(index));
  }
  for (Operation &op : body.without_terminator())
    if (op.getNumResults() == 1 && sums.contains(op.getResult(0)) &&
        isa<arith::AddFOp>(op) && llvm::any_of(op.getOperands(), [&](Value v) {
          return chain.contains(v.getDefiningOp());
        }))
      grown |= chain.insert(&op);
  for (Operation *op : chain)
    llvm::append_range(needed, getReads(op));
  while (!needed.empty()) {
    Value value = needed.pop_back_val();
    unsigned index;
    if (isCarried(value, index)) {
      if (kinds[index] == CarryKind::Shifted && dependent.contains(value))
        carry(index);
      continue;
    }
    Operation *op = value.getDefiningOp();
    // A sum outside of the chain is that of all blocks.
    bool outside = !dependent.contains(value) && !sums.contains(value);
    if (!op || !varies(value) || (outside && !isAddition(op)) ||
        !chain.insert(op))
      continue;
    grown = true;
    llvm::append_range(needed, getReads(op));
  }
  return grown;
}

/// Which carried values the next value of each depends on, by way of any number
/// of blocks.
static SmallVector<llvm::BitVector>
closeTransitively(SmallVector<llvm::BitVector> reaches) {
  for (unsigned middle = 0; middle < reaches.size(); ++middle)
    for (llvm::BitVector &row : reaches)
      if (row.test(middle))
        row |= reaches[middle];
  return reaches;
}

void FissionPlan::findChain() {
  // Dependences inside a block.
  unsigned count = kinds.size();
  DenseMap<Value, llvm::BitVector> reads;
  auto collect = [&](ArrayRef<Value> values) {
    llvm::BitVector result(count);
    for (Value value : values) {
      unsigned index;
      if (isCarried(value, index))
        result.set(index);
      else if (auto it = reads.find(value); it != reads.end())
        result |= it->second;
    }
    return result;
  };
  for (Operation &op : body.without_terminator()) {
    llvm::BitVector all = collect(getReads(&op));
    for (Value result : op.getResults())
      reads[result] = all;
  }
  SmallVector<llvm::BitVector> direct;
  for (unsigned index = 0; index < count; ++index)
    direct.push_back(collect(getNext(index)));
  SmallVector<llvm::BitVector> reaches = closeTransitively(std::move(direct));

  for (unsigned index = 0; index < count; ++index) {
    BlockArgument carried = loop.getCarried()[index];
    if (additions[index] && isAddition(additions[index]))
      kinds[index] = CarryKind::Summed;
    else if (reaches[index].test(index) || !canHaveBlocks(carried.getType()) ||
             cast<RankedTensorType>(carried.getType()).getRank() < 2)
      kinds[index] = CarryKind::Sequential;
    else
      kinds[index] = CarryKind::Shifted;
  }
  for (auto [op, why] : blocked)
    chain.insert(op);
  do
    findDependent();
  while (growChain());
}

FissionPlan::FissionPlan(RecurrenceOp loop)
    : loop(loop), body(loop.getBody().front()),
      kinds(loop.getInits().size(), CarryKind::Sequential) {
  findInvariants();
  findTerms();
  for (Operation &op : body.without_terminator()) {
    if (places.contains(&op) || isAddition(&op))
      continue;
    std::string obstacle = getObstacle(op);
    if (!obstacle.empty())
      blocked.emplace_back(&op, obstacle);
  }
  findChain();
  for (Operation &op : body.without_terminator()) {
    if (places.contains(&op))
      continue;
    bool depends = llvm::any_of(op.getResults(), [&](Value result) {
      return dependent.contains(result);
    });
    places[&op] = chain.contains(&op) ? Place::Loop
                  : depends           ? Place::After
                                      : Place::Before;
  }
  // An addition stands where its sum does.
  for (unsigned index = 0; index < kinds.size(); ++index)
    if (kinds[index] == CarryKind::Summed)
      places[additions[index]] = getPlace(terms[index]);
}
