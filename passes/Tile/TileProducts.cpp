//===- TileProducts.cpp - Products as programs over tiles ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProductPlan.h"
#include "brt/dialects/Tile/Tile.h"
#include "brt/passes/Tile/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "passes/Lowering/StructuredBuilder.h"
#include "llvm/Support/MathExtras.h"

namespace brt {
#define GEN_PASS_DEF_TILEPRODUCTSPASS
#include "brt/passes/Tile/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

namespace {

/// Writes the program of one product.
class ProgramBuilder {
public:
  /// `init` fills the result before; it may be null.
  ProgramBuilder(RewriterBase &rewriter, linalg::LinalgOp op, Product product,
                 linalg::FillOp init)
      : b(op.getLoc(), rewriter), op(op), product(std::move(product)),
        init(init) {}

  void build();

private:
  Value createFilled();
  /// The axes of an operand that tiles walk, in order, and the tiled loop of
  /// each.
  using Walk = SmallVector<std::pair<int64_t, const TiledLoop *>>;
  Walk getWalk(OpOperand &operand);
  SmallVector<Value> getIndices(OpOperand &operand);
  Value load(OpOperand &operand);
  Value loadFactor(OpOperand &operand);
  void store(Value tile);
  AffineMap getTileMap(OpOperand &operand);
  Value getExtent(unsigned loop);
  OpFoldResult getMixedExtent(unsigned loop);
  OpFoldResult getCount(const TiledLoop &tiled);
  Value addProducts(ArrayRef<unsigned> reductions, Value sum);
  Value loopOver(unsigned loop, Value count, Value sum,
                 function_ref<Value(Value)> body);

