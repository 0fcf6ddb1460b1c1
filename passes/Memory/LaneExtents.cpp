//===- LaneExtents.cpp - Extents as functions of the lanes ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LaneExtents.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace brt;

/// `perLane * B + fixed`, as of bytes.
using Extent = LaneBytes;
using MaybeExtent = std::optional<Extent>;

static MaybeExtent getExtent(Value buffer, int64_t axis);

static MaybeExtent add(MaybeExtent x, MaybeExtent y) {
  return x && y ? MaybeExtent(*x + *y) : std::nullopt;
}

static MaybeExtent multiply(MaybeExtent x, MaybeExtent y) {
  if (!x || !y || (x->perLane && y->perLane))
    return std::nullopt;
  return Extent{x->perLane * y->fixed + x->fixed * y->perLane,
                x->fixed * y->fixed};
}

/// A quotient without rest, whatever the number of lanes.
static MaybeExtent divide(MaybeExtent x, MaybeExtent y) {
  if (!x || !y || y->perLane || y->fixed <= 0 || x->perLane % y->fixed ||
      x->fixed % y->fixed)
    return std::nullopt;
  return Extent{x->perLane / y->fixed, x->fixed / y->fixed};
}

static MaybeExtent evaluate(Value value);

static MaybeExtent evaluate(AffineExpr expr, affine::AffineApplyOp apply) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return Extent{0, constant.getValue()};
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return evaluate(apply.getDimOperands()[dim.getPosition()]);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return evaluate(apply.getSymbolOperands()[symbol.getPosition()]);
  auto binary = cast<AffineBinaryOpExpr>(expr);
  MaybeExtent lhs = evaluate(binary.getLHS(), apply),
              rhs = evaluate(binary.getRHS(), apply);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return add(lhs, rhs);
  case AffineExprKind::Mul:
    return multiply(lhs, rhs);
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv:
    return divide(lhs, rhs);
  default:
    return std::nullopt;
  }
}

static MaybeExtent evaluate(OpFoldResult value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return Extent{0, *constant};
  return evaluate(cast<Value>(value));
}

static MaybeExtent evaluate(Value value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return Extent{0, *constant};
  Operation *op = value.getDefiningOp();
  if (auto dim = dyn_cast_or_null<memref::DimOp>(op)) {
    std::optional<int64_t> axis = dim.getConstantIndex();
    return axis ? getExtent(dim.getSource(), *axis) : std::nullopt;
  }
  if (auto apply = dyn_cast_or_null<affine::AffineApplyOp>(op))
    return evaluate(apply.getAffineMap().getResult(0), apply);
  if (auto sum = dyn_cast_or_null<arith::AddIOp>(op))
    return add(evaluate(sum.getLhs()), evaluate(sum.getRhs()));
  if (auto product = dyn_cast_or_null<arith::MulIOp>(op))
    return multiply(evaluate(product.getLhs()), evaluate(product.getRhs()));
  if (auto quotient = dyn_cast_or_null<arith::DivUIOp>(op))
    return divide(evaluate(quotient.getLhs()), evaluate(quotient.getRhs()));
  return std::nullopt;
}

/// The buffer that is known to have the same shape, or null.
static Value getSameShape(Value buffer) {
  if (auto argument = dyn_cast<BlockArgument>(buffer)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    return loop ? loop.getTiedLoopInit(argument)->get() : Value();
  }
  Operation *op = buffer.getDefiningOp();
  unsigned result = cast<OpResult>(buffer).getResultNumber();
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return loop.getInitArgs()[result];
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return branch.thenYield().getOperand(result);
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return select.getTrueValue();
  if (auto cast = dyn_cast<memref::CastOp>(op))
    return cast.getSource();
  return Value();
}

static MaybeExtent getExtent(Value buffer, int64_t axis) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(axis))
    return Extent{0, type.getDimSize(axis)};
  auto argument = dyn_cast<BlockArgument>(buffer);
  if (argument && isa<func::FuncOp>(argument.getOwner()->getParentOp()))
    return Extent{1, 0};
  if (Value other = getSameShape(buffer))
    return getExtent(other, axis);
  Operation *op = buffer.getDefiningOp();
  if (auto alloc = dyn_cast_or_null<memref::AllocOp>(op))
    return evaluate(alloc.getMixedSizes()[axis]);
  if (auto expand = dyn_cast_or_null<memref::ExpandShapeOp>(op))
    return evaluate(expand.getMixedOutputShape()[axis]);
  if (auto collapse = dyn_cast_or_null<memref::CollapseShapeOp>(op)) {
    MaybeExtent extent = Extent{0, 1};
    // Named, as the range of a loop does not keep what it is part of alive.
    SmallVector<ReassociationIndices> parts =
        collapse.getReassociationIndices();
    for (int64_t part : parts[axis])
      extent = multiply(extent, getExtent(collapse.getSrc(), part));
    return extent;
  }
  auto slice = dyn_cast_or_null<memref::SubViewOp>(op);
  // A slice that loses axes keeps no order of those that are dynamic.
  if (slice && slice.getSourceType().getRank() == type.getRank())
    return evaluate(slice.getMixedSizes()[axis]);
  return std::nullopt;
}

std::optional<LaneBytes> brt::getLaneBytes(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  if (!type.getLayout().isIdentity() || !type.getElementType().isIntOrFloat())
    return std::nullopt;
  int64_t elementBytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  MaybeExtent bytes = Extent{0, elementBytes};
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    bytes = multiply(bytes, getExtent(alloc, axis));
  return bytes;
}
