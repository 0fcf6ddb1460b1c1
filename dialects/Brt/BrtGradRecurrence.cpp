//===- BrtGradRecurrence.cpp - Adjoint of the recurrence over blocks ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The adjoint of a loop is a loop over the same blocks the other way round. It
// reads the gradients of the result's pieces, carries the gradients of what the
// loop carries, and yields the gradients of the sequences' pieces. Gradients of
// captured values, such as parameters, are summed in its carry.
//
// What the adjoint of a block reads of the block itself is computed again where
// that takes no product and nothing that is not read anyway. Else the forward
// loop yields it as one more piece.
//
//===----------------------------------------------------------------------===//

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Types of pieces
//===----------------------------------------------------------------------===//

/// Pieces are put together along a static axis 1.
static bool canBePiece(RankedTensorType type) {
  return type.getRank() >= 2 && !type.isDynamicDim(1);
}

/// Groups of axes that bring `type` from, or to, a type with an axis of one
/// element where pieces are put together.
static SmallVector<ReassociationIndices> getUnitAxis(RankedTensorType type) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    groups.push_back({axis + (axis > 0)});
  if (!groups.empty())
    groups[0].push_back(1);
  return groups;
}

static RankedTensorType getTypeWithUnitAxis(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  if (shape.empty())
    shape.push_back(1);
  shape.insert(shape.begin() + 1, 1);
  return RankedTensorType::get(shape, type.getElementType());
}

/// `value` as a piece: with an axis of one element where it needs one.
static Value toPiece(OpBuilder &builder, Value value) {
  RankedTensorType type = getTensorType(value);
  if (canBePiece(type))
    return value;
  return tensor::ExpandShapeOp::create(builder, value.getLoc(),
                                       getTypeWithUnitAxis(type), value,
                                       getUnitAxis(type));
}

static Value fromPiece(OpBuilder &builder, Value piece, RankedTensorType type) {
  if (canBePiece(type))
    return piece;
  return tensor::CollapseShapeOp::create(builder, piece.getLoc(), type, piece,
                                         getUnitAxis(type));
}

/// Only tensors are carried: a scalar's gradient is one of rank 0.
static Value toTensor(OpBuilder &builder, Value value) {
  if (isa<RankedTensorType>(value.getType()))
    return value;
  return tensor::FromElementsOp::create(
      builder, value.getLoc(), RankedTensorType::get({}, value.getType()),
      value);
}

static Value fromTensor(OpBuilder &builder, Value value, Type type) {
  if (isa<RankedTensorType>(type))
    return value;
  return tensor::ExtractOp::create(builder, value.getLoc(), value,
                                   ValueRange());
}

//===----------------------------------------------------------------------===//
// The two loops
//===----------------------------------------------------------------------===//

namespace {
/// Builds the adjoint of one loop. Its body grows in `block`, which belongs to
/// no loop until all of its arguments are known.
class RecurrenceAdjoint {
public:
  RecurrenceAdjoint(RecurrenceOp loop, OpBuilder &builder, Gradients &outer)
      : loop(loop), loc(loop.getLoc()), builder(builder), outer(outer),
        inner(outer.getActive()), inside(loop.getContext()) {
    inside.setInsertionPointToEnd(&block);
  }

  LogicalResult emit();

private:
  /// A new argument of the body: a piece of `operand`, or what carries on from
  /// it.
  Value addPiece(Value operand, Type type);
  Value addCarried(Value operand);

  void seed();
  void collect();
  void bringForwardValues();
  Value bring(Value value);
  Value bringExtent(tensor::DimOp op);
  bool isInvariant(Value value);
  void findNeeded();
  bool isCheap(Value value);
  bool isInside(Value value) {
    // What the reverse body defines is in no region yet.
    Region *region = value.getParentRegion();
    return region && loop.getBody().isAncestor(region);
  }
  RecurrenceOp extendForward();
  RecurrenceOp createReverse(RecurrenceOp forward);

