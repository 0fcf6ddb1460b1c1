//===- Lanes.cpp - Programs over tiles on lanes of a GPU ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Lanes.h"
#include "brt/dialects/Tile/Tile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

/// Of NVPTX: memory of a block.
static constexpr unsigned kShared = 3;

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

/// The scalars of a tile in one lane: those of its row.
static int64_t countScalars(RankedTensorType type) {
  return type.getRank() == 2 ? type.getDimSize(1) : 1;
}

namespace {

/// Where tiles are.
struct Layout {
  int64_t rows;
  DenseSet<Value> shared;

  Layout(ModuleOp module, int64_t rows) : rows(rows) {
    module.walk([&](brt::tile::LoadOp load) {
      if (llvm::all_of(load->getUses(), [](OpOperand &use) {
            auto user = dyn_cast<linalg::ContractOp>(use.getOwner());
            return user && user.isDpsInput(&use);
          }))
        shared.insert(load.getResult());
    });
  }

  static MemRefType getSharedType(Type tile) {
    auto type = cast<RankedTensorType>(tile);
    return MemRefType::get(
        type.getShape(), type.getElementType(), MemRefLayoutAttrInterface(),
        IntegerAttr::get(IntegerType::get(type.getContext(), 64), kShared));
  }
};

/// Tiles become scalars, or a buffer in shared memory.
class LaneTypes : public TypeConverter {
public:
  explicit LaneTypes(const Layout &layout) {
    addConversion([](Type type) { return type; });
    addConversion([](RankedTensorType type, SmallVectorImpl<Type> &types) {
      types.append(countScalars(type), type.getElementType());
      return success();
    });
    addConversion([&layout](Value value, SmallVectorImpl<Type> &types)
                      -> std::optional<LogicalResult> {
      if (!layout.shared.contains(value))
        return std::nullopt;
      types.push_back(Layout::getSharedType(value.getType()));
      return success();
    });
  }
};

class LaneBuilder : public ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(*this, value);
  }
  Value lane() {
    Value id = NVVM::ThreadIdXOp::create(*this, getI32Type());
    return arith::IndexCastUIOp::create(*this, getIndexType(), id);
  }
  void barrier() { NVVM::Barrier0Op::create(*this); }
  Value number(Type type, double value) {
    return arith::ConstantOp::create(*this, getFloatAttr(type, value));
  }
  /// The value of `make` where `condition` is true, and `other` elsewhere.
  Value guarded(Value condition, Value other, function_ref<Value()> make) {
    if (!condition)
      return make();
    auto op = scf::IfOp::create(*this, other.getType(), condition,
                                /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(*this);
    setInsertionPointToEnd(op.thenBlock());
    scf::YieldOp::create(*this, make());
    setInsertionPointToEnd(op.elseBlock());
    scf::YieldOp::create(*this, other);
    return op.getResult(0);
  }
};

/// The indices into a view of an element of a tile, and whether it is not
/// behind the end; null where it cannot be.
struct Place {
  SmallVector<Value> indices;
  Value inside;
};

} // namespace

template <typename OpT>
static Place locate(LaneBuilder &b, OpT op, RankedTensorType tile,
                    ValueRange element) {
  Place place;
  llvm::append_range(place.indices, op.getIndices());
  for (auto [axis, size, local] :
       llvm::zip_equal(op.getAxes(), tile.getShape(), element)) {
    Value first = arith::MulIOp::create(b, place.indices[axis], b.index(size));
    Value index = arith::AddIOp::create(b, first, local);
    place.indices[axis] = index;
    int64_t extent = cast<MemRefType>(op.getView().getType()).getDimSize(axis);
    if (extent % size == 0)
      continue;
    Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, index,
                                         b.index(extent));
    place.inside =
        place.inside ? arith::AndIOp::create(b, place.inside, inside) : inside;
  }
  return place;
}

