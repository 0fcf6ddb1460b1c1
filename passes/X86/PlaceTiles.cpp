//===- PlaceTiles.cpp - Programs over tiles to loops of vectors -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlacer.h"
#include "brt/passes/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/BuiltinOps.h"
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

/// Numbers tasks in row-major order, each some iterations along the last axis
/// of the grid.
LogicalResult TilePlacer::place() {
  SmallVector<Value> bounds;
  Value total = b.index(1);
  for (OpFoldResult bound : grid.getMixedUpperBound())
    bounds.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), bound));
  Value tileCount = bounds.back();
  int64_t taskTiles = countTaskTiles();
  if (taskTiles > 1)
    bounds.back() = b.ceilDiv(tileCount, taskTiles);
  for (Value bound : bounds)
    total = arith::MulIOp::create(b, total, bound);
  Block *body;
  Value number;
  if (countProducts() >= kParallelWork) {
    auto parallel = scf::ParallelOp::create(
        b, ValueRange{b.index(0)}, ValueRange{total}, ValueRange{b.index(1)});
    body = parallel.getBody();
    number = parallel.getInductionVars().front();
    scratchBlock = body;
  } else {
    auto loop = scf::ForOp::create(b, b.index(0), total, b.index(1));
    body = loop.getBody();
    number = loop.getInductionVar();
    scratchBlock =
        &grid->getParentOfType<FunctionOpInterface>().getFunctionBody().front();
  }
  b.setInsertionPointToStart(body);
  // Named, as llvm::reverse() does not keep what it is given alive.
  SmallVector<Value> indices = grid.getInductionVars();
  for (auto [index, bound] : llvm::reverse(llvm::zip_equal(indices, bounds))) {
    mapping.map(index, arith::RemUIOp::create(b, number, bound).getResult());
    number = arith::DivUIOp::create(b, number, bound);
  }
  if (taskTiles > 1) {
    Value begin = b.mul(mapping.lookup(indices.back()), taskTiles);
    task = scf::ForOp::create(
        b, begin, b.min(b.add(begin, taskTiles), tileCount), b.index(1));
    b.setInsertionPointToStart(task.getBody());
    mapping.map(indices.back(), task.getInductionVar());
  }
  placeStoredTiles(*grid.getBody());
  return placeBlock(*grid.getBody());
}

namespace {
struct PlaceTilesX86Pass : brt::impl::PlaceTilesX86PassBase<PlaceTilesX86Pass> {
  using PlaceTilesX86PassBase::PlaceTilesX86PassBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<scf::ForallOp> grids;
    getOperation().walk([&](scf::ForallOp grid) { grids.push_back(grid); });
    for (scf::ForallOp grid : grids) {
      rewriter.setInsertionPoint(grid);
      if (failed(TilePlacer(rewriter, grid, vectorBytes, rows, dotProducts)
                     .place()))
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
