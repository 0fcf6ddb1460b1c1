//===- ConvertLinear.cpp - Embedding, projections, logits -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

namespace {

struct GatherEmbeddings : OpRewritePattern<EmbedOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EmbedOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    SmallVector<OpFoldResult> sizes = b.sizesOf(op.getTokens());
    int64_t vocabulary = getExtent(op.getTable(), 0);
    sizes.push_back(b.getIndexAttr(getExtent(op.getTable(), 1)));
    Value result = b.map(
        sizes, getElementType(op.getResult()), {{op.getTokens(), {0, 1}}},
        [&](ScalarBuilder &s, ValueRange args) {
          Value row = s.floorModulo(args[0], vocabulary);
          return s.element(op.getTable(), {s.toIndex(row), s.loopIndex(2)});
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct ContractLinear : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LinearOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type type = getElementType(op.getInput());
    Type compute = getComputeType(type);
    Value input = op.getInput(), weight = op.getWeight();
    // Loops: the rows, then the columns of the weight, then the sum.
    int64_t rank = op.getInput().getType().getRank();
    SmallVector<int64_t> rowLoops = allLoops(input);
    int64_t column = rowLoops.back();
    rowLoops.back() = rank;
    SmallVector<int64_t> weightLoops = {rank, column};
    if (op.getTransposed())
      std::swap(weightLoops[0], weightLoops[1]);
    SmallVector<OpFoldResult> sizes = b.sizesOf(input);
    sizes.back() = b.getIndexAttr(getExtent(op.getResult(), column));

    Value init;
    if (op.getBias())
      init = b.map(sizes, compute, {{op.getBias(), {column}}},
                   [&](ScalarBuilder &s, ValueRange args) {
                     return s.convert(args[0], compute);
                   });
    else
      init = b.filled(sizes, compute, 0.0);
    Value sum = b.contract({init, allLoops(init)}, {input, rowLoops},
                           {weight, weightLoops}, /*factor=*/type);
    rewriter.replaceOp(op, b.converted(sum, type));
    return success();
  }
};

struct ContractLogits : OpRewritePattern<LogitsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LogitsOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Type type = getElementType(op.getResult());
    Value input = b.converted(op.getInput(), type);
    Value table = b.converted(op.getTable(), type);
    SmallVector<OpFoldResult> sizes = b.sizesOf(input);
    sizes.back() = b.getIndexAttr(getExtent(table, 0));
    Value init = b.filled(sizes, type, 0.0);
    Value sum =
        b.contract({init, {0, 1, 2}}, {input, {0, 1, 3}}, {table, {2, 3}});
    double divisor = op.getDivisor().convertToDouble();
    Value logits = b.map(sizes, type, {{sum, {0, 1, 2}}},
                         [&](ScalarBuilder &s, ValueRange args) {
                           return s.div(args[0], s.constant(type, divisor));
                         });
    rewriter.replaceOp(op, logits);
    return success();
  }
};

} // namespace

void brt::populateConvertLinearPatterns(RewritePatternSet &patterns) {
  patterns.add<GatherEmbeddings, ContractLinear, ContractLogits>(
      patterns.getContext());
}
