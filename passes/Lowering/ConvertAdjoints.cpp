//===- ConvertAdjoints.cpp - Adjoints of products, lookups and the loss ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

namespace {

struct ConvertSumLeading : OpRewritePattern<SumLeadingOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SumLeadingOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type type = getElementType(op.getResult());
    Type compute = getComputeType(type);
    SmallVector<int64_t> all = allLoops(op.getInput());
    size_t rank = op.getResult().getType().getRank();
    ArrayRef<int64_t> kept = ArrayRef<int64_t>(all).take_back(rank);
    Value sum = b.sum(
        b.sizesOf(op.getInput(), kept), kept, {{op.getInput(), all}}, compute,
        [&](ScalarBuilder &s, ValueRange args) { return args[0]; });
    rewriter.replaceOp(op, b.converted(sum, type));
    return success();
  }
};

struct ContractWeightGradient : OpRewritePattern<WeightGradientOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WeightGradientOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type type = getElementType(op.getResult());
    Type compute = getComputeType(type);
    Value input = op.getInput(), gradient = op.getGradient();
    // Loops: rows k and columns m of the weight, then the leading axes.
    SmallVector<int64_t> inputLoops, gradientLoops;
    int64_t leading = op.getInput().getType().getRank() - 1;
    for (int64_t i = 0; i < leading; ++i)
      inputLoops.push_back(2 + i);
    gradientLoops = inputLoops;
    inputLoops.push_back(0);
    gradientLoops.push_back(1);
    Value init = b.filled(b.sizesOf(op.getResult()), compute, 0.0);
    Value sum = b.contract({init, {0, 1}}, {input, inputLoops},
                           {gradient, gradientLoops});
    rewriter.replaceOp(op, b.converted(sum, type));
    return success();
  }
};

/// Adds the rows of the gradient to those of the table, one after the other.
struct ScatterEmbeddings : OpRewritePattern<EmbedAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EmbedAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type type = getElementType(op.getResult());
    Type compute = getComputeType(type);
    Value zero = b.constantIndex(0), one = b.constantIndex(1);
    Value lanes = tensor::DimOp::create(b, op.getTokens(), 0);
    Value length = tensor::DimOp::create(b, op.getTokens(), 1);
    int64_t vocabulary = getExtent(op.getResult(), 0);
    OpFoldResult size = b.getIndexAttr(1);
    Value table = b.filled(b.sizesOf(op.getResult()), compute, 0.0);

    auto addRow = [&](StructuredBuilder &b, Value lane, Value position,
                      Value table) {
      Value token = b.element(op.getTokens(), {lane, position});
      Value row = b.toIndex(b.floorModulo(token, vocabulary));
      Value old = b.slice(table, 0, row, size);
      Value added =
          b.slice(b.slice(op.getGradient(), 0, lane, size), 1, position, size);
      SmallVector<ReassociationIndices> axes = {{0, 1}, {2}};
      Value flat = tensor::CollapseShapeOp::create(b, added, axes);
      Value sum =
          b.map(b.sizesOf(old), compute, {{old, {0, 1}}, {flat, {0, 1}}},
                [&](ScalarBuilder &s, ValueRange args) {
                  return s.add(args[0], args[1]);
                });
      return b.insert(sum, table, 0, row);
    };
    auto loop = scf::ForOp::create(
        b, zero, lanes, one, table,
        [&](OpBuilder &builder, Location loc, Value lane, ValueRange outer) {
          auto inner = scf::ForOp::create(
              builder, loc, zero, length, one, outer,
              [&](OpBuilder &builder, Location loc, Value position,
                  ValueRange carried) {
                StructuredBuilder b(loc, builder);
                scf::YieldOp::create(
                    b, addRow(b, lane, position, carried.front()));
              });
          scf::YieldOp::create(builder, loc, inner.getResults());
        });
    rewriter.replaceOp(op, b.converted(loop.getResult(0), type));
    return success();
  }
};

struct ConvertCrossEntropyAdjoint : OpRewritePattern<CrossEntropyAdjointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CrossEntropyAdjointOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value logits = op.getLogits();
    Type type = getElementType(logits), compute = getComputeType(type);
    int64_t vocabulary = getExtent(logits, 2);
    Value p = ActivationOp::create(b, logits.getType(), ActivationKind::Softmax,
                                   logits);
    // Rows of 0 or G, so that the wide loop selects nothing but the target.
    Value weight =
        b.map(b.sizesOf(op.getGradient()), compute,
              {{op.getGradient(), {0, 1}}, {op.getMask(), {0, 1}}},
              [&](ScalarBuilder &s, ValueRange args) {
                return s.select(args[1], args[0], s.constant(compute, 0.0));
              });
    Value result = b.map(
        b.sizesOf(logits), type,
        {{p, {0, 1, 2}}, {weight, {0, 1}}, {op.getTargets(), {0, 1}}},
        [&](ScalarBuilder &s, ValueRange args) {
          Value target = s.floorModulo(args[2], vocabulary);
          Value hit = arith::CmpIOp::create(s, arith::CmpIPredicate::eq,
                                            s.loopIndex32(2), target);
          return s.mul(args[1], s.select(hit, s.add(args[0], -1.0), args[0]));
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void brt::populateConvertAdjointPatterns(RewritePatternSet &patterns) {
  patterns.add<ContractWeightGradient, ConvertCrossEntropyAdjoint,
               ConvertSumLeading, ScatterEmbeddings>(patterns.getContext());
}
