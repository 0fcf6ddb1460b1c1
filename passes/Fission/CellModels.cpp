//===- CellModels.cpp - Lanes of the dialect's ops ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LaneWiseModels.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Fission/LaneWise.h"

using namespace mlir;
using namespace brt;

namespace {

/// An op with lanes in some operands, by their numbers in its definition, and
/// in its first `laneResults` results; the others are sums over lanes.
template <typename OpT, unsigned laneResults, unsigned... laneOperands>
struct LaneWiseModel
    : LaneWiseOpInterface::ExternalModel<
          LaneWiseModel<OpT, laneResults, laneOperands...>, OpT> {
  bool hasLanes(Operation *op, OpOperand &operand) const {
    auto contains = [&](unsigned number) {
      auto [first, count] = cast<OpT>(op).getODSOperandIndexAndLength(number);
      return operand.getOperandNumber() - first < count;
    };
    return (contains(laneOperands) || ...);
  }
  bool sumsLanes(Operation *op, unsigned result) const {
    return result >= laneResults;
  }
};

/// The activations of a gate have lanes, unless they are parameters.
template <typename OpT>
struct GateModel : LaneWiseOpInterface::ExternalModel<GateModel<OpT>, OpT> {
  bool hasLanes(Operation *op, OpOperand &operand) const {
    return isOfState(op, operand.get());
  }
  bool sumsLanes(Operation *op, unsigned result) const {
    return !isOfState(op, op->getResult(result));
  }
  static bool isOfState(Operation *op, Value value) {
    return cast<RankedTensorType>(value.getType()).getRank() ==
           cast<OpT>(op).getState().getType().getRank();
  }
};

/// What lanes choose may be given once for all of them.
struct SelectLanesModel
    : LaneWiseOpInterface::ExternalModel<SelectLanesModel, SelectLanesOp> {
  bool hasLanes(Operation *op, OpOperand &operand) const {
    auto select = cast<SelectLanesOp>(op);
    return operand.get() != select.getOnTrue() ||
           select.getOnTrue().getType() == select.getOnFalse().getType();
  }
};

template <typename OpT, unsigned laneResults, unsigned... laneOperands>
void attach(MLIRContext *context) {
  OpT::template attachInterface<
      LaneWiseModel<OpT, laneResults, laneOperands...>>(*context);
}

} // namespace

void brt::registerCellModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, BrtDialect *) {
    attach<EmbedOp, 1, 0>(context);
    attach<AddAbsolutePositionsOp, 1, 0, 1>(context);
    attach<NormOp, 1, 0>(context);
    attach<LinearOp, 1, 0>(context);
    attach<ActivationOp, 1, 0>(context);
    attach<DropoutOp, 1, 0>(context);
    attach<LogitsOp, 1, 0>(context);
    attach<SplitHeadsOp, 1, 0>(context);
    attach<MergeHeadsOp, 1, 0>(context);
    attach<UnitNormalizeOp, 1, 0>(context);
    attach<RotaryOp, 1, 0, 1>(context);
    // Query, key, value; positions, but not parameters, seed and step.
    attach<WindowAttentionOp, 2, 0, 1, 2, 6>(context);
    attach<StateAttentionOp, 2, 0, 1, 2>(context);
    attach<AddStateIdsOp, 1, 0>(context);
    attach<CacheWriteOp, 1, 0, 1, 2, 3>(context);
    attach<ShiftTargetsOp, 2, 0, 1>(context);
    attach<CrossEntropyOp, 1, 0, 1, 2>(context);
    GateOp::attachInterface<GateModel<GateOp>>(*context);
    SelectLanesOp::attachInterface<SelectLanesModel>(*context);

    attach<SumLeadingOp, 0, 0>(context);
    attach<WeightGradientOp, 0, 0, 1>(context);
    attach<EmbedAdjointOp, 0, 0, 1>(context);
    attach<NormAdjointOp, 1, 0, 2>(context);
    attach<UnitNormalizeAdjointOp, 1, 0, 1>(context);
    attach<ActivationAdjointOp, 1, 0, 1>(context);
    attach<CrossEntropyAdjointOp, 1, 0, 1, 2, 3>(context);
    // As above; then output, logarithm of the sum, gradient.
    attach<WindowAttentionAdjointOp, 3, 0, 1, 2, 6, 9, 10, 11>(context);
    attach<StateAttentionAdjointOp, 3, 0, 1, 2, 4, 5, 6>(context);
    GateAdjointOp::attachInterface<GateModel<GateAdjointOp>>(*context);
  });
}
