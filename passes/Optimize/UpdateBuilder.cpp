//===- UpdateBuilder.cpp - Formulas over scalars and tensors --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "UpdateBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <limits>

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Real
//===----------------------------------------------------------------------===//

Real Real::constant(double number) const {
  auto type = cast<FloatType>(value.getType());
  return {*builder, arith::ConstantOp::create(
                        *builder, builder->getFloatAttr(type, number))};
}

Real Real::to(Type type) const {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (from < to)
    return {*builder, arith::ExtFOp::create(*builder, type, value)};
  if (from > to)
    return {*builder, arith::TruncFOp::create(*builder, type, value)};
  return *this;
}

namespace brt {
Real operator+(Real a, Real b) {
  return {*a.builder, arith::AddFOp::create(*a.builder, a.value, b.value)};
}
Real operator-(Real a, Real b) {
  return {*a.builder, arith::SubFOp::create(*a.builder, a.value, b.value)};
}
Real operator*(Real a, Real b) {
  return {*a.builder, arith::MulFOp::create(*a.builder, a.value, b.value)};
}
Real operator/(Real a, Real b) {
  return {*a.builder, arith::DivFOp::create(*a.builder, a.value, b.value)};
}
Real max(Real a, Real b) {
  return {*a.builder, arith::MaximumFOp::create(*a.builder, a.value, b.value)};
}
Real min(Real a, Real b) {
  return {*a.builder, arith::MinimumFOp::create(*a.builder, a.value, b.value)};
}
Real sqrt(Real a) {
  return {*a.builder, math::SqrtOp::create(*a.builder, a.value)};
}
Real cos(Real a) {
  return {*a.builder, math::CosOp::create(*a.builder, a.value)};
}
Real pow(Real a, Real b) {
  return {*a.builder, math::PowFOp::create(*a.builder, a.value, b.value)};
}
Value operator<=(Real a, Real b) {
  return arith::CmpFOp::create(*a.builder, arith::CmpFPredicate::OLE, a.value,
                               b.value);
}
Value isFinite(Real a) {
  // The difference of an infinity or a NaN with itself is NaN.
  Real difference = a - a;
  return difference <= difference;
}
Real select(Value flag, Real a, Real b) {
  return {*a.builder,
          arith::SelectOp::create(*a.builder, flag, a.value, b.value)};
}
} // namespace brt

//===----------------------------------------------------------------------===//
// Scalars and tensors
//===----------------------------------------------------------------------===//

Read::Read(Value tensor)
    : Read(tensor,
           allAxesBut(cast<RankedTensorType>(tensor.getType()).getRank(), {})) {
}

Real UpdateBuilder::real(double number) {
  return {*this, arith::ConstantOp::create(*this, getF64FloatAttr(number))};
}

Real UpdateBuilder::toReal(Value value) {
  if (isa<RankedTensorType>(value.getType()))
    value = element(value);
  if (isa<FloatType>(value.getType()))
    return real(value).to(getF64Type());
  return real(arith::SIToFPOp::create(*this, getF64Type(), value));
}

Value UpdateBuilder::element(Value tensor) {
  return tensor::ExtractOp::create(*this, tensor, ValueRange());
}

Value UpdateBuilder::tensorOf(Value scalar) {
  return tensor::FromElementsOp::create(
      *this, RankedTensorType::get({}, scalar.getType()), scalar);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

Value UpdateBuilder::loops(Value init, ArrayRef<int64_t> initLoops,
                           ArrayRef<Read> reads, unsigned count, Body body) {
  auto mapOf = [&](ArrayRef<int64_t> loops) {
    SmallVector<AffineExpr> axes = llvm::map_to_vector(
        loops, [&](int64_t loop) { return getAffineDimExpr(loop); });
    return AffineMap::get(count, 0, axes, getContext());
  };
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (const Read &read : reads) {
    inputs.push_back(read.tensor);
    maps.push_back(mapOf(read.loops));
  }
  maps.push_back(mapOf(initLoops));
  SmallVector<utils::IteratorType> iterators(count,
                                             utils::IteratorType::reduction);
  for (int64_t loop : initLoops)
    iterators[loop] = utils::IteratorType::parallel;

  auto op = linalg::GenericOp::create(
      *this, init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &, Location, ValueRange elements) {
        SmallVector<Real> reals = llvm::map_to_vector(
            elements, [&](Value element) { return real(element); });
        linalg::YieldOp::create(*this, body(reals).getValue());
      });
  return op.getResult(0);
}

Value UpdateBuilder::update(Value target, ArrayRef<Read> reads, Body body) {
  Read all(target);
  return loops(target, all.loops, reads, all.loops.size(), body);
}

Value UpdateBuilder::map(RankedTensorType type, ArrayRef<Read> reads,
                         Body body) {
  Value empty =
      tensor::EmptyOp::create(*this, type.getShape(), type.getElementType());
  return update(empty, reads, body);
}

Value UpdateBuilder::sumOver(ArrayRef<Read> reads, ArrayRef<int64_t> kept,
                             Body body) {
  auto type = cast<RankedTensorType>(reads.front().tensor.getType());
  RankedTensorType resultType =
      dropAxes(type, allAxesBut(type.getRank(), kept));
  Value zero = arith::ConstantOp::create(*this, getZeroAttr(resultType));
  return loops(zero, kept, reads, type.getRank(), [&](ArrayRef<Real> elements) {
    return elements.back() + body(elements.drop_back());
  });
}

Real UpdateBuilder::sum(ArrayRef<Read> reads, Body body) {
  int64_t rank =
      cast<RankedTensorType>(reads.front().tensor.getType()).getRank();
  if (rank < 2)
    return real(element(sumOver(reads, {}, body)));
  Value rows = sumOver(reads, {rank - 1}, body);
  return real(element(sumOver(
      Read(rows), {}, [](ArrayRef<Real> elements) { return elements[0]; })));
}

RankedTensorType brt::dropAxes(RankedTensorType type, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape =
      llvm::map_to_vector(allAxesBut(type.getRank(), axes),
                          [&](int64_t axis) { return type.getDimSize(axis); });
  return RankedTensorType::get(shape, type.getElementType());
}

SmallVector<int64_t> brt::allAxesBut(int64_t rank, ArrayRef<int64_t> axes) {
  return llvm::filter_to_vector(llvm::seq<int64_t>(0, rank), [&](int64_t axis) {
    return !llvm::is_contained(axes, axis);
  });
}
