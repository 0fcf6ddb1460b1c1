//===- PlaceTiles.cpp - Programs over tiles to loops of vectors -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Contraction.h"
#include "brt/dialects/Tile/Tile.h"
#include "brt/passes/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace brt {
#define GEN_PASS_DEF_PLACETILESX86PASS
#include "brt/passes/X86/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt::x86;

/// Below this many products, counted for one lane, threads cost more than they
/// save.
static constexpr int64_t kParallelWork = 32 * 1024;
/// Of a cache line.
static constexpr int64_t kAlignment = 64;

namespace {

/// Lowers one program: a grid and its body.
class TilePlacer {
public:
  TilePlacer(RewriterBase &rewriter, scf::ForallOp grid, int64_t vectorBytes,
             int64_t rows)
      : b(grid.getLoc(), rewriter), grid(grid), vectorBytes(vectorBytes),
        rows(rows) {}

  LogicalResult place();

private:
  int64_t countProducts();
  LogicalResult placeStoredTiles(Block &block);
  LogicalResult placeTile(Value tile, const TileView &view,
                          brt::tile::StoreOp store);
  LogicalResult placeBlock(Block &block);
  LogicalResult placeOp(Operation &op);
  LogicalResult placeLoop(scf::ForOp loop);
  LogicalResult placeFill(brt::tile::StoreOp store);
  LogicalResult placeContraction(linalg::ContractOp op);
  Value getInitial(Value tile, Value &isFirst);
  Value allocateScratch(MemRefType type);
  int64_t getWidth(Type element) {
    return vectorBytes * 8 / element.getIntOrFloatBitWidth();
  }

  IndexBuilder b;
  scf::ForallOp grid;
  int64_t vectorBytes, rows;
  /// Values that are not tiles.
  IRMapping mapping;
  /// Where tiles are: those that are stored, there; others where they were
  /// loaded.
  DenseMap<Value, TileView> tiles;
  /// Where scratch of a thread is allocated.
  Block *scratchBlock = nullptr;
};

} // namespace

//===----------------------------------------------------------------------===//
// Grid
//===----------------------------------------------------------------------===//

/// Products of the whole grid, for one lane.
int64_t TilePlacer::countProducts() {
  int64_t products = 0;
  grid.walk([&](linalg::ContractOp op) {
    int64_t count = 1;
    for (int64_t extent : op.getStaticLoopRanges())
      count *= extent;
    for (auto loop = op->getParentOfType<scf::ForOp>(); loop;
         loop = loop->getParentOfType<scf::ForOp>())
      if (std::optional<APInt> trips = loop.getStaticTripCount())
        count *= trips->getSExtValue();
    products += count;
  });
  for (OpFoldResult bound : grid.getMixedUpperBound())
    products *= getConstantIntValue(bound).value_or(1);
  return products;
}

/// Numbers the iterations of the grid in row-major order.
LogicalResult TilePlacer::place() {
  SmallVector<Value> bounds;
  Value total = b.index(1);
  for (OpFoldResult bound : grid.getMixedUpperBound()) {
    bounds.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), bound));
    total = arith::MulIOp::create(b, total, bounds.back());
  }
  Block *body;
  Value task;
  if (countProducts() >= kParallelWork) {
    auto parallel = scf::ParallelOp::create(
        b, ValueRange{b.index(0)}, ValueRange{total}, ValueRange{b.index(1)});
    body = parallel.getBody();
    task = parallel.getInductionVars().front();
    scratchBlock = body;
  } else {
    auto loop = scf::ForOp::create(b, b.index(0), total, b.index(1));
    body = loop.getBody();
    task = loop.getInductionVar();
    scratchBlock =
        &grid->getParentOfType<FunctionOpInterface>().getFunctionBody().front();
  }
  b.setInsertionPointToStart(body);
  // Named, as llvm::reverse() does not keep what it is given alive.
  SmallVector<Value> indices = grid.getInductionVars();
  for (auto [index, bound] : llvm::reverse(llvm::zip_equal(indices, bounds))) {
    mapping.map(index, arith::RemUIOp::create(b, task, bound).getResult());
    task = arith::DivUIOp::create(b, task, bound);
  }
  if (failed(placeStoredTiles(*grid.getBody())))
    return failure();
  return placeBlock(*grid.getBody());
}

//===----------------------------------------------------------------------===//
// Where tiles are
//===----------------------------------------------------------------------===//

