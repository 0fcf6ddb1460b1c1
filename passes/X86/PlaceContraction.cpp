//===- PlaceContraction.cpp - Products of tiles where they are ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlacer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace brt::x86;

/// The number that a tile holds before any contraction, or null where it is in
/// memory; `isFirst` tells whether the loops around are at their begin.
Value TilePlacer::getInitial(Value tile, Value &isFirst) {
  while (auto argument = dyn_cast<BlockArgument>(tile)) {
    auto loop = cast<scf::ForOp>(argument.getOwner()->getParentOp());
    tile = loop.getTiedLoopInit(argument)->get();
    if (!isFoldedFill(tile))
      return {};
    Value begins = arith::CmpIOp::create(
        b, arith::CmpIPredicate::eq, mapping.lookup(loop.getInductionVar()),
        mapping.lookupOrDefault(loop.getLowerBound()));
    isFirst = isFirst ? arith::AndIOp::create(b, isFirst, begins).getResult()
                      : begins;
  }
  auto fill = tile.getDefiningOp<linalg::FillOp>();
  return fill && isFoldedFill(tile) ? mapping.lookupOrDefault(fill.value())
                                    : Value();
}

/// The axis of an operand that a loop of a contraction walks.
static unsigned getAxis(AffineMap map, unsigned loop) {
  return *map.getResultPosition(getAffineDimExpr(loop, map.getContext()));
}

/// Ends an axis of scratch where one of another tile does.
static void endLike(TileAxis &axis, const TileAxis &other) {
  axis.extent = other.extent;
  axis.factor = other.factor;
  axis.count = other.count;
}

/// Two numbers share a cell if factors end at one place, and tiles of them
/// begin at even ones.
static bool canPairUp(const TileAxis &lhs, const TileAxis &rhs) {
  auto beginsEven = [](const TileAxis &depth) {
    return depth.size % 2 == 0 || depth.extent <= depth.size;
  };
  return !ShapedType::isDynamic(lhs.extent) && lhs.extent == rhs.extent &&
         lhs.size == rhs.size && beginsEven(lhs);
}

void Contraction::chooseCells(Builder &b, bool hasDotProducts) {
  cell.isPair = hasDotProducts && lhs.number.isBF16() && rhs.number.isBF16() &&
                canPairUp(lhs.getDepth(), rhs.getDepth());
  cell.type = cell.isPair ? b.getI32Type() : result.getElementType();
}

void Contraction::setDepth(IndexBuilder &b, const TileAxis &numbers) {
  depth = numbers;
  wholeCells = depth.count;
  mayBeCut = cell.isPair && depth.getRest(2) != 0;
  if (!cell.isPair)
    return;
  wholeCells = b.div(depth.count, 2);
  depth.size = llvm::divideCeil(depth.size, 2);
  depth.extent = llvm::divideCeil(depth.extent, 2);
  depth.count = b.ceilDiv(depth.count, 2);
}

void Contraction::forEachCell(IndexBuilder &b, Value begin,
                              function_ref<void(Value, bool)> body) const {
  b.loop(begin, wholeCells, 1, [&](Value k) { body(k, /*isCut=*/false); });
  if (mayBeCut)
    b.loop(wholeCells, depth.count, 1,
           [&](Value k) { body(k, /*isCut=*/true); });
}

/// Packs a right factor where it was made: loops behind that use it again, and
/// other contractions too.
Value TilePlacer::packRight(Value tile, Contraction contraction,
                            const RegisterTile &registers, Operation *op) {
  Value &packed = panels[{tile, contraction.rhs.other, contraction.cell.type}];
  if (packed)
    return packed;
  OpBuilder::InsertionGuard guard(b);
  Operation *user = tile.getParentBlock()->findAncestorOpInBlock(*op);
  if (user != op)
    b.setInsertionPoint(placed.at(user));
  contraction.setDepth(b, contraction.rhs.getDepth());
  if (scf::ForOp loop = getKeptLoop(tile)) {
    Operation *around = loop->getParentOp();
    around = around == grid ? task.getOperation() : placed.at(around);
    if (around)
      return packed = keepPanels(loop, around, contraction, registers);
  }
  packed = allocateScratch(getPanelsType(contraction, registers));
  packPanels(b, contraction, registers, packed);
  return packed;
}

