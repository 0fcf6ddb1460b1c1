//===- BrtRecurrenceFolds.cpp - Canonicalisation of brt.recurrence --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

namespace {
/// A recurrence over one block is its body.
struct InlineSingleBlock : OpRewritePattern<RecurrenceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RecurrenceOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getBlocks() != 1)
      return rewriter.notifyMatchFailure(op, "more than one block");
    YieldOp yield = op.getYield();
    SmallVector<Value> arguments(op.getSequences());
    llvm::append_range(arguments, op.getInits());
    rewriter.inlineBlockBefore(&op.getBody().front(), op, arguments);
    SmallVector<Value> results(yield.getOperands());
    rewriter.eraseOp(yield);
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// Sequences that no block reads and pieces that nobody uses are not needed.
struct DropUnusedPieces : OpRewritePattern<RecurrenceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RecurrenceOp op,
                                PatternRewriter &rewriter) const override {
    YieldOp yield = op.getYield();
    size_t numPieces = yield.getPieces().size();
    SmallVector<Value> sequences, pieces;
    for (auto [sequence, piece] :
         llvm::zip_equal(op.getSequences(), op.getPieces()))
      if (!piece.use_empty())
        sequences.push_back(sequence);
    for (auto [piece, result] : llvm::zip_equal(
             yield.getPieces(), op.getResults().take_front(numPieces)))
      if (!result.use_empty())
        pieces.push_back(piece);
    if (sequences.size() == op.getSequences().size() &&
        pieces.size() == numPieces)
      return rewriter.notifyMatchFailure(op, "every piece is used");

    auto smaller = RecurrenceOp::create(
        rewriter, op.getLoc(), op.getBlocks(), sequences, op.getInits(),
        [&](OpBuilder &builder, Location loc, ValueRange newPieces,
            ValueRange carried) {
          // An unused argument needs a value to be merged: its sequence does,
          // since nothing reads it.
          SmallVector<Value> arguments;
          for (auto [sequence, piece] :
               llvm::zip_equal(op.getSequences(), op.getPieces())) {
            bool used = !piece.use_empty();
            arguments.push_back(used ? newPieces.front() : sequence);
            if (used)
              newPieces = newPieces.drop_front();
          }
          llvm::append_range(arguments, carried);
          rewriter.mergeBlocks(&op.getBody().front(),
                               builder.getInsertionBlock(), arguments);
          // Merging has put arguments in the place of the old ones.
          SmallVector<Value> kept;
          for (auto [piece, result] : llvm::zip_equal(
                   yield.getPieces(), op.getResults().take_front(numPieces)))
            if (!result.use_empty())
              kept.push_back(piece);
          SmallVector<Value> carry(yield.getCarry());
          rewriter.setInsertionPoint(yield);
          rewriter.replaceOpWithNewOp<YieldOp>(yield, kept, carry);
        });

    smaller.setReverse(op.getReverse());

    ResultRange newResults = smaller.getResults();
    SmallVector<Value> replacements;
    for (OpResult result : op.getResults()) {
      bool kept = result.getResultNumber() >= numPieces || !result.use_empty();
      replacements.push_back(kept ? Value(newResults.front()) : Value());
      if (kept)
        newResults = newResults.drop_front();
    }
    rewriter.replaceOp(op, replacements);
    return success();
  }
};
} // namespace

void RecurrenceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                               MLIRContext *context) {
  patterns.add<InlineSingleBlock, DropUnusedPieces>(context);
}