template <typename OpT>
static TileView createView(IndexBuilder &b, OpT op, RankedTensorType type,
                           const IRMapping &mapping) {
  SmallVector<Value> indices;
  for (Value index : op.getIndices())
    indices.push_back(mapping.lookupOrDefault(index));
  return TileView::create(b, op.getView(), indices, op.getAxes(),
                          type.getShape());
}

/// Tiles that are stored are computed where they are to be.
LogicalResult TilePlacer::placeStoredTiles(Block &block) {
  for (auto store : block.getOps<brt::tile::StoreOp>()) {
    if (store.getTile().getDefiningOp<linalg::FillOp>())
      continue;
    for (Value index : store.getIndices())
      if (index.getParentBlock() == &block && !mapping.contains(index))
        return store.emitOpError("expects indices from outside of the body");
    TileView view = createView(b, store, store.getTile().getType(), mapping);
    if (failed(placeTile(store.getTile(), view, store)))
      return failure();
  }
  return success();
}

/// Places a tile, and the tiles that it was made from by updates.
LogicalResult TilePlacer::placeTile(Value tile, const TileView &view,
                                    brt::tile::StoreOp store) {
  tiles[tile] = view;
  // What a loop carries is placed with the loop.
  Operation *op = tile.getDefiningOp();
  if (!op || isa<linalg::FillOp>(op))
    return success();
  if (auto contract = dyn_cast<linalg::ContractOp>(op))
    return placeTile(contract.getOutputs()[0], view, store);
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    unsigned number = cast<OpResult>(tile).getResultNumber();
    tiles[loop.getRegionIterArg(number)] = view;
    Value yielded = loop.getBody()->getTerminator()->getOperand(number);
    return success(succeeded(placeTile(yielded, view, store)) &&
                   succeeded(placeTile(loop.getInits()[number], view, store)));
  }
  auto load = dyn_cast<brt::tile::LoadOp>(op);
  if (!load)
    return op->emitOpError("expects to be a load, a fill, a contraction or a "
                           "loop, to make a tile that is stored");
  if (load.getView() != store.getView() ||
      load.getIndices() != store.getIndices() ||
      load.getAxes() != store.getAxes())
    return store.emitOpError("expects a tile to be stored where it was loaded");
  return success();
}

//===----------------------------------------------------------------------===//
// Ops of a body
//===----------------------------------------------------------------------===//

LogicalResult TilePlacer::placeBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    b.setLoc(op.getLoc());
    if (failed(placeOp(op)))
      return failure();
  }
  return success();
}

LogicalResult TilePlacer::placeOp(Operation &op) {
  if (auto load = dyn_cast<brt::tile::LoadOp>(op)) {
    if (!tiles.contains(load))
      tiles[load] = createView(b, load, load.getType(), mapping);
    return success();
  }
  if (auto store = dyn_cast<brt::tile::StoreOp>(op))
    return placeFill(store);
  if (auto contract = dyn_cast<linalg::ContractOp>(op))
    return placeContraction(contract);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return placeLoop(loop);
  // Filled where they are stored.
  if (isa<linalg::FillOp, tensor::EmptyOp>(op))
    return success();
  if (llvm::none_of(op.getResultTypes(), llvm::IsaPred<RankedTensorType>) &&
      op.getNumRegions() == 0) {
    b.clone(op, mapping);
    return success();
  }
  return op.emitOpError("expects to be a load, a store, a contraction or a "
                        "loop of tiles, which is what x86 can place");
}

/// Tiles that a loop carries stay where they are.
LogicalResult TilePlacer::placeLoop(scf::ForOp loop) {
  for (Value argument : loop.getRegionIterArgs())
    if (!tiles.contains(argument))
      return loop.emitOpError("expects to carry tiles that are stored");
  auto bound = [&](Value value) { return mapping.lookupOrDefault(value); };
  auto outer =
      scf::ForOp::create(b, bound(loop.getLowerBound()),
                         bound(loop.getUpperBound()), bound(loop.getStep()));
  mapping.map(loop.getInductionVar(), outer.getInductionVar());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(outer.getBody());
  return placeBlock(*loop.getBody());
}