  RecurrenceOp loop;
  Location loc;
  OpBuilder &builder;
  Gradients &outer;
  Gradients inner;

  Block block;
  OpBuilder inside;
  /// Arguments of `block`, with the operands of the reverse loop they come
  /// from.
  SmallVector<std::pair<BlockArgument, Value>> pieces, carried;
  /// Whose gradients the body yields.
  SmallVector<Value> ofPieces, ofCarry;
  /// Values of the forward body that the reverse body reads.
  DenseSet<Value> needed;
  /// Values of the forward body that it yields as pieces more, and the
  /// arguments of `block` that are these pieces.
  SmallVector<Value> saved;
  SmallVector<BlockArgument> savedPieces;
  /// Values of the forward body, and what stands for them in `block`.
  IRMapping brought;
};
} // namespace

Value RecurrenceAdjoint::addPiece(Value operand, Type type) {
  BlockArgument argument = block.addArgument(type, loc);
  pieces.emplace_back(argument, operand);
  return argument;
}

Value RecurrenceAdjoint::addCarried(Value operand) {
  BlockArgument argument = block.addArgument(operand.getType(), loc);
  carried.emplace_back(argument, operand);
  return argument;
}

/// Starts the gradients of what a block yields: of pieces from the result's
/// gradient, of the carry from the block after.
void RecurrenceAdjoint::seed() {
  YieldOp yield = loop.getYield();
  for (auto [result, piece] : llvm::zip(loop.getResults(), yield.getPieces()))
    if (Value gradient = outer.get(result))
      inner.add(inside, piece, addPiece(gradient, piece.getType()));
  for (auto [argument, result, next] : llvm::zip_equal(
           loop.getCarried(), loop.getFinalCarry(), yield.getCarry())) {
    if (!inner.wants(argument) && !inner.wants(next))
      continue;
    Value gradient = outer.get(result);
    if (!gradient)
      gradient = createZerosLike(builder, loc, result);
    inner.add(inside, next, addCarried(gradient));
    ofCarry.push_back(argument);
  }
}

/// Yields the gradients of the block's arguments and of captured values.
void RecurrenceAdjoint::collect() {
  SmallVector<Value> yieldedPieces, yieldedCarry;
  for (auto [piece, sequence] :
       llvm::zip_equal(loop.getPieces(), loop.getSequences()))
    if (Value gradient = inner.get(piece)) {
      yieldedPieces.push_back(gradient);
      ofPieces.push_back(sequence);
    }
  for (Value &value : ofCarry) {
    auto argument = cast<BlockArgument>(value);
    Value gradient = inner.get(argument);
    if (!gradient)
      gradient =
          createZerosLike(inside, loc, carried[yieldedCarry.size()].first);
    yieldedCarry.push_back(gradient);
    value = loop.getInits()[argument.getArgNumber() - loop.getPieces().size()];
  }
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(loop.getBody(), captured);
  for (Value value : captured)
    if (Value gradient = inner.get(value)) {
      Value zeros = toTensor(builder, createZerosLike(builder, loc, value));
      Value sum = arith::AddFOp::create(inside, loc, addCarried(zeros),
                                        toTensor(inside, gradient));
      yieldedCarry.push_back(sum);
      ofCarry.push_back(value);
    }
  YieldOp::create(inside, loc, yieldedPieces, yieldedCarry);
  eraseDeadOps(block);
}

//===----------------------------------------------------------------------===//
// Values of the forward body
//===----------------------------------------------------------------------===//

/// Whether `value` is the same in every block and cheap enough to compute
/// again.
bool RecurrenceAdjoint::isInvariant(Value value) {
  if (!isInside(value))
    return true;
  Operation *op = value.getDefiningOp();
  return op && isPure(op) && op->getNumRegions() == 0 &&
         llvm::all_of(op->getOperands(),
                      [&](Value operand) { return isInvariant(operand); });
}

