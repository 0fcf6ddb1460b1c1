//===- PlaceStored.cpp - Tiles in their destinations ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlacer.h"

using namespace mlir;
using namespace brt::x86;

bool brt::x86::isFoldedFill(Value tile) {
  return llvm::all_of(tile.getUses(), [](OpOperand &use) {
    if (auto contract = dyn_cast<linalg::ContractOp>(use.getOwner()))
      return contract.isDpsInit(&use);
    auto loop = dyn_cast<scf::ForOp>(use.getOwner());
    return loop && isFoldedFill(loop.getTiedLoopRegionIterArg(&use));
  });
}

bool brt::x86::mayBeEmpty(scf::ForOp loop) {
  return loop.getStaticTripCount().value_or(APInt()).isZero();
}

/// Whether a tile is made by updates of what lies where it is stored, or of
/// `carried` by the loop around, with no other use on the way.
static bool isUpdateOf(Value tile, brt::tile::StoreOp store,
                       Value carried = {}) {
  if (!tile.hasOneUse())
    return false;
  Operation *op = tile.getDefiningOp();
  if (!op)
    return tile == carried;
  if (isa<linalg::FillOp>(op))
    return isFoldedFill(tile);
  if (auto contract = dyn_cast<linalg::ContractOp>(op))
    return isUpdateOf(contract.getOutputs()[0], store, carried);
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    unsigned number = cast<OpResult>(tile).getResultNumber();
    Value init = loop.getInits()[number];
    Value argument = loop.getRegionIterArg(number);
    // Nobody would write a number that nothing is added to.
    if (mayBeEmpty(loop) && init.getDefiningOp<linalg::FillOp>())
      return false;
    return argument.hasOneUse() &&
           isUpdateOf(loop.getYieldedValues()[number], store, argument) &&
           isUpdateOf(init, store, carried);
  }
  auto load = dyn_cast<brt::tile::LoadOp>(op);
  return load && load.getView() == store.getView() &&
         load.getIndices() == store.getIndices() &&
         load.getAxes() == store.getAxes();
}

/// Places a tile, and the tiles that it was made from by updates.
void TilePlacer::placeAt(Value tile, const TileView &view) {
  tiles[tile] = view;
  Operation *op = tile.getDefiningOp();
  if (!op)
    return;
  if (auto contract = dyn_cast<linalg::ContractOp>(op))
    return placeAt(contract.getOutputs()[0], view);
  auto loop = dyn_cast<scf::ForOp>(op);
  if (!loop)
    return;
  unsigned number = cast<OpResult>(tile).getResultNumber();
  placeAt(loop.getRegionIterArg(number), view);
  placeAt(loop.getBody()->getTerminator()->getOperand(number), view);
  placeAt(loop.getInits()[number], view);
}

/// Tiles that are stored are computed where they are to be, if they can.
void TilePlacer::placeStoredTiles(Block &block) {
  for (auto store : block.getOps<brt::tile::StoreOp>()) {
    bool isKnown = llvm::all_of(store.getIndices(), [&](Value index) {
      return index.getParentBlock() != &block || mapping.contains(index);
    });
    Value tile = store.getTile();
    if (isKnown && !tile.getDefiningOp<linalg::FillOp>() &&
        isUpdateOf(tile, store))
      placeAt(tile, getView(store.getView(), store.getIndices(),
                            store.getAxes(), store.getTile().getType()));
  }
}
