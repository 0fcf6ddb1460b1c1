//===- TilePlacer.cpp - Ops on tiles by where the tiles are ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlacer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt::x86;

static bool isTile(Value value) {
  return isa<RankedTensorType>(value.getType());
}

LogicalResult TilePlacer::placeBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    b.setLoc(op.getLoc());
    if (failed(placeOp(op)))
      return failure();
  }
  return success();
}

LogicalResult TilePlacer::placeOp(Operation &op) {
  if (auto load = dyn_cast<brt::tile::LoadOp>(op))
    return placeLoad(load), success();
  if (auto load = dyn_cast<brt::tile::LoadToeplitzOp>(op))
    return placeToeplitz(load), success();
  if (auto add = dyn_cast<brt::tile::AddToeplitzOp>(op))
    return placeAddToeplitz(add);
  if (auto store = dyn_cast<brt::tile::StoreOp>(op))
    return placeStore(store);
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return placeGeneric(generic);
  if (auto contract = dyn_cast<linalg::ContractOp>(op))
    return placeContraction(contract);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return placeLoop(loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return placeIf(branch);
  // Filled where they are used.
  if (isa<linalg::FillOp, tensor::EmptyOp>(op))
    return success();
  if (llvm::none_of(op.getResults(), isTile) && op.getNumRegions() == 0) {
    b.clone(op, mapping);
    return success();
  }
  return op.emitOpError(
      "expects to be a load, a store, a structured op, a loop "
      "or a branch, which is what x86 can place");
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

TileView TilePlacer::getView(Value memref, ValueRange indices,
                             ArrayRef<int64_t> axes, RankedTensorType tile) {
  SmallVector<Value> mapped = llvm::map_to_vector(
      indices, [&](Value index) { return mapping.lookupOrDefault(index); });
  return TileView::create(b, memref, mapped, axes, tile.getShape());
}

/// Contractions read a tile where it lies. Others do if it is whole, and not
/// written.
void TilePlacer::placeLoad(brt::tile::LoadOp load) {
  if (tiles.contains(load))
    return;
  TileView view = getView(load.getView(), load.getIndices(), load.getAxes(),
                          load.getType());
  tiles[load] = view;
  if (isOnlyMultiplied(load))
    return;
  bool isWritten = llvm::any_of(load.getView().getUsers(),
                                llvm::IsaPred<brt::tile::StoreOp>);
  Value box = getBox(view);
  if (!isWritten && llvm::all_of(view.axes, [](const TileAxis &axis) {
        return axis.isWhole();
      })) {
    buffers[load] = box;
    readOnly.insert(box);
    return;
  }
  Value scratch = allocateTile(load);
  setScratch(load, scratch);
  TileView inScratch = tiles.lookup(load);
  for (auto [axis, walked] : llvm::zip_equal(inScratch.axes, view.axes)) {
    axis.extent = walked.extent;
    axis.count = walked.count;
  }
  copy(box, getBox(inScratch));
  Value padding = arith::ConstantOp::create(
      b, b.getFloatAttr(load.getType().getElementType(),
                        load.getPadding().convertToDouble()));
  fillBehindEnds(scratch, inScratch, padding);
}

LogicalResult TilePlacer::placeStore(brt::tile::StoreOp store) {
  Value tile = store.getTile();
  if (tile.getDefiningOp<linalg::FillOp>())
    return placeFill(store);
  // A tile in its destination has no buffer.
  if (!buffers.contains(tile))
    return success();
  TileView view = getView(store.getView(), store.getIndices(), store.getAxes(),
                          store.getTile().getType());
  setScratch(tile, buffers.lookup(tile));
  TileView inScratch = tiles.lookup(tile);
  for (auto [axis, walked] : llvm::zip_equal(inScratch.axes, view.axes)) {
    axis.extent = walked.extent;
    axis.count = walked.count;
  }
  copy(getBox(inScratch), getBox(view));
  return success();
}

LogicalResult TilePlacer::placeFill(brt::tile::StoreOp store) {
  auto fill = store.getTile().getDefiningOp<linalg::FillOp>();
  TileView tile = getView(store.getView(), store.getIndices(), store.getAxes(),
                          store.getTile().getType());
  if (tile.axes.size() != 2 || !tile.isContiguous(1))
    return store.emitOpError("expects a filled tile to have two axes, the "
                             "second contiguous");
  fillTile(b, tile, mapping.lookupOrDefault(fill.value()),
           getWidth(tile.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// Structured ops, loops and branches
//===----------------------------------------------------------------------===//

/// The same op on buffers; nothing where packing converts numbers.
LogicalResult TilePlacer::placeGeneric(linalg::GenericOp op) {
  if (Value from = getConverted(op.getResult(0));
      from && isOnlyMultiplied(from) && tiles.contains(from)) {
    TileView view = tiles.lookup(from);
    if (isa<arith::TruncFOp>(op.getBody()->front()))
      view.rounded = getElementTypeOrSelf(op.getResult(0));
    tiles[op.getResult(0)] = view;
    return success();
  }
  SmallVector<Value> inputs, outputs;
  for (Value input : op.getInputs()) {
    if (isTile(input) && !buffers.contains(input))
      return op.emitOpError("expects to read tiles that were loaded or "
                            "computed");
    inputs.push_back(isTile(input) ? buffers.lookup(input)
                                   : mapping.lookupOrDefault(input));
  }
  for (OpOperand &init : op.getDpsInitsMutable()) {
    bool reads = op.payloadUsesValueFromOperand(&init);
    outputs.push_back(updateInPlace(init.get(), op, reads));
  }
  auto placed = linalg::GenericOp::create(
      b, TypeRange(), inputs, outputs, op.getIndexingMaps(),
      op.getIteratorTypes(), /*doc=*/nullptr, /*library_call=*/nullptr);
  op.getRegion().cloneInto(&placed.getRegion(), mapping);
  for (auto [result, output] : llvm::zip_equal(op.getResults(), outputs))
    setScratch(result, output);
  return success();
}

/// Tiles that a loop carries stay where they are.
LogicalResult TilePlacer::placeLoop(scf::ForOp loop) {
  for (auto [argument, init, result] : llvm::zip_equal(
           loop.getRegionIterArgs(), loop.getInits(), loop.getResults())) {
    if (tiles.contains(argument))
      continue;
    if (!isTile(argument))
      return loop.emitOpError("expects to carry tiles, but got ")
             << argument.getType();
    bool reads = mayBeEmpty(loop) || !isFoldedFill(init);
    setScratch(argument, updateInPlace(init, loop, reads));
    setScratch(result, buffers.lookup(argument));
  }
  auto bound = [&](Value value) { return mapping.lookupOrDefault(value); };
  auto outer =
      scf::ForOp::create(b, bound(loop.getLowerBound()),
                         bound(loop.getUpperBound()), bound(loop.getStep()));
  placed[loop] = outer;
  mapping.map(loop.getInductionVar(), outer.getInductionVar());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(outer.getBody());
  placeStoredTiles(*loop.getBody());
  if (failed(placeBlock(*loop.getBody())))
    return failure();
  SmallVector<Value> places =
      llvm::map_to_vector(loop.getRegionIterArgs(), [&](Value argument) {
        return buffers.lookup(argument);
      });
  for (auto [yielded, place] :
       llvm::zip_equal(loop.getYieldedValues(), places)) {
    if (!place)
      continue;
    Value from = buffers.lookup(yielded);
    if (!from || (from != place && llvm::is_contained(places, from)))
      return loop.emitOpError("expects to yield a tile that was computed, and "
                              "not in the place of another");
    copy(from, place);
  }
  return success();
}

/// Both branches update one tile, or leave it as it is.
LogicalResult TilePlacer::placeIf(scf::IfOp op) {
  if (!llvm::all_of(op.getResults(), isTile))
    return op.emitOpError("expects to have tiles as results");
  auto branch = scf::IfOp::create(b, mapping.lookupOrDefault(op.getCondition()),
                                  /*withElseRegion=*/true);
  placed[op] = branch;
  for (auto [from, to] : {std::pair(op.thenBlock(), branch.thenBlock()),
                          std::pair(op.elseBlock(), branch.elseBlock())}) {
    if (!from)
      continue;
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(to);
    if (failed(placeBlock(*from)))
      return failure();
  }
  for (unsigned i = 0; i < op.getNumResults(); ++i) {
    Value onTrue = buffers.lookup(op.thenYield().getOperand(i));
    if (!onTrue || onTrue != buffers.lookup(op.elseYield().getOperand(i)))
      return op.emitOpError("expects both branches to update one tile");
    setScratch(op.getResult(i), onTrue);
  }
  return success();
}