/// Whether an op of the level `cell` is but a pass over its operands.
static bool isPass(Operation *op) {
  return isPure(op) && (op->hasTrait<OpTrait::Elementwise>() ||
                        isa<ActivationOp, AddStateIdsOp, MergeHeadsOp, NormOp,
                            RotaryOp, SplitHeadsOp, UnitNormalizeOp>(op));
}

void RecurrenceAdjoint::findNeeded() {
  block.walk([&](Operation *op) {
    if (!isa<tensor::DimOp>(op))
      needed.insert(op->operand_begin(), op->operand_end());
  });
}

/// Whether `value` follows by passes from what the reverse body has anyway.
bool RecurrenceAdjoint::isCheap(Value value) {
  Operation *op = value.getDefiningOp();
  return op && isPass(op) &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           return !isInside(operand) || needed.contains(operand) ||
                  llvm::is_contained(loop.getPieces(), operand) ||
                  isCheap(operand);
         });
}

/// Extents do not change from block to block: that of an argument is its
/// operand's, and that of a result of our ops, whose only dynamic extent is the
/// number of lanes, any operand's.
Value RecurrenceAdjoint::bringExtent(tensor::DimOp op) {
  std::optional<int64_t> axis = op.getConstantIndex();
  Value source = op.getSource();
  while (axis && isInside(source)) {
    if (auto argument = dyn_cast<BlockArgument>(source)) {
      if (*axis == 1 && llvm::is_contained(loop.getPieces(), argument))
        return {};
      source = loop->getOperand(argument.getArgNumber());
      continue;
    }
    Operation *producer = source.getDefiningOp();
    if (*axis != 0 || !isa<BrtDialect>(producer->getDialect()))
      return {};
    auto hasLanes = [](Value operand) {
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      return type && type.getRank() > 0 && type.isDynamicDim(0);
    };
    auto *operand = llvm::find_if(producer->getOpOperands(), [&](auto &use) {
      return hasLanes(use.get());
    });
    if (operand == producer->getOpOperands().end())
      return {};
    source = operand->get();
  }
  if (!axis)
    return {};
  return tensor::DimOp::create(inside, loc, source, *axis);
}

/// What stands for a value of the forward body in the reverse body.
Value RecurrenceAdjoint::bring(Value value) {
  if (!isInside(value))
    return value;
  if (Value known = brought.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  if (auto dim = dyn_cast_if_present<tensor::DimOp>(op))
    if (Value extent = bringExtent(dim)) {
      brought.map(value, extent);
      return extent;
    }
  auto type = dyn_cast<RankedTensorType>(value.getType());
  // A scalar cannot be a piece.
  if (!type || isInvariant(value) || isCheap(value)) {
    op->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
          brought.map(operand, bring(operand));
    });
    inside.clone(*op, brought);
    return brought.lookup(value);
  }
  if (auto argument = dyn_cast<BlockArgument>(value);
      argument && llvm::is_contained(loop.getPieces(), argument)) {
    Value sequence = loop.getSequences()[argument.getArgNumber()];
    brought.map(value, addPiece(sequence, type));
    return brought.lookup(value);
  }
  BlockArgument argument = block.addArgument(
      canBePiece(type) ? type : getTypeWithUnitAxis(type), loc);
  saved.push_back(value);
  savedPieces.push_back(argument);
  brought.map(value, fromPiece(inside, argument, type));
  return brought.lookup(value);
}

/// Replaces all uses of the forward body's values in the reverse body.
void RecurrenceAdjoint::bringForwardValues() {
  // A value that only tells its extents need not be brought.
  for (auto dim : llvm::make_early_inc_range(block.getOps<tensor::DimOp>())) {
    inside.setInsertionPoint(dim);
    Value extent = isInside(dim.getSource()) ? bringExtent(dim) : Value();
    if (!extent)
      continue;
    dim.getResult().replaceAllUsesWith(extent);
    dim.erase();
  }
  findNeeded();
  inside.setInsertionPointToStart(&block);
  // Ops that bring a value come before the first of these.
  for (Operation &op : llvm::make_range(block.begin(), block.end()))
    op.walk([&](Operation *nested) {
      for (OpOperand &use : nested->getOpOperands())
        if (isInside(use.get()))
          use.set(bring(use.get()));
    });
}

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