/// A computed tile is where it is stored already; a fill is done now.
LogicalResult TilePlacer::placeFill(brt::tile::StoreOp store) {
  auto fill = store.getTile().getDefiningOp<linalg::FillOp>();
  if (!fill)
    return success();
  TileView tile = createView(b, store, store.getTile().getType(), mapping);
  if (tile.axes.size() != 2 || !tile.isContiguous(1))
    return store.emitOpError("expects a filled tile to have two axes, the "
                             "second contiguous");
  fillTile(b, tile, mapping.lookupOrDefault(fill.value()),
           getWidth(tile.getElementType()));
  return success();
}

/// Scratch that every iteration of a thread uses again.
Value TilePlacer::allocateScratch(MemRefType type) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(scratchBlock);
  return memref::AllocaOp::create(b, type, b.getI64IntegerAttr(kAlignment));
}

/// The number that a tile holds before any contraction, or null where it is in
/// memory; `isFirst` tells whether the loops around are at their begin.
Value TilePlacer::getInitial(Value tile, Value &isFirst) {
  while (auto argument = dyn_cast<BlockArgument>(tile)) {
    auto loop = cast<scf::ForOp>(argument.getOwner()->getParentOp());
    Value begins = arith::CmpIOp::create(
        b, arith::CmpIPredicate::eq, mapping.lookup(loop.getInductionVar()),
        mapping.lookupOrDefault(loop.getLowerBound()));
    isFirst = isFirst ? arith::AndIOp::create(b, isFirst, begins).getResult()
                      : begins;
    tile = loop.getTiedLoopInit(argument)->get();
  }
  auto fill = tile.getDefiningOp<linalg::FillOp>();
  return fill ? mapping.lookupOrDefault(fill.value()) : Value();
}

/// The axis of an operand that a loop of a contraction walks.
static unsigned getAxis(AffineMap map, unsigned loop) {
  return *map.getResultPosition(getAffineDimExpr(loop, map.getContext()));
}

LogicalResult TilePlacer::placeContraction(linalg::ContractOp op) {
  FailureOr<linalg::ContractionDimensions> loops =
      linalg::inferContractionDims(op);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  bool isProduct = succeeded(loops) && loops->m.size() == 1 &&
                   loops->n.size() == 1 && loops->k.size() == 1 &&
                   loops->batch.empty();
  Value lhs = op.getInputs()[0], rhs = op.getInputs()[1],
        result = op.getOutputs()[0];
  if (!isProduct || !tiles.contains(lhs) || !tiles.contains(rhs) ||
      !tiles.contains(result))
    return op.emitOpError("expects to be a product of tiles that were loaded");
  unsigned m = loops->m[0], n = loops->n[0], k = loops->k[0];
  Value isFirst, initial = getInitial(result, isFirst);
  Contraction contraction{tiles.lookup(lhs),
                          tiles.lookup(rhs),
                          tiles.lookup(result),
                          initial,
                          isFirst,
                          getAxis(maps[0], m),
                          getAxis(maps[0], k),
                          getAxis(maps[1], k),
                          getAxis(maps[1], n),
                          getAxis(maps[2], m),
                          getAxis(maps[2], n)};
  if (!contraction.result.isContiguous(contraction.resultColumn))
    return op.emitOpError("expects columns of the result to be contiguous");
  RegisterTile tile{rows, /*vectors=*/2,
                    getWidth(contraction.result.getElementType())};
  Value panels = allocateScratch(getPanelsType(contraction, tile));
  packPanels(b, contraction, tile, panels);
  LeftFactor left(contraction, tile);
  if (MemRefType type = left.getScratchType())
    left.prepare(b, allocateScratch(type));
  addProduct(b, contraction, tile, left, panels);
  return success();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct PlaceTilesX86Pass : brt::impl::PlaceTilesX86PassBase<PlaceTilesX86Pass> {
  using PlaceTilesX86PassBase::PlaceTilesX86PassBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<scf::ForallOp> grids;
    getOperation().walk([&](scf::ForallOp grid) { grids.push_back(grid); });
    for (scf::ForallOp grid : grids) {
      rewriter.setInsertionPoint(grid);
      if (failed(TilePlacer(rewriter, grid, vectorBytes, rows).place()))
        return signalPassFailure();
      rewriter.eraseOp(grid);
    }
    getOperation().walk([&](Operation *op) {
      if (!isa_and_nonnull<brt::tile::TileDialect>(op->getDialect()))
        return;
      op->emitOpError("expects to be in the grid of a program over tiles");
      signalPassFailure();
    });
  }
};
} // namespace
