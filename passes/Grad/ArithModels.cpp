//===- ArithModels.cpp - Adjoints of arithmetic ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On scalars and, element by element, on tensors. `g` is the gradient of the
// result.

#include "Models.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::arith;
using namespace brt;

static void adjoint(AddFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(builder, op.getLhs(), g);
  gradients.add(builder, op.getRhs(), g);
}

static void adjoint(SubFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(builder, op.getLhs(), g);
  if (gradients.wants(op.getRhs()))
    gradients.add(builder, op.getRhs(),
                  NegFOp::create(builder, op.getLoc(), g));
}

static void adjoint(MulFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  if (gradients.wants(op.getLhs()))
    gradients.add(builder, op.getLhs(),
                  MulFOp::create(builder, op.getLoc(), g, op.getRhs()));
  if (gradients.wants(op.getRhs()))
    gradients.add(builder, op.getRhs(),
                  MulFOp::create(builder, op.getLoc(), g, op.getLhs()));
}

/// d(x/y) = dx/y - (x/y) dy/y.
static void adjoint(DivFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  Value ofLhs = DivFOp::create(builder, op.getLoc(), g, op.getRhs());
  gradients.add(builder, op.getLhs(), ofLhs);
  if (!gradients.wants(op.getRhs()))
    return;
  Value product = MulFOp::create(builder, op.getLoc(), ofLhs, op.getResult());
  gradients.add(builder, op.getRhs(),
                NegFOp::create(builder, op.getLoc(), product));
}

static void adjoint(NegFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(builder, op.getOperand(),
                NegFOp::create(builder, op.getLoc(), g));
}

/// Gives `g` to `onTrue` where `condition` is set, and to `onFalse` elsewhere.
static void distribute(OpBuilder &builder, Location loc, Value condition,
                       Value onTrue, Value onFalse, Value g,
                       Gradients &gradients) {
  Value zeros = createZerosLike(builder, loc, g);
  if (gradients.wants(onTrue))
    gradients.add(builder, onTrue,
                  SelectOp::create(builder, loc, condition, g, zeros));
  if (gradients.wants(onFalse))
    gradients.add(builder, onFalse,
                  SelectOp::create(builder, loc, condition, zeros, g));
}

static void adjoint(SelectOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  distribute(builder, op.getLoc(), op.getCondition(), op.getTrueValue(),
             op.getFalseValue(), g, gradients);
}

/// Where both are equal the second takes it, so that max(x, 0) is like a relu.
template <typename OpT>
static void chooseAdjoint(OpT op, CmpFPredicate predicate, OpBuilder &builder,
                          Value g, Gradients &gradients) {
  Value first =
      CmpFOp::create(builder, op.getLoc(), predicate, op.getLhs(), op.getRhs());
  distribute(builder, op.getLoc(), first, op.getLhs(), op.getRhs(), g,
             gradients);
}

static void adjoint(MaximumFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  chooseAdjoint(op, CmpFPredicate::OGT, builder, g, gradients);
}

static void adjoint(MinimumFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  chooseAdjoint(op, CmpFPredicate::OLT, builder, g, gradients);
}

static void adjoint(ExtFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(
      builder, op.getIn(),
      TruncFOp::create(builder, op.getLoc(), op.getIn().getType(), g));
}

static void adjoint(TruncFOp op, OpBuilder &builder, Value g,
                    Gradients &gradients) {
  gradients.add(builder, op.getIn(),
                ExtFOp::create(builder, op.getLoc(), op.getIn().getType(), g));
}

template <typename... OpTs>
static void attach(MLIRContext *context) {
  (OpTs::template attachInterface<DifferentiableModel<OpTs, adjoint>>(*context),
   ...);
}

void brt::registerArithModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, ArithDialect *) {
    attach<AddFOp, SubFOp, MulFOp, DivFOp, NegFOp, SelectOp, MaximumFOp,
           MinimumFOp, ExtFOp, TruncFOp>(context);
  });
}
