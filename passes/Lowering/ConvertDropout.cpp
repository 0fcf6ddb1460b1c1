//===- ConvertDropout.cpp - Draw a mask and apply it ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "Philox.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

namespace {

/// The mask is drawn once for all lanes.
struct ConvertDropout : OpRewritePattern<DropoutOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DropoutOp op,
                                PatternRewriter &rewriter) const override {
    StructuredBuilder b(op, rewriter);
    Value input = op.getInput();
    int64_t length = getExtent(input, 1), width = getExtent(input, 2);
    int64_t tile = DropoutOp::getTile(length);
    DropoutDraw draw = {op.getSeed(), op.getStep(),
                        op.getRate().convertToDouble(), op.getSite()};
    Type element = getElementType(input), type = getComputeType(element);
    Value mask = b.map(
        b.sizesOf(input, {1, 2}), type, {}, [&](ScalarBuilder &s, ValueRange) {
          Value row = s.floorModulo(loopIndex64(s, 0), tile);
          Value number = s.add(s.mul(row, s.constant(s.getI64Type(), width)),
                               loopIndex64(s, 1));
          return draw.emitFactor(s, number, type);
        });
    rewriter.replaceOp(op, b.map(b.sizesOf(input), element,
                                 {{input, {0, 1, 2}}, {mask, {1, 2}}},
                                 [](ScalarBuilder &s, ValueRange args) {
                                   return s.mul(args[0], args[1]);
                                 }));
    return success();
  }
};

} // namespace

void brt::populateConvertDropoutPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertDropout>(patterns.getContext());
}