static Value loadElement(LaneBuilder &b, brt::tile::LoadOp op,
                         ValueRange element) {
  Place place = locate(b, op, op.getType(), element);
  Value padding = b.number(op.getType().getElementType(),
                           op.getPadding().convertToDouble());
  return b.guarded(place.inside, padding, [&]() -> Value {
    return memref::LoadOp::create(b, op.getView(), place.indices);
  });
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

namespace {

/// All lanes of a block fill a buffer in shared memory; or each loads its row.
struct LowerLoad : OpConversionPattern<brt::tile::LoadOp> {
  LowerLoad(const TypeConverter &types, MLIRContext *context,
            const Layout &layout)
      : OpConversionPattern(types, context), layout(layout) {}

  LogicalResult
  matchAndRewrite(brt::tile::LoadOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    LaneBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = op.getType();
    if (layout.shared.contains(op.getResult())) {
      rewriter.replaceOp(op, fillShared(b, op));
      return success();
    }
    SmallVector<Value> row;
    Value lane = b.lane();
    for (int64_t i = 0; i < countScalars(type); ++i) {
      SmallVector<Value> element = {lane};
      if (type.getRank() == 2)
        element.push_back(b.index(i));
      row.push_back(loadElement(b, op, element));
    }
    rewriter.replaceOpWithMultiple(op, {ValueRange(row)});
    return success();
  }

private:
  Value fillShared(LaneBuilder &b, brt::tile::LoadOp op) const {
    RankedTensorType type = op.getType();
    MemRefType memref = Layout::getSharedType(type);
    Value buffer = createBuffer(b, op, memref);
    int64_t columns = type.getDimSize(1);
    b.barrier();
    auto loop = scf::ForOp::create(b, b.lane(), b.index(type.getNumElements()),
                                   b.index(layout.rows));
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(loop.getBody());
      Value i = loop.getInductionVar(), width = b.index(columns);
      Value element[] = {arith::DivUIOp::create(b, i, width),
                         arith::RemUIOp::create(b, i, width)};
      memref::StoreOp::create(b, loadElement(b, op, element), buffer, element);
    }
    b.barrier();
    return buffer;
  }

  static Value createBuffer(LaneBuilder &b, Operation *op, MemRefType type) {
    auto module = op->getParentOfType<ModuleOp>();
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    int64_t number = 0;
    auto getName = [&] { return "tile_" + std::to_string(number); };
    while (module.lookupSymbol(getName()))
      ++number;
    auto global = memref::GlobalOp::create(
        b, getName(), b.getStringAttr("private"), type, b.getUnitAttr(),
        /*constant=*/false, b.getI64IntegerAttr(16));
    b.setInsertionPoint(op);
    return memref::GetGlobalOp::create(b, type, global.getSymName());
  }

  const Layout &layout;
};

/// Each lane loads the part of a table that ends with its own distance.
struct LowerToeplitz : OpConversionPattern<brt::tile::LoadToeplitzOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(brt::tile::LoadToeplitzOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    LaneBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = op.getType();
    auto view = cast<MemRefType>(op.getView().getType());
    Value extent = b.index(view.getShape().back());
    Value padding =
        b.number(type.getElementType(), op.getPadding().convertToDouble());
    SmallVector<Value> indices = llvm::to_vector(op.getIndices());
    Value first = arith::AddIOp::create(b, indices.back(), b.lane());
    SmallVector<Value> row;
    for (int64_t i = 0; i < countScalars(type); ++i) {
      indices.back() = arith::SubIOp::create(b, first, b.index(i));
      // As a number without a sign, what is before the begin is behind the end.
      Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                           indices.back(), extent);
      row.push_back(b.guarded(inside, padding, [&]() -> Value {
        return memref::LoadOp::create(b, op.getView(), indices);
      }));
    }
    rewriter.replaceOpWithMultiple(op, {ValueRange(row)});
    return success();
  }
};

struct LowerStore : OpConversionPattern<brt::tile::StoreOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(brt::tile::StoreOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    LaneBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = op.getTile().getType();
    Value lane = b.lane();
    for (auto [i, value] : llvm::enumerate(adaptor.getTile())) {
      SmallVector<Value> element = {lane};
      if (type.getRank() == 2)
        element.push_back(b.index(i));
      Place place = locate(b, op, type, element);
      OpBuilder::InsertionGuard guard(b);
      if (place.inside)
        b.setInsertionPointToStart(
            scf::IfOp::create(b, place.inside, /*withElseRegion=*/false)
                .thenBlock());
      memref::StoreOp::create(b, value, op.getView(), place.indices);
    }
    rewriter.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Computation
//===----------------------------------------------------------------------===//

struct LowerEmpty : OpConversionPattern<tensor::EmptyOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tensor::EmptyOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    LaneBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> row(countScalars(op.getType()),
                           b.number(op.getType().getElementType(), 0.0));
    rewriter.replaceOpWithMultiple(op, {ValueRange(row)});
    return success();
  }
};

struct LowerFill : OpConversionPattern<linalg::FillOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(linalg::FillOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value number = adaptor.getOperands()[0].front();
    SmallVector<Value> row(adaptor.getOperands()[1].size(), number);
    rewriter.replaceOpWithMultiple(op, {ValueRange(row)});
    return success();
  }
};

/// A structured op whose rows are independent: its body, once for each scalar
/// of the row, in order where it adds up.
struct LowerGeneric : OpConversionPattern<linalg::GenericOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(linalg::GenericOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<int64_t> extents = op.getStaticLoopRanges();
    if (op.getNumDpsInits() != 1 || extents.size() > 2)
      return failure();
    MLIRContext *context = op.getContext();
    AffineExpr row = getAffineDimExpr(0, context);
    for (AffineMap map : op.getIndexingMapsArray())
      if (map.getNumResults() && map.getResult(0) != row)
        return failure();

    LaneBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> results = llvm::to_vector(adaptor.getOperands().back());
    for (int64_t i = 0; i < (extents.size() == 2 ? extents[1] : 1); ++i) {
      IRMapping mapping;
      int64_t resultIndex = 0;
      for (auto [operand, values, argument] :
           llvm::zip_equal(op->getOpOperands(), adaptor.getOperands(),
                           op.getBlock()->getArguments())) {
        bool walksRow =
            op.getMatchingIndexingMap(&operand).getNumResults() == 2;
        int64_t index = walksRow ? i : 0;
        bool isResult = op.isDpsInit(&operand);
        mapping.map(argument, isResult ? results[index] : values[index]);
        if (isResult)
          resultIndex = index;
      }
      for (Operation &nested : op.getBlock()->without_terminator()) {
        if (auto number = dyn_cast<linalg::IndexOp>(nested))
          mapping.map(number.getResult(),
                      number.getDim() == 0 ? b.lane() : b.index(i));
        else
          b.clone(nested, mapping);
      }
      results[resultIndex] = mapping.lookupOrDefault(
          op.getBlock()->getTerminator()->getOperand(0));
    }
    rewriter.replaceOpWithMultiple(op, {ValueRange(results)});
    return success();
  }
};

