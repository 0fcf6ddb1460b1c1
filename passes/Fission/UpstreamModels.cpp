//===- UpstreamModels.cpp - Lanes of upstream ops -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LaneWiseModels.h"
#include "brt/passes/Fission/LaneWise.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

/// Whether a mixed list of numbers begins with a constant.
static bool startsWith(ArrayRef<OpFoldResult> values, int64_t number) {
  return !values.empty() && isConstantIntValue(values.front(), number);
}

/// Groups of axes that leave axis 0 alone.
static bool keepsAxis0(ArrayRef<ReassociationIndices> groups) {
  return !groups.empty() && groups.front().size() == 1;
}

//===----------------------------------------------------------------------===//
// tensor
//===----------------------------------------------------------------------===//

namespace {

/// An op that has lanes in all of its tensors.
template <typename Derived, typename OpT>
struct TensorModel : LaneWiseOpInterface::ExternalModel<Derived, OpT> {
  bool hasLanes(Operation *op, OpOperand &operand) const {
    return isa<RankedTensorType>(operand.get().getType());
  }
};

struct ConcatModel : TensorModel<ConcatModel, tensor::ConcatOp> {
  bool isLaneWise(Operation *op) const {
    return cast<tensor::ConcatOp>(op).getDim() != 0;
  }
};

/// A slice of whole lanes: its extents are those of the source along axis 0.
struct ExtractSliceModel
    : TensorModel<ExtractSliceModel, tensor::ExtractSliceOp> {
  bool isLaneWise(Operation *op) const {
    auto slice = cast<tensor::ExtractSliceOp>(op);
    // Lanes are as many everywhere: a dynamic extent of them is all of them.
    return startsWith(slice.getMixedOffsets(), 0) &&
           startsWith(slice.getMixedStrides(), 1) &&
           slice.getType().getRank() == slice.getSourceType().getRank() &&
           slice.getType().getDimSize(0) == slice.getSourceType().getDimSize(0);
  }
  Operation *cloneWithLanes(Operation *op, OpBuilder &builder,
                            ValueRange operands, int64_t factor) const {
    auto slice = cast<tensor::ExtractSliceOp>(op);
    SmallVector<OpFoldResult> sizes = slice.getMixedSizes();
    sizes[0] = multiplyLanes(builder, op->getLoc(), sizes[0], factor);
    return tensor::ExtractSliceOp::create(builder, op->getLoc(), operands[0],
                                          slice.getMixedOffsets(), sizes,
                                          slice.getMixedStrides());
  }
};

struct CollapseShapeModel
    : TensorModel<CollapseShapeModel, tensor::CollapseShapeOp> {
  bool isLaneWise(Operation *op) const {
    return keepsAxis0(
        cast<tensor::CollapseShapeOp>(op).getReassociationIndices());
  }
};

struct ExpandShapeModel : TensorModel<ExpandShapeModel, tensor::ExpandShapeOp> {
  bool isLaneWise(Operation *op) const {
    return keepsAxis0(
        cast<tensor::ExpandShapeOp>(op).getReassociationIndices());
  }
  Operation *cloneWithLanes(Operation *op, OpBuilder &builder,
                            ValueRange operands, int64_t factor) const {
    auto expand = cast<tensor::ExpandShapeOp>(op);
    SmallVector<OpFoldResult> shape = expand.getMixedOutputShape();
    shape[0] = multiplyLanes(builder, op->getLoc(), shape[0], factor);
    SmallVector<int64_t> extents(expand.getType().getShape());
    if (!ShapedType::isDynamic(extents[0]))
      extents[0] *= factor;
    return tensor::ExpandShapeOp::create(
        builder, op->getLoc(), expand.getType().clone(extents), operands[0],
        expand.getReassociationIndices(), shape);
  }
};

struct EmptyModel : TensorModel<EmptyModel, tensor::EmptyOp> {
  bool isLaneWise(Operation *op) const {
    return cast<tensor::EmptyOp>(op).getType().getRank() > 0;
  }
  Operation *cloneWithLanes(Operation *op, OpBuilder &builder,
                            ValueRange operands, int64_t factor) const {
    auto empty = cast<tensor::EmptyOp>(op);
    SmallVector<OpFoldResult> sizes = empty.getMixedSizes();
    sizes[0] = multiplyLanes(builder, op->getLoc(), sizes[0], factor);
    return tensor::EmptyOp::create(builder, op->getLoc(), sizes,
                                   empty.getType().getElementType());
  }
};

struct SplatModel : TensorModel<SplatModel, tensor::SplatOp> {
  bool isLaneWise(Operation *op) const {
    return cast<tensor::SplatOp>(op).getType().getRank() > 0;
  }
  Operation *cloneWithLanes(Operation *op, OpBuilder &builder,
                            ValueRange operands, int64_t factor) const {
    auto splat = cast<tensor::SplatOp>(op);
    auto type = splat.getType();
    SmallVector<Value> extents(operands.drop_front());
    SmallVector<int64_t> shape(type.getShape());
    if (type.isDynamicDim(0))
      extents[0] =
          cast<Value>(multiplyLanes(builder, op->getLoc(), extents[0], factor));
    else
      shape[0] *= factor;
    return tensor::SplatOp::create(builder, op->getLoc(), type.clone(shape),
                                   operands[0], extents);
  }
};

//===----------------------------------------------------------------------===//
// linalg
//===----------------------------------------------------------------------===//

/// A structured op whose outermost axis of results is a parallel loop, which
/// walks nothing but axis 0 of operands.
template <typename OpT>
struct StructuredModel
    : LaneWiseOpInterface::ExternalModel<StructuredModel<OpT>, OpT> {
  bool isLaneWise(Operation *op) const {
    auto structured = cast<linalg::LinalgOp>(op);
    std::optional<unsigned> lane = getLaneLoop(structured);
    if (!lane || structured.getIteratorTypesArray()[*lane] !=
                     utils::IteratorType::parallel)
      return false;
    for (OpOperand &operand : op->getOpOperands()) {
      AffineMap map = structured.getMatchingIndexingMap(&operand);
      ArrayRef<AffineExpr> axes = map.getResults();
      bool walks = walksLanes(map, *lane);
      if (structured.isDpsInit(&operand) && !walks)
        return false;
      for (AffineExpr axis : axes.drop_front(walks ? 1 : 0))
        if (axis.isFunctionOfDim(*lane))
          return false;
    }
    WalkResult walk = op->walk([&](linalg::IndexOp index) {
      return index.getDim() == *lane ? WalkResult::interrupt()
                                     : WalkResult::advance();
    });
    return !walk.wasInterrupted();
  }
  bool hasLanes(Operation *op, OpOperand &operand) const {
    auto structured = cast<linalg::LinalgOp>(op);
    return walksLanes(structured.getMatchingIndexingMap(&operand),
                      *getLaneLoop(structured));
  }

private:
  static std::optional<unsigned> getLaneLoop(linalg::LinalgOp op) {
    AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    if (!op.hasPureTensorSemantics() || map.getNumResults() == 0)
      return std::nullopt;
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(0));
    return dim ? std::optional(dim.getPosition()) : std::nullopt;
  }
  static bool walksLanes(AffineMap map, unsigned lane) {
    return map.getNumResults() != 0 &&
           map.getResult(0) == getAffineDimExpr(lane, map.getContext());
  }
};

template <typename... OpTs>
void attachStructured(MLIRContext *context) {
  (OpTs::template attachInterface<StructuredModel<OpTs>>(*context), ...);
}

} // namespace

void brt::registerUpstreamModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    tensor::ConcatOp::attachInterface<ConcatModel>(*context);
    tensor::ExtractSliceOp::attachInterface<ExtractSliceModel>(*context);
    tensor::CollapseShapeOp::attachInterface<CollapseShapeModel>(*context);
    tensor::ExpandShapeOp::attachInterface<ExpandShapeModel>(*context);
    tensor::EmptyOp::attachInterface<EmptyModel>(*context);
    tensor::SplatOp::attachInterface<SplatModel>(*context);
  });
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attachStructured<linalg::GenericOp, linalg::FillOp, linalg::BroadcastOp,
                     linalg::TransposeOp, linalg::CopyOp>(context);
  });
}
