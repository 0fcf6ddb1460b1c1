//===- BrtFolds.cpp - Folders and canonicalisation ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace brt;

Operation *BrtDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

//===----------------------------------------------------------------------===//
// Level `model`
//===----------------------------------------------------------------------===//

static DictionaryAttr getAttrsWithoutCount(Operation *op) {
  NamedAttrList attrs(op->getAttrDictionary());
  attrs.erase("count");
  return attrs.getDictionary(op->getContext());
}

/// Adds the count of a layer to that of an equal layer before it. The verifier
/// of the model bounds the sum.
template <typename LayerT>
static LogicalResult mergeIntoPrevious(LayerT op, PatternRewriter &rewriter) {
  auto previous = dyn_cast_if_present<LayerT>(op->getPrevNode());
  if (!previous)
    return rewriter.notifyMatchFailure(op, "no layer of this kind before it");
  if (getAttrsWithoutCount(op) != getAttrsWithoutCount(previous))
    return rewriter.notifyMatchFailure(op, "the layer before it differs");
  rewriter.modifyOpInPlace(previous, [&] {
    previous.setCount(previous.getCount() + op.getCount());
  });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult TransformerLayerOp::canonicalize(TransformerLayerOp op,
                                               PatternRewriter &rewriter) {
  return mergeIntoPrevious(op, rewriter);
}

LogicalResult RecurrentLayerOp::canonicalize(RecurrentLayerOp op,
                                             PatternRewriter &rewriter) {
  return mergeIntoPrevious(op, rewriter);
}

//===----------------------------------------------------------------------===//
// Level `cell`
//===----------------------------------------------------------------------===//

/// Splitting the same heads that were just merged.
OpFoldResult SplitHeadsOp::fold(FoldAdaptor) {
  auto merge = getInput().getDefiningOp<MergeHeadsOp>();
  if (merge && merge.getInputs().size() == 1 &&
      merge.getInputs().front().getType() == getType())
    return merge.getInputs().front();
  return {};
}

/// Merging the same heads that were just split.
OpFoldResult MergeHeadsOp::fold(FoldAdaptor) {
  if (getInputs().size() != 1)
    return {};
  if (auto split = getInputs().front().getDefiningOp<SplitHeadsOp>())
    return split.getInput();
  return {};
}

/// No activation is no op; a second relu changes nothing.
OpFoldResult ActivationOp::fold(FoldAdaptor) {
  if (getKind() == ActivationKind::None)
    return getInput();
  auto inner = getInput().getDefiningOp<ActivationOp>();
  if (inner && getKind() == ActivationKind::ReLU &&
      inner.getKind() == ActivationKind::ReLU)
    return getInput();
  return {};
}

/// Both sides the same value, a choice made already, or flags that are one
/// constant.
OpFoldResult SelectLanesOp::fold(FoldAdaptor adaptor) {
  if (getOnTrue() == getOnFalse())
    return getOnFalse();
  auto inner = getOnFalse().getDefiningOp<SelectLanesOp>();
  if (inner && inner.getFlags() == getFlags()) {
    // What the inner op has chosen is chosen again.
    getOnFalseMutable().assign(inner.getOnFalse());
    return getResult();
  }
  auto flags = dyn_cast_if_present<SplatElementsAttr>(adaptor.getFlags());
  if (!flags)
    return {};
  if (!flags.getSplatValue<bool>())
    return getOnFalse();
  if (getOnTrue().getType() == getResult().getType())
    return getOnTrue();
  return {};
}

/// Whether a flag of a constant is set.
OpFoldResult AnyLaneOp::fold(FoldAdaptor adaptor) {
  auto flags = dyn_cast_if_present<DenseElementsAttr>(adaptor.getFlags());
  if (!flags)
    return {};
  bool any = llvm::is_contained(flags.getValues<bool>(), true);
  return BoolAttr::get(getContext(), any);
}

/// Nothing to write.
OpFoldResult CacheWriteOp::fold(FoldAdaptor adaptor) {
  if (matchPattern(adaptor.getCounts(), m_Zero()))
    return getCache();
  return {};
}