/// Each lane adds up its row of the result: the right factor is in shared
/// memory, the left one there or in the lane.
struct LowerContract : OpConversionPattern<linalg::ContractOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(linalg::ContractOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<linalg::ContractionDimensions> loops =
        linalg::inferContractionDims(op);
    if (failed(loops) || loops->m.size() != 1 || loops->n.size() != 1 ||
        loops->k.size() != 1)
      return failure();
    LaneBuilder b(op.getLoc(), rewriter);
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    Value rhs = adaptor.getOperands()[1].front();
    ValueRange left = adaptor.getOperands()[0];
    ValueRange sums = adaptor.getOperands()[2];
    auto isAxis = [&](AffineMap map, unsigned axis, unsigned loop) {
      return map.getResult(axis) == getAffineDimExpr(loop, b.getContext());
    };
    auto loadFrom = [&](Value buffer, AffineMap map, unsigned firstLoop,
                        Value first, Value second) -> Value {
      SmallVector<Value> indices = {first, second};
      if (!isAxis(map, 0, firstLoop))
        std::swap(indices[0], indices[1]);
      return memref::LoadOp::create(b, buffer, indices);
    };
    auto addDepth = [&](Value element, Value k, ValueRange sums) {
      SmallVector<Value> next;
      for (auto [n, sum] : llvm::enumerate(sums)) {
        Value other = loadFrom(rhs, maps[1], loops->k[0], k, b.index(n));
        next.push_back(math::FmaOp::create(b, element, other, sum));
      }
      return next;
    };

    int64_t depth = op.getStaticLoopRanges()[loops->k[0]];
    SmallVector<Value> results = llvm::to_vector(sums);
    if (!isa<MemRefType>(left.front().getType())) {
      for (int64_t k = 0; k < depth; ++k)
        results = addDepth(left[k], b.index(k), results);
    } else {
      auto loop = scf::ForOp::create(b, b.index(0), b.index(depth), b.index(1),
                                     results);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(loop.getBody());
      Value k = loop.getInductionVar();
      Value element = loadFrom(left.front(), maps[0], loops->m[0], b.lane(), k);
      scf::YieldOp::create(b, addDepth(element, k, loop.getRegionIterArgs()));
      results = llvm::to_vector_of<Value>(loop.getResults());
    }
    rewriter.replaceOpWithMultiple(op, {ValueRange(results)});
    return success();
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Blocks of the launch number the iterations of a grid in row-major order.
static void launchGrid(scf::ForallOp grid) {
  LaneBuilder b(grid.getLoc(), grid);
  Value block = NVVM::BlockIdXOp::create(b, b.getI32Type());
  block = arith::IndexCastUIOp::create(b, b.getIndexType(), block);
  SmallVector<OpFoldResult> bounds = grid.getMixedUpperBound();
  SmallVector<Value> indices(bounds.size());
  for (int64_t axis = bounds.size() - 1; axis >= 0; --axis) {
    Value bound = getValueOrCreateConstantIndexOp(b, b.getLoc(), bounds[axis]);
    indices[axis] = arith::RemUIOp::create(b, block, bound);
    block = arith::DivUIOp::create(b, block, bound);
  }
  IRRewriter rewriter(b);
  grid.getTerminator()->erase();
  rewriter.inlineBlockBefore(grid.getBody(), grid, indices);
  grid.erase();
}

LogicalResult brt::test::lowerToLanes(ModuleOp module, int64_t rows) {
  MLIRContext *context = module.getContext();
  context->loadDialect<math::MathDialect, memref::MemRefDialect,
                       NVVM::NVVMDialect>();
  SmallVector<scf::ForallOp> grids;
  module.walk([&](scf::ForallOp grid) { grids.push_back(grid); });
  for (scf::ForallOp grid : grids)
    launchGrid(grid);

  Layout layout(module, rows);
  LaneTypes types(layout);
  ConversionTarget target(*context);
  target.addIllegalDialect<brt::tile::TileDialect, linalg::LinalgDialect,
                           tensor::TensorDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  RewritePatternSet patterns(context);
  scf::populateSCFStructuralTypeConversionsAndLegality(types, patterns, target);
  patterns.add<LowerContract, LowerEmpty, LowerFill, LowerGeneric, LowerStore,
               LowerToeplitz>(types, context);
  patterns.add<LowerLoad>(types, context, layout);
  return applyPartialConversion(module, target, std::move(patterns));
}
