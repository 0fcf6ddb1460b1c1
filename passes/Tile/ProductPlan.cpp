//===- ProductPlan.cpp - How a product is cut into tiles -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProductPlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

bool brt::isProduct(linalg::LinalgOp op) {
  if (!op.hasPureBufferSemantics() || !linalg::isaContractionOpInterface(op))
    return false;
  Type sum = getElementTypeOrSelf(op.getDpsInits()[0].getType());
  if (!isa<Float32Type, Float64Type>(sum))
    return false;
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    return type && type.isStrided() &&
           (type.getElementType() == sum ||
            (sum.isF32() && type.getElementType().isBF16()));
  });
}

Type brt::getFactorType(linalg::LinalgOp op, OpOperand &factor) {
  Value number = op.getMatchingBlockArgument(&factor);
  Type narrowest = number.getType();
  while (number.hasOneUse()) {
    Operation *user = *number.user_begin();
    if (!isa<CastOpInterface>(user))
      break;
    number = user->getResult(0);
    if (number.getType().getIntOrFloatBitWidth() <
        narrowest.getIntOrFloatBitWidth())
      narrowest = number.getType();
  }
  return narrowest;
}

/// The loops that walk rows of the result: those that do not walk the factor
/// which the innermost axis of the result does.
static SmallVector<unsigned> getRowLoops(linalg::LinalgOp op) {
  FailureOr<linalg::ContractionDimensions> loops =
      linalg::inferContractionDims(op);
  if (failed(loops))
    return {};
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto innermost = cast<AffineDimExpr>(map.getResults().back());
  bool isColumn = llvm::is_contained(loops->n, innermost.getPosition());
  return llvm::to_vector_of<unsigned>(isColumn ? loops->m : loops->n);
}

int64_t brt::countLaneRows(linalg::LinalgOp op) {
  int64_t rows = 1;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  for (unsigned loop : getRowLoops(op))
    rows *= ShapedType::isDynamic(extents[loop]) ? 1 : extents[loop];
  return rows;
}

Value brt::createRowCount(OpBuilder &b, linalg::LinalgOp op) {
  Location loc = op.getLoc();
  SmallVector<Range> ranges = op.createLoopRanges(b, loc);
  Value count = arith::ConstantIndexOp::create(b, loc, 1);
  for (unsigned loop : getRowLoops(op))
    count = arith::MulIOp::create(
        b, loc, count,
        getValueOrCreateConstantIndexOp(b, loc, ranges[loop].size));
  return count;
}

static SmallVector<ReassociationIndices> asOne(ArrayRef<unsigned> loops) {
  SmallVector<ReassociationIndices> group(1);
  llvm::append_range(group.front(), loops);
  return group;
}

bool brt::canFlattenRows(linalg::LinalgOp op) {
  SmallVector<unsigned> loops = getRowLoops(op);
  return loops.size() >= 2 && isa<linalg::GenericOp>(op) &&
         loops.back() - loops.front() + 1 == loops.size() &&
         llvm::all_of(op->getOperandTypes(),
                      [](Type type) {
                        return cast<MemRefType>(type).getLayout().isIdentity();
                      }) &&
         linalg::areDimSequencesPreserved(op.getIndexingMapsArray(),
                                          asOne(loops));
}

linalg::LinalgOp brt::flattenRows(RewriterBase &rewriter, linalg::LinalgOp op) {
  if (!canFlattenRows(op))
    return op;
  FailureOr<linalg::CollapseResult> flat =
      linalg::collapseOpIterationDims(op, asOne(getRowLoops(op)), rewriter);
  if (failed(flat))
    return op;
  rewriter.eraseOp(op);
  return flat->collapsedOp;
}

//===----------------------------------------------------------------------===//
// Cuts
//===----------------------------------------------------------------------===//

