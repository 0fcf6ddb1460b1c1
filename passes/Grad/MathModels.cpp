//===- MathModels.cpp - Adjoints of functions of real numbers -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On scalars and, element by element, on tensors: y = f(x), and `g` is the
// gradient of y.

#include "Models.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::math;
using namespace brt;

namespace {
/// Writes formulas of values that all have the type of one of them.
struct Formula {
  OpBuilder &builder;
  Location loc;
  Value like;

  Value number(double value) {
    return createSplatLike(builder, loc, value, like);
  }
  Value add(Value x, Value y) {
    return arith::AddFOp::create(builder, loc, x, y);
  }
  Value sub(Value x, Value y) {
    return arith::SubFOp::create(builder, loc, x, y);
  }
  Value mul(Value x, Value y) {
    return arith::MulFOp::create(builder, loc, x, y);
  }
  Value div(Value x, Value y) {
    return arith::DivFOp::create(builder, loc, x, y);
  }
  Value negate(Value x) { return arith::NegFOp::create(builder, loc, x); }
  template <typename OpT>
  Value apply(Value x) {
    return OpT::create(builder, loc, x);
  }
  Value choose(arith::CmpFPredicate predicate, Value x, Value y, Value onTrue,
               Value onFalse) {
    Value condition = arith::CmpFOp::create(builder, loc, predicate, x, y);
    return arith::SelectOp::create(builder, loc, condition, onTrue, onFalse);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Functions of one number: g f'(x)
//===----------------------------------------------------------------------===//

static Value derive(ExpOp op, Formula f, Value g) {
  return f.mul(g, op.getResult());
}

static Value derive(ExpM1Op op, Formula f, Value g) {
  return f.mul(g, f.add(op.getResult(), f.number(1)));
}

static Value derive(LogOp op, Formula f, Value g) {
  return f.div(g, op.getOperand());
}

static Value derive(Log1pOp op, Formula f, Value g) {
  return f.div(g, f.add(op.getOperand(), f.number(1)));
}

static Value derive(TanhOp op, Formula f, Value g) {
  Value square = f.mul(op.getResult(), op.getResult());
  return f.mul(g, f.sub(f.number(1), square));
}

static Value derive(SqrtOp op, Formula f, Value g) {
  return f.div(f.mul(g, f.number(0.5)), op.getResult());
}

/// f' = -y^3 / 2.
static Value derive(RsqrtOp op, Formula f, Value g) {
  Value y = op.getResult();
  return f.mul(f.mul(g, f.number(-0.5)), f.mul(y, f.mul(y, y)));
}

/// f' = 2 / sqrt(pi) exp(-x^2).
static Value derive(ErfOp op, Formula f, Value g) {
  Value x = op.getOperand();
  Value density = f.apply<ExpOp>(f.negate(f.mul(x, x)));
  return f.mul(g, f.mul(f.number(2 * llvm::numbers::inv_sqrtpi), density));
}

static Value derive(SinOp op, Formula f, Value g) {
  return f.mul(g, f.apply<CosOp>(op.getOperand()));
}

static Value derive(CosOp op, Formula f, Value g) {
  return f.negate(f.mul(g, f.apply<SinOp>(op.getOperand())));
}

/// 0 at 0.
static Value derive(AbsFOp op, Formula f, Value g) {
  Value x = op.getOperand(), zero = f.number(0);
  Value below = f.choose(arith::CmpFPredicate::OLT, x, zero, f.negate(g), zero);
  return f.choose(arith::CmpFPredicate::OGT, x, zero, g, below);
}

template <typename OpT>
static void unaryAdjoint(OpT op, OpBuilder &builder, Value g,
                         Gradients &gradients) {
  gradients.add(builder, op.getOperand(),
                derive(op, Formula{builder, op.getLoc(), g}, g));
}

//===----------------------------------------------------------------------===//
// Functions of several
//===----------------------------------------------------------------------===//

/// d(x^p) = p x^(p-1) dx + x^p ln(x) dp.
static void powerAdjoint(PowFOp op, OpBuilder &builder, Value g,
                         Gradients &gradients) {
  Formula f{builder, op.getLoc(), g};
  Value x = op.getLhs(), p = op.getRhs();
  if (gradients.wants(x)) {
    Value power =
        PowFOp::create(builder, op.getLoc(), x, f.sub(p, f.number(1)));
    gradients.add(builder, x, f.mul(g, f.mul(p, power)));
  }
  if (gradients.wants(p))
    gradients.add(builder, p,
                  f.mul(g, f.mul(op.getResult(), f.apply<LogOp>(x))));
}

static void fmaAdjoint(FmaOp op, OpBuilder &builder, Value g,
                       Gradients &gradients) {
  Formula f{builder, op.getLoc(), g};
  if (gradients.wants(op.getA()))
    gradients.add(builder, op.getA(), f.mul(g, op.getB()));
  if (gradients.wants(op.getB()))
    gradients.add(builder, op.getB(), f.mul(g, op.getA()));
  gradients.add(builder, op.getC(), g);
}

template <typename... OpTs>
static void attachUnary(MLIRContext *context) {
  (OpTs::template attachInterface<DifferentiableModel<OpTs, unaryAdjoint>>(
       *context),
   ...);
}

void brt::registerMathModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, MathDialect *) {
    attachUnary<ExpOp, ExpM1Op, LogOp, Log1pOp, TanhOp, SqrtOp, RsqrtOp, ErfOp,
                SinOp, CosOp, AbsFOp>(context);
    PowFOp::attachInterface<DifferentiableModel<PowFOp, powerAdjoint>>(
        *context);
    FmaOp::attachInterface<DifferentiableModel<FmaOp, fmaAdjoint>>(*context);
  });
}