/// The panels of a left factor that another contraction in the block of `op`
/// has as its right one, with the depth as columns; or null.
Value TilePlacer::findPanels(Value tile, const Contraction &contraction,
                             const RegisterTile &registers, Operation *op) {
  // Pairs lie along the depth of either.
  if (contraction.cell.isPair)
    return {};
  for (Operation *user : tile.getUsers()) {
    auto other = dyn_cast<linalg::ContractOp>(user);
    if (!other || other == op || other->getBlock() != op->getBlock() ||
        other.getInputs()[1] != tile)
      continue;
    AffineMap right = other.getIndexingMapsArray()[1];
    AffineMap result = other.getIndexingMapsArray()[2];
    if (right.getResult(contraction.lhs.depth) != result.getResult(1))
      continue;
    Contraction packing = contraction;
    packing.rhs = contraction.lhs;
    std::swap(packing.rhs.depth, packing.rhs.other);
    return packRight(tile, packing, registers, op);
  }
  return {};
}

LogicalResult TilePlacer::placeContraction(linalg::ContractOp op) {
  FailureOr<linalg::ContractionDimensions> loops =
      linalg::inferContractionDims(op);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  bool isProduct = succeeded(loops) && loops->m.size() == 1 &&
                   loops->n.size() == 1 && loops->k.size() == 1 &&
                   loops->batch.empty();
  Value lhs = op.getInputs()[0], rhs = op.getInputs()[1],
        init = op.getOutputs()[0], result = op->getResult(0);
  if (!isProduct || !tiles.contains(lhs) || !tiles.contains(rhs))
    return op.emitOpError("expects to be a product of two tiles that are "
                          "somewhere");
  unsigned m = loops->m[0], n = loops->n[0], k = loops->k[0];
  Value isFirst, initial = getInitial(init, isFirst);
  bool isInScratch = !tiles.contains(result);
  if (isInScratch)
    setScratch(result, updateInPlace(init, op, /*reads=*/!initial || isFirst));
  Contraction contraction;
  contraction.lhs = {tiles.lookup(lhs), getAxis(maps[0], k),
                     getAxis(maps[0], m), getNumberType(lhs)};
  contraction.rhs = {tiles.lookup(rhs), getAxis(maps[1], k),
                     getAxis(maps[1], n), getNumberType(rhs)};
  contraction.result = tiles.lookup(result);
  contraction.initial = initial;
  contraction.isFirst = isFirst;
  contraction.resultRow = getAxis(maps[2], m);
  contraction.resultColumn = getAxis(maps[2], n);
  if (!contraction.result.isContiguous(contraction.resultColumn))
    return op.emitOpError("expects columns of the result to be contiguous");
  RegisterTile tile{rows, /*vectors=*/2,
                    getWidth(contraction.result.getElementType())};
  contraction.chooseCells(b, hasDotProducts);
  Value right = packRight(rhs, contraction, tile, op);
  Value leftPanels = findPanels(lhs, contraction, tile, op);
  // Factors in scratch are padded; what lies in memory tells where axes end.
  TileAxis depth = contraction.rhs.getDepth();
  if (depth.isWhole())
    endLike(depth, contraction.lhs.getDepth());
  contraction.setDepth(b, depth);
  if (isInScratch) {
    SmallVector<TileAxis> &axes = contraction.result.axes;
    endLike(axes[contraction.resultRow], contraction.lhs.getOther());
    endLike(axes[contraction.resultColumn], contraction.rhs.getOther());
    if (initial)
      fillBehindEnds(contraction.result.view, contraction.result, initial);
  }
  LeftFactor left(contraction, tile, leftPanels);
  if (MemRefType type = left.getScratchType())
    left.prepare(b, allocateScratch(type));
  addProduct(b, contraction, tile, left, right);
  return success();
}
