//===- BrtGradState.cpp - Adjoints of what chooses and marks states -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace brt;

LogicalResult AddStateIdsOp::emitAdjoint(OpBuilder &builder,
                                         Gradients &gradients) {
  Value gradient = gradients.get(getResult());
  gradients.add(builder, getInput(), gradient);
  if (gradients.wants(getIds()))
    gradients.add(
        builder, getIds(),
        SumLeadingOp::create(builder, getLoc(), getIds().getType(), gradient));
  return success();
}

/// Each lane's gradient goes to the side it chose; what stands for every lane
/// gets the sum over the lanes that chose it.
LogicalResult SelectLanesOp::emitAdjoint(OpBuilder &builder,
                                         Gradients &gradients) {
  Location loc = getLoc();
  Value gradient = gradients.get(getResult());
  RankedTensorType type = getTensorType(gradient);
  RankedTensorType onTrue = getOnTrue().getType();
  if (gradients.wants(getOnTrue())) {
    Value zeros = createZerosLike(builder, loc, gradient);
    Value chosen =
        SelectLanesOp::create(builder, loc, type, getFlags(), gradient, zeros);
    if (onTrue != type)
      chosen = SumLeadingOp::create(builder, loc, onTrue, chosen);
    gradients.add(builder, getOnTrue(), chosen);
  }
  if (gradients.wants(getOnFalse())) {
    Value zeros =
        createZerosLike(builder, loc, onTrue == type ? gradient : getOnTrue());
    gradients.add(
        builder, getOnFalse(),
        SelectLanesOp::create(builder, loc, type, getFlags(), zeros, gradient));
  }
  return success();
}
