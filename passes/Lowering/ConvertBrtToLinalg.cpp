//===- ConvertBrtToLinalg.cpp - The cell level to structured ops ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConvertBrtToLinalg.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/dialects/Kernel/Kernel.h"
#include "brt/passes/Lowering/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace brt {
#define GEN_PASS_DEF_CONVERTBRTTOLINALGPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;

namespace {
struct ConvertBrtToLinalgPass
    : brt::impl::ConvertBrtToLinalgPassBase<ConvertBrtToLinalgPass> {
  using ConvertBrtToLinalgPassBase::ConvertBrtToLinalgPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    brt::populateConvertBrtToLinalgPatterns(patterns);
    if (fuseAttention)
      brt::populateFuseAttentionPatterns(patterns);
    if (fuseAttentionAdjoint)
      brt::populateFuseAttentionAdjointPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();

    WalkResult result = getOperation()->walk([](Operation *op) {
      if (!isa_and_nonnull<brt::BrtDialect>(op->getDialect()))
        return WalkResult::advance();
      op->emitOpError("expects to be an op of the level 'cell', which the "
                      "conversion to linalg knows");
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace

void brt::populateConvertBrtToLinalgPatterns(RewritePatternSet &patterns) {
  populateConvertAdjointPatterns(patterns);
  populateConvertAttentionAdjointPatterns(patterns);
  populateConvertAttentionPatterns(patterns);
  populateConvertDropoutPatterns(patterns);
  populateConvertLinearPatterns(patterns);
  populateConvertLossPatterns(patterns);
  populateConvertPointwiseAdjointPatterns(patterns);
  populateConvertPointwisePatterns(patterns);
  populateConvertPositionAdjointPatterns(patterns);
  populateConvertPositionPatterns(patterns);
  populateConvertRandomPatterns(patterns);
  populateConvertStatePatterns(patterns);
  tensor::populateDecomposeTensorConcatPatterns(patterns);
}