  StructuredBuilder b;
  linalg::LinalgOp op;
  Product product;
  linalg::FillOp init;
  /// The index of each loop, of tiles where it is tiled.
  DenseMap<unsigned, Value> indices;
};

} // namespace

//===----------------------------------------------------------------------===//
// Program
//===----------------------------------------------------------------------===//

static int64_t getAxis(AffineMap map, unsigned loop) {
  for (auto [axis, expr] : llvm::enumerate(map.getResults()))
    if (expr == getAffineDimExpr(loop, map.getContext()))
      return axis;
  return -1;
}

ProgramBuilder::Walk ProgramBuilder::getWalk(OpOperand &operand) {
  Walk walk;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  for (auto [axis, expr] : llvm::enumerate(map.getResults()))
    for (const TiledLoop *tiled : {&product.m, &product.n, &product.k})
      if (expr == getAffineDimExpr(tiled->loop, map.getContext()))
        walk.emplace_back(axis, tiled);
  return walk;
}

SmallVector<Value> ProgramBuilder::getIndices(OpOperand &operand) {
  SmallVector<Value> result;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    result.push_back(indices.at(cast<AffineDimExpr>(expr).getPosition()));
  return result;
}

static SmallVector<int64_t>
getAxes(ArrayRef<std::pair<int64_t, const TiledLoop *>> walk) {
  return llvm::to_vector(llvm::make_first_range(walk));
}

Value ProgramBuilder::load(OpOperand &operand) {
  Walk walk = getWalk(operand);
  SmallVector<int64_t> shape;
  for (auto [axis, tiled] : walk)
    shape.push_back(tiled->size);
  auto type = RankedTensorType::get(
      shape, getElementTypeOrSelf(operand.get().getType()));
  return brt::tile::LoadOp::create(b, type, operand.get(), getIndices(operand),
                                   getAxes(walk), llvm::APFloat(0.0));
}

/// A tile of a factor, rounded as its elements are.
Value ProgramBuilder::loadFactor(OpOperand &operand) {
  return b.converted(load(operand), getFactorType(op, operand));
}

/// A tile of the result as it is filled before.
Value ProgramBuilder::createFilled() {
  SmallVector<int64_t> shape;
  for (auto [axis, tiled] : getWalk(*product.result))
    shape.push_back(tiled->size);
  Value empty = tensor::EmptyOp::create(b, shape, init.value().getType());
  return linalg::FillOp::create(b, init.value(), empty)->getResult(0);
}

void ProgramBuilder::store(Value tile) {
  OpOperand &operand = *product.result;
  brt::tile::StoreOp::create(b, tile, operand.get(), getIndices(operand),
                             getAxes(getWalk(operand)));
}

/// The map from loops (m, n, k) to the axes of an operand's tile.
AffineMap ProgramBuilder::getTileMap(OpOperand &operand) {
  SmallVector<AffineExpr> axes;
  for (auto [axis, tiled] : getWalk(operand))
    axes.push_back(b.getAffineDimExpr(tiled == &product.m   ? 0
                                      : tiled == &product.n ? 1
                                                            : 2));
  return AffineMap::get(3, 0, axes, b.getContext());
}

OpFoldResult ProgramBuilder::getMixedExtent(unsigned loop) {
  int64_t extent = op.getStaticLoopRanges()[loop];
  if (!ShapedType::isDynamic(extent))
    return b.getIndexAttr(extent);
  for (OpOperand &operand : op->getOpOperands()) {
    int64_t axis = getAxis(op.getMatchingIndexingMap(&operand), loop);
    if (axis >= 0)
      return memref::DimOp::create(b, operand.get(), axis).getResult();
  }
  llvm_unreachable("a loop that walks no operand");
}

/// The number of tiles along a loop.
OpFoldResult ProgramBuilder::getCount(const TiledLoop &tiled) {
  if (!ShapedType::isDynamic(tiled.extent))
    return b.getIndexAttr(llvm::divideCeil(tiled.extent, tiled.size));
  Value size = arith::ConstantIndexOp::create(b, tiled.size);
  return arith::CeilDivUIOp::create(b, getExtent(tiled.loop), size).getResult();
}

Value ProgramBuilder::getExtent(unsigned loop) {
  return getValueOrCreateConstantIndexOp(b, b.getLoc(), getMixedExtent(loop));
}

Value ProgramBuilder::loopOver(unsigned loop, Value count, Value sum,
                               function_ref<Value(Value)> body) {
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto forOp = scf::ForOp::create(b, zero, count, one, sum);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  indices[loop] = forOp.getInductionVar();
  scf::YieldOp::create(b, body(forOp.getRegionIterArg(0)));
  return forOp.getResult(0);
}

Value ProgramBuilder::addProducts(ArrayRef<unsigned> reductions, Value sum) {
  if (!reductions.empty())
    return loopOver(reductions.front(), getExtent(reductions.front()), sum,
                    [&](Value inner) {
                      return addProducts(reductions.drop_front(), inner);
                    });
  Value count =
      getValueOrCreateConstantIndexOp(b, b.getLoc(), getCount(product.k));
  return loopOver(product.k.loop, count, sum, [&](Value inner) {
    Value lhs = loadFactor(*product.lhs), rhs = loadFactor(*product.rhs);
    ArrayAttr maps = b.getAffineMapArrayAttr({getTileMap(*product.lhs),
                                              getTileMap(*product.rhs),
                                              getTileMap(*product.result)});
    return linalg::ContractOp::create(b, inner.getType(), ValueRange{lhs, rhs},
                                      inner, maps)
        ->getResult(0);
  });
}

void ProgramBuilder::build() {
  SmallVector<unsigned> loops = product.grid;
  SmallVector<OpFoldResult> counts;
  for (unsigned loop : product.grid)
    counts.push_back(getMixedExtent(loop));
  for (const TiledLoop *tiled : {&product.m, &product.n}) {
    loops.push_back(tiled->loop);
    counts.push_back(getCount(*tiled));
  }
  auto grid = scf::ForallOp::create(b, counts, /*outputs=*/ValueRange(),
                                    /*mapping=*/std::nullopt);
  b.setInsertionPointToStart(grid.getBody());
  for (auto [loop, index] : llvm::zip_equal(loops, grid.getInductionVars()))
    indices[loop] = index;
  // A loop that may not run at all leaves what was in the buffer before.
  bool startsFilled = init && product.reductions.empty();
  if (init && !startsFilled)
    store(createFilled());
  store(addProducts(product.reductions,
                    startsFilled ? createFilled() : load(*product.result)));
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// What fills the result of a product right before it, or null.
static linalg::FillOp getInit(linalg::LinalgOp op) {
  auto fill = dyn_cast_or_null<linalg::FillOp>(op->getPrevNode());
  return fill && fill.output() == op.getDpsInits()[0] ? fill : nullptr;
}

static remark::RemarkOpts getRemark(StringRef name, Operation *op) {
  return remark::RemarkOpts::name(name)
      .category("brt-tile-products")
      .function(
          SymbolTable::getSymbolName(op->getParentOfType<FunctionOpInterface>())
              .getValue());
}

/// Moves a product and its init into the second region of an `scf.if` that is
/// true where there are more than `laneRows` rows, as in several lanes. Returns
/// a copy of the product in the first one.
static linalg::LinalgOp branchOnLanes(RewriterBase &rewriter,
                                      linalg::LinalgOp op, int64_t laneRows) {
  Location loc = op.getLoc();
  linalg::FillOp init = getInit(op);
  rewriter.setInsertionPoint(init ? init.getOperation() : op.getOperation());
  Value several = arith::CmpIOp::create(
      rewriter, loc, arith::CmpIPredicate::ugt, createRowCount(rewriter, op),
      arith::ConstantIndexOp::create(rewriter, loc, laneRows));
  auto branch = scf::IfOp::create(rewriter, loc, several, /*withElse=*/true);
  rewriter.setInsertionPoint(branch.thenYield());
  if (init)
    rewriter.clone(*init);
  Operation *copy = rewriter.clone(*op);
  if (init)
    rewriter.moveOpBefore(init, branch.elseYield());
  rewriter.moveOpBefore(op, branch.elseYield());
  return cast<linalg::LinalgOp>(copy);
}

namespace {
struct TileProductsPass : brt::impl::TileProductsPassBase<TileProductsPass> {
  using TileProductsPassBase::TileProductsPassBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (isProduct(op))
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops)
      tile(rewriter, op);
  }

private:
  void tile(RewriterBase &rewriter, linalg::LinalgOp op) {
    int64_t laneRows = countLaneRows(op);
    ProductSizes sizes{rows,    columns,    depth,     rightSize,
                       rowStep, columnStep, depthStep, tasks};
    bool isLow = laneRows < leastRows;
    bool canShare = op.hasDynamicShape() && canFlattenRows(op) &&
                    planProduct(op, laneRows, sizes).has_value();
    if (isLow && !canShare) {
      remark::missed(op.getLoc(), getRemark("stays", op))
          << ("is not tiled: it has fewer rows a lane than " +
              std::to_string(leastRows) + ": " + std::to_string(laneRows) +
              ", and those of all lanes are no axis of a matrix");
      return;
    }
    if (isLow)
      op = branchOnLanes(rewriter, op, laneRows);
    rewriter.setInsertionPoint(op);
    linalg::FillOp init = getInit(op);
    op = flattenRows(rewriter, op);
    std::optional<Product> product = planProduct(op, laneRows, sizes);
    if (!product) {
      remark::missed(op.getLoc(), getRemark("stays", op))
          << "is not tiled: columns of its result are not contiguous, or an "
             "extent that tiles walk is dynamic";
      return;
    }
    remark::passed(op.getLoc(), getRemark("tiles", op))
        << ("tiles of " + std::to_string(product->m.size) + " rows and " +
            std::to_string(product->n.size) + " columns, " +
            std::to_string(product->k.size) + " deep, of a product of " +
            std::to_string(laneRows) + " rows a lane and " +
            std::to_string(product->n.extent) + " columns, " +
            std::to_string(product->k.extent) + " deep" +
            (isLow ? ", where there are several lanes" : ""));
    ProgramBuilder(rewriter, op, *product, init).build();
    rewriter.eraseOp(op);
    if (init)
      rewriter.eraseOp(init);
  }
};
} // namespace