/// Tiles of up to `most` elements, as equal as multiples of `step` can be.
static TiledLoop cut(unsigned loop, int64_t extent, int64_t most,
                     int64_t step) {
  if (ShapedType::isDynamic(extent))
    return {loop, extent, static_cast<int64_t>(llvm::alignTo(most, step))};
  int64_t count = llvm::divideCeil(extent, std::max(most, step));
  int64_t size = extent;
  if (count > 1)
    size = llvm::alignTo(llvm::divideCeil(extent, count), step);
  return {loop, extent, size};
}

/// The last of `loops` with a static extent.
static std::optional<unsigned> getLastStatic(ArrayRef<unsigned> loops,
                                             ArrayRef<int64_t> extents) {
  for (unsigned loop : llvm::reverse(loops))
    if (!ShapedType::isDynamic(extents[loop]))
      return loop;
  return std::nullopt;
}

/// Fewer rows do not use a right factor often enough to rearrange it for them.
static constexpr int64_t kLeastRows = 256;

std::optional<Product> brt::planProduct(linalg::LinalgOp op, int64_t laneRows,
                                        const ProductSizes &sizes) {
  FailureOr<linalg::ContractionDimensions> loops =
      linalg::inferContractionDims(op);
  if (failed(loops) || loops->m.empty() || loops->n.empty())
    return std::nullopt;
  Product product;
  product.lhs = op.getDpsInputOperand(0);
  product.rhs = op.getDpsInputOperand(1);
  product.result = op.getDpsInitOperand(0);
  AffineMap map = op.getMatchingIndexingMap(product.result);
  unsigned innermost =
      cast<AffineDimExpr>(map.getResults().back()).getPosition();
  if (llvm::is_contained(loops->m, innermost)) {
    std::swap(product.lhs, product.rhs);
    std::swap(loops->m, loops->n);
  }
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  unsigned m = loops->m.back();
  std::optional<unsigned> k = getLastStatic(loops->k, extents);
  auto resultType = cast<MemRefType>(product.result->get().getType());
  if (!llvm::is_contained(loops->n, innermost) || !k ||
      ShapedType::isDynamic(extents[innermost]) ||
      resultType.getStridesAndOffset().first.back() != 1)
    return std::nullopt;

  int64_t others = 1;
  for (auto [loop, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (loop == m || loop == *k || loop == innermost)
      continue;
    bool isGrid = iterator == utils::IteratorType::parallel;
    (isGrid ? product.grid : product.reductions).push_back(loop);
    if (isGrid && !ShapedType::isDynamic(extents[loop]))
      others *= extents[loop];
  }
  int64_t area = laneRows * extents[innermost] * others / sizes.tasks;
  auto cutRows = [&](int64_t most) {
    product.m = cut(m, extents[m], std::min(most, sizes.rows), sizes.rowStep);
  };
  auto cutColumns = [&](int64_t tileRows, int64_t most) {
    most = std::clamp<int64_t>(area / tileRows, 1, most);
    product.n = cut(innermost, extents[innermost],
                    llvm::alignTo(most, sizes.columnStep), sizes.columnStep);
  };
  auto cutDepth = [&](int64_t most) {
    product.k =
        cut(*k, extents[*k], std::min(most, sizes.depth), sizes.depthStep);
  };
  AffineMap left = op.getMatchingIndexingMap(product.lhs);
  if (left.getResults().back() == getAffineDimExpr(*k, left.getContext())) {
    // Rows of the left factor are contiguous, which is read once for each
    // column of tiles: depth and columns come first. Rows of several lanes may
    // share a tile.
    cutDepth(sizes.depth);
    cutColumns(std::min(kLeastRows, laneRows),
               std::min(sizes.columns, sizes.rightSize / product.k.size));
    cutRows(std::max(kLeastRows, area / product.n.size));
  } else {
    // Both factors are rearranged for each tile, which costs least if it is
    // square, and so much that there are half as many.
    area *= 2;
    cutRows(static_cast<int64_t>(std::sqrt(area)));
    cutColumns(std::min(product.m.size, laneRows), sizes.columns);
    cutDepth(sizes.rightSize / product.n.size);
  }
  return product;
}
