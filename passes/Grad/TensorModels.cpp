//===- TensorModels.cpp - Adjoints of slices and shapes -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An op that reads a part gets a gradient that is zero elsewhere, and one that
// writes a part gives that part of its gradient.

#include "Models.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::tensor;
using namespace brt;

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

static void adjoint(ExtractSliceOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  Value zeros = createZerosLike(builder, op.getLoc(), op.getSource());
  gradients.add(builder, op.getSource(),
                InsertSliceOp::create(builder, op.getLoc(), g, zeros,
                                      op.getMixedOffsets(), op.getMixedSizes(),
                                      op.getMixedStrides()));
}

static void adjoint(InsertSliceOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  Location loc = op.getLoc();
  if (gradients.wants(op.getSource()))
    gradients.add(builder, op.getSource(),
                  ExtractSliceOp::create(
                      builder, loc, op.getSourceType(), g, op.getMixedOffsets(),
                      op.getMixedSizes(), op.getMixedStrides()));
  if (!gradients.wants(op.getDest()))
    return;
  Value zeros = createZerosLike(builder, loc, op.getSource());
  gradients.add(builder, op.getDest(),
                InsertSliceOp::create(builder, loc, zeros, g,
                                      op.getMixedOffsets(), op.getMixedSizes(),
                                      op.getMixedStrides()));
}

static OpFoldResult add(OpBuilder &builder, Location loc, OpFoldResult x,
                        OpFoldResult y) {
  std::optional<int64_t> left = getConstantIntValue(x);
  std::optional<int64_t> right = getConstantIntValue(y);
  if (left && right)
    return builder.getIndexAttr(*left + *right);
  return arith::AddIOp::create(builder, loc,
                               getValueOrCreateConstantIndexOp(builder, loc, x),
                               getValueOrCreateConstantIndexOp(builder, loc, y))
      .getResult();
}

static void adjoint(ConcatOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  Location loc = op.getLoc();
  int64_t rank = op.getResultType().getRank(), axis = op.getDim();
  SmallVector<OpFoldResult> offsets(rank, builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(rank, builder.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes = getMixedSizes(builder, loc, g);
  for (Value input : op.getInputs()) {
    sizes[axis] = getMixedSize(builder, loc, input, axis);
    auto type = cast<RankedTensorType>(input.getType());
    if (gradients.wants(input))
      gradients.add(builder, input,
                    ExtractSliceOp::create(builder, loc, type, g, offsets,
                                           sizes, strides));
    offsets[axis] = add(builder, loc, offsets[axis], sizes[axis]);
  }
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

static void adjoint(ExtractOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  Value zeros = createZerosLike(builder, op.getLoc(), op.getTensor());
  gradients.add(
      builder, op.getTensor(),
      InsertOp::create(builder, op.getLoc(), g, zeros, op.getIndices()));
}

static void adjoint(InsertOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  if (gradients.wants(op.getScalar()))
    gradients.add(builder, op.getScalar(),
                  ExtractOp::create(builder, op.getLoc(), g, op.getIndices()));
  if (!gradients.wants(op.getDest()))
    return;
  Value zero = createZerosLike(builder, op.getLoc(), op.getScalar());
  gradients.add(
      builder, op.getDest(),
      InsertOp::create(builder, op.getLoc(), zero, g, op.getIndices()));
}

static void adjoint(SplatOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  auto scalar = RankedTensorType::get({}, op.getInput().getType());
  Value sum = SumLeadingOp::create(builder, op.getLoc(), scalar, g);
  gradients.add(builder, op.getInput(),
                ExtractOp::create(builder, op.getLoc(), sum, ValueRange()));
}

static void adjoint(FromElementsOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  auto type = cast<RankedTensorType>(op.getType());
  for (auto [n, element] : llvm::enumerate(op.getElements())) {
    if (!gradients.wants(element))
      continue;
    SmallVector<Value> indices(type.getRank());
    int64_t rest = n;
    for (int64_t axis = type.getRank(); axis-- > 0;) {
      int64_t extent = type.getDimSize(axis);
      indices[axis] =
          arith::ConstantIndexOp::create(builder, op.getLoc(), rest % extent);
      rest /= extent;
    }
    gradients.add(builder, element,
                  ExtractOp::create(builder, op.getLoc(), g, indices));
  }
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static void adjoint(ExpandShapeOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(builder, op.getSrc(),
                CollapseShapeOp::create(builder, op.getLoc(), op.getSrcType(),
                                        g, op.getReassociationIndices()));
}

static void adjoint(CollapseShapeOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(
      builder, op.getSrc(),
      ExpandShapeOp::create(builder, op.getLoc(), op.getSrcType(), g,
                            op.getReassociationIndices(),
                            getMixedSizes(builder, op.getLoc(), op.getSrc())));
}

static void adjoint(CastOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(
      builder, op.getSource(),
      CastOp::create(builder, op.getLoc(), op.getSource().getType(), g));
}

template <typename... OpTs>
static void attach(MLIRContext *context) {
  (OpTs::template attachInterface<DifferentiableModel<OpTs, adjoint>>(*context),
   ...);
}

void brt::registerTensorModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, TensorDialect *) {
    attach<ExtractSliceOp, InsertSliceOp, ConcatOp, ExtractOp, InsertOp,
           SplatOp, FromElementsOp, ExpandShapeOp, CollapseShapeOp, CastOp>(
        context);
  });
}
