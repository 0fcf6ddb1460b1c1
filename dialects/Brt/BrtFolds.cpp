//===- BrtFolds.cpp - Folders and canonicalisation ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace brt;

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

/// Both sides the same value, or flags that are one constant.
OpFoldResult SelectLanesOp::fold(FoldAdaptor adaptor) {
  if (getOnTrue() == getOnFalse())
    return getOnFalse();
  auto flags = llvm::dyn_cast_if_present<SplatElementsAttr>(adaptor.getFlags());
  if (!flags)
    return {};
  if (!flags.getSplatValue<bool>())
    return getOnFalse();
  if (getOnTrue().getType() == getResult().getType())
    return getOnTrue();
  return {};
}
