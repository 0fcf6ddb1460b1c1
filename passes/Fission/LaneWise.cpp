//===- LaneWise.cpp - Ops that treat each lane alike ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Fission/LaneWise.h"
#include "LaneWiseModels.h"
#include "brt/passes/Fission/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace brt;

#include "brt/passes/Fission/LaneWiseOpInterface.cpp.inc"

Operation *brt::cloneWithMoreLanes(Operation *op, OpBuilder &builder,
                                   ValueRange operands, int64_t factor) {
  IRMapping mapping;
  Operation *clone = op->clone(mapping);
  clone->setOperands(operands);
  for (OpResult result : clone->getResults()) {
    auto type = cast<RankedTensorType>(result.getType());
    if (sumsLanes(op->getResult(result.getResultNumber())))
      continue;
    SmallVector<int64_t> shape(type.getShape());
    if (!type.isDynamicDim(0))
      shape[0] *= factor;
    result.setType(type.clone(shape));
  }
  return builder.insert(clone);
}

OpFoldResult brt::multiplyLanes(OpBuilder &builder, Location loc,
                                OpFoldResult extent, int64_t factor) {
  if (std::optional<int64_t> number = getConstantIntValue(extent))
    return builder.getIndexAttr(*number * factor);
  Value times = arith::ConstantIndexOp::create(builder, loc, factor);
  return arith::MulIOp::create(builder, loc, cast<Value>(extent), times)
      .getResult();
}

/// Element-wise ops are so along every axis.
static bool isElementwise(Operation *op) {
  return OpTrait::hasElementwiseMappableTraits(op) &&
         llvm::all_of(op->getResultTypes(), [](Type type) {
           auto tensor = dyn_cast<RankedTensorType>(type);
           return tensor && tensor.getRank() > 0;
         });
}

bool brt::isLaneWise(Operation *op) {
  if (auto laneWise = dyn_cast<LaneWiseOpInterface>(op))
    return laneWise.isLaneWise();
  return isElementwise(op);
}

bool brt::hasLanes(OpOperand &operand) {
  if (auto laneWise = dyn_cast<LaneWiseOpInterface>(operand.getOwner()))
    return laneWise.hasLanes(operand);
  return isa<RankedTensorType>(operand.get().getType());
}

bool brt::sumsLanes(OpResult result) {
  auto laneWise = dyn_cast<LaneWiseOpInterface>(result.getOwner());
  return laneWise && laneWise.sumsLanes(result.getResultNumber());
}

Operation *brt::cloneLaneWise(Operation *op, OpBuilder &builder,
                              ValueRange operands, int64_t factor) {
  if (auto laneWise = dyn_cast<LaneWiseOpInterface>(op))
    return laneWise.cloneWithLanes(builder, operands, factor);
  return cloneWithMoreLanes(op, builder, operands, factor);
}

void brt::registerLaneWiseModels(DialectRegistry &registry) {
  registerCellModels(registry);
  registerUpstreamModels(registry);
}
