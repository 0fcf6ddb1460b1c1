//===- ConvertState.cpp - The recurrence and the carry of lanes -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

namespace {

/// A loop over blocks that cuts pieces out of the sequences and puts the pieces
/// of results together.
struct LoopOverBlocks : OpRewritePattern<RecurrenceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RecurrenceOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    unsigned wholes = op.getYield().getPieces().size();
    SmallVector<Value> inits = emptyResults(b, op);
    llvm::append_range(inits, op.getInits());

    auto loop = scf::ForOp::create(b, b.constantIndex(0),
                                   b.constantIndex(op.getBlocks()),
                                   b.constantIndex(1), inits);
    if (inits.empty())
      rewriter.eraseOp(loop.getBody()->getTerminator());
    b.setInsertionPointToStart(loop.getBody());
    ValueRange carried = loop.getRegionIterArgs();
    Value block = loop.getInductionVar();
    if (op.getReverse())
      block = b.sub(b.constantIndex(op.getBlocks() - 1), block);
    SmallVector<Value> arguments;
    for (auto [sequence, piece] : llvm::zip(op.getSequences(), op.getPieces()))
      arguments.push_back(cut(b, sequence, piece.getType(), block));
    llvm::append_range(arguments, carried.drop_front(wholes));

    YieldOp yield = op.getYield();
    rewriter.inlineBlockBefore(&op.getBody().front(), loop.getBody(),
                               loop.getBody()->end(), arguments);
    b.setInsertionPoint(yield);
    SmallVector<Value> next;
    for (auto [piece, whole] : llvm::zip(yield.getPieces(), carried)) {
      int64_t size = getExtent(piece, 1);
      Value offset = b.mul(block, b.constantIndex(size));
      next.push_back(b.insert(piece, whole, 1, offset));
    }
    // Carried values stay in one buffer each.
    for (auto [value, before] :
         llvm::zip(yield.getCarry(), carried.drop_front(wholes)))
      next.push_back(
          value == before
              ? value
              : linalg::CopyOp::create(b, value, before).getResult(0));
    scf::YieldOp::create(b, next);
    rewriter.eraseOp(yield);
    rewriter.replaceOp(op, loop);
    return success();
  }

  static Value cut(StructuredBuilder &b, Value sequence, Type type,
                   Value block) {
    int64_t size = cast<RankedTensorType>(type).getDimSize(1);
    Value offset = b.mul(block, b.constantIndex(size));
    return b.slice(sequence, 1, offset, b.getIndexAttr(size));
  }

  /// Tensors for the results' pieces. An extent that is not static is that of
  /// the lanes, axis 0 of every sequence and carried value.
  static SmallVector<Value> emptyResults(StructuredBuilder &b,
                                         RecurrenceOp op) {
    SmallVector<Value> results;
    unsigned wholes = op.getYield().getPieces().size();
    for (Type type : TypeRange(op.getResultTypes()).take_front(wholes)) {
      auto tensorType = cast<RankedTensorType>(type);
      SmallVector<OpFoldResult> sizes;
      for (int64_t extent : tensorType.getShape())
        sizes.push_back(ShapedType::isDynamic(extent) ? lanesOf(b, op)
                                                      : b.getIndexAttr(extent));
      results.push_back(b.empty(sizes, tensorType.getElementType()));
    }
    return results;
  }

  static OpFoldResult lanesOf(StructuredBuilder &b, RecurrenceOp op) {
    Value source =
        op.getSequences().empty() ? op.getInits()[0] : op.getSequences()[0];
    return b.sizesOf(source, {0}).front();
  }
};

struct SelectLanes : OpRewritePattern<SelectLanesOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SelectLanesOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    SmallVector<int64_t> all = allLoops(op.getOnFalse()), onTrue = all;
    if (op.getOnTrue().getType() != op.getOnFalse().getType())
      onTrue.erase(onTrue.begin());
    Type type = getElementType(op.getResult());
    Value result = b.map(b.sizesOf(op.getOnFalse()), type,
                         {{op.getFlags(), {0}},
                          {op.getOnTrue(), onTrue},
                          {op.getOnFalse(), all}},
                         [](ScalarBuilder &s, ValueRange args) {
                           return s.select(args[0], args[1], args[2]);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct ReduceAnyLane : OpRewritePattern<AnyLaneOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AnyLaneOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value any =
        b.reduce({b.filled({}, b.getI1Type(), 0), {}}, {{op.getFlags(), {0}}},
                 [](ScalarBuilder &s, ValueRange args) -> Value {
                   return arith::OrIOp::create(s, args[0], args[1]);
                 });
    rewriter.replaceOpWithNewOp<tensor::ExtractOp>(op, any, ValueRange());
    return success();
  }
};

/// Copies each lane's new rows into the cache, cut to what lies inside.
struct WriteCache : OpRewritePattern<CacheWriteOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CacheWriteOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value lanes = tensor::DimOp::create(b, op.getCache(), 0);
    auto loop = scf::ForOp::create(
        b, b.constantIndex(0), lanes, b.constantIndex(1), op.getCache(),
        [&](OpBuilder &builder, Location loc, Value lane, ValueRange carried) {
          StructuredBuilder inner(loc, builder);
          scf::YieldOp::create(inner, writeLane(inner, op, lane, carried[0]));
        });
    rewriter.replaceOp(op, loop);
    return success();
  }

  static Value writeLane(StructuredBuilder &b, CacheWriteOp op, Value lane,
                         Value cache) {
    Value zero = b.constantIndex(0);
    auto minimum = [&](Value x, int64_t y) -> Value {
      return arith::MinSIOp::create(b, x, b.constantIndex(y));
    };
    Value position = b.toIndex(b.element(op.getPositions(), lane));
    Value count = minimum(b.toIndex(b.element(op.getCounts(), lane)),
                          getExtent(op.getRows(), 1));
    Value start = b.max(position, zero);
    Value end = minimum(b.add(position, count), getExtent(cache, 1));
    Value length = b.max(b.sub(end, start), zero);

    SmallVector<OpFoldResult> sizes = b.sizesOf(op.getRows());
    sizes[0] = b.getIndexAttr(1);
    sizes[1] = length;
    SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
    SmallVector<OpFoldResult> from(sizes.size(), b.getIndexAttr(0));
    from[0] = lane;
    SmallVector<OpFoldResult> to = from;
    from[1] = b.sub(start, position);
    to[1] = start;
    Value rows =
        tensor::ExtractSliceOp::create(b, op.getRows(), from, sizes, strides);
    return tensor::InsertSliceOp::create(b, rows, cache, to, sizes, strides);
  }
};

} // namespace

void brt::populateConvertStatePatterns(RewritePatternSet &patterns) {
  patterns.add<LoopOverBlocks, ReduceAnyLane, SelectLanes, WriteCache>(
      patterns.getContext());
}