/// The loop with the saved values as results more, before its final carry.
RecurrenceOp RecurrenceAdjoint::extendForward() {
  if (saved.empty())
    return loop;
  OpBuilder before(loop);
  auto extended = RecurrenceOp::create(
      before, loc, loop.getBlocks(), loop.getSequences(), loop.getInits(),
      [&](OpBuilder &body, Location, ValueRange, ValueRange) {
        Block *target = body.getInsertionBlock();
        Block &source = loop.getBody().front();
        for (Value &value : saved)
          if (auto argument = dyn_cast<BlockArgument>(value))
            value = target->getArgument(argument.getArgNumber());
        for (auto [from, to] :
             llvm::zip_equal(source.getArguments(), target->getArguments()))
          from.replaceAllUsesWith(to);
        target->getOperations().splice(target->end(), source.getOperations());
        auto yield = cast<YieldOp>(target->getTerminator());
        OpBuilder end(yield);
        for (Value value : saved)
          yield.getPiecesMutable().append(toPiece(end, value));
      });
  extended.setReverse(loop.getReverse());
  extended->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  size_t pieceCount = loop.getNumResults() - loop.getInits().size();
  loop->getResults()
      .take_front(pieceCount)
      .replaceAllUsesWith(extended.getResults().take_front(pieceCount));
  loop.getFinalCarry().replaceAllUsesWith(extended.getFinalCarry());
  loop.erase();
  return extended;
}

RecurrenceOp RecurrenceAdjoint::createReverse(RecurrenceOp forward) {
  SmallVector<Value> sequences, inits;
  for (auto [argument, operand] : pieces)
    sequences.push_back(operand);
  size_t carryCount = forward.getInits().size();
  llvm::append_range(
      sequences,
      forward.getResults().drop_back(carryCount).take_back(saved.size()));
  for (auto [argument, operand] : carried)
    inits.push_back(operand);
  SmallVector<BlockArgument> arguments;
  for (auto [argument, operand] : pieces)
    arguments.push_back(argument);
  llvm::append_range(arguments, savedPieces);
  for (auto [argument, operand] : carried)
    arguments.push_back(argument);

  auto reverse = RecurrenceOp::create(
      builder, loc, forward.getBlocks(), sequences, inits,
      [&](OpBuilder &body, Location, ValueRange, ValueRange) {
        Block *target = body.getInsertionBlock();
        for (auto [from, to] :
             llvm::zip_equal(arguments, target->getArguments()))
          from.replaceAllUsesWith(to);
        target->getOperations().splice(target->end(), block.getOperations());
      });
  reverse.setReverse(!forward.getReverse());
  return reverse;
}

LogicalResult RecurrenceAdjoint::emit() {
  seed();
  if (failed(inner.emitAdjoints(inside, loop.getBody().front())))
    return failure();
  collect();
  bringForwardValues();
  RecurrenceOp forward = extendForward();
  RecurrenceOp reverse = createReverse(forward);
  for (auto [value, gradient] : llvm::zip(ofPieces, reverse.getResults()))
    outer.add(builder, value, gradient);
  for (auto [value, gradient] :
       llvm::zip_equal(ofCarry, reverse.getFinalCarry()))
    outer.add(builder, value, fromTensor(builder, gradient, value.getType()));
  return success();
}

LogicalResult RecurrenceOp::emitAdjoint(OpBuilder &builder,
                                        Gradients &gradients) {
  return RecurrenceAdjoint(*this, builder, gradients).emit();
}
