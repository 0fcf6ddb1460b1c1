//===- Factor.cpp - A factor of a product as it is packed -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Factor.h"
#include "Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace brt::x86;

/// A scalar or vector with its numbers rounded or widened.
static Value convertTo(IndexBuilder &b, Value x, Type number) {
  Type from = getElementTypeOrSelf(x), to = number;
  if (from == number)
    return x;
  if (auto vector = dyn_cast<VectorType>(x.getType()))
    to = vector.clone(number);
  if (from.getIntOrFloatBitWidth() < number.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(b, to, x);
  return arith::TruncFOp::create(b, to, x);
}

/// The bits of numbers of bf16.
static Value getBits(IndexBuilder &b, Value x) {
  auto type = cast<VectorType>(x.getType());
  return vector::BitCastOp::create(b, type.clone(b.getI16Type()), x);
}

/// Bits of numbers, pairs one beside the other, as cells.
static Value asCells(IndexBuilder &b, const Cell &cell, Value bits) {
  int64_t pairs = cast<VectorType>(bits.getType()).getNumElements() / 2;
  return vector::BitCastOp::create(b, VectorType::get(pairs, cell.type), bits);
}

Value Factor::convert(IndexBuilder &b, const Cell &cell, Value x) const {
  if (view.rounded)
    x = convertTo(b, x, view.rounded);
  return convertTo(b, x, cell.isPair ? b.getBF16Type() : cell.type);
}

Value Factor::loadCell(IndexBuilder &b, const Cell &cell, Value k, Value j,
                       bool isCut) const {
  auto load = [&](Value k) {
    return convert(b, cell, memref::LoadOp::create(b, view.view, at(b, k, j)));
  };
  if (!cell.isPair)
    return load(k);
  auto getHalf = [&](Value x) -> Value {
    Value bits = arith::BitcastOp::create(b, b.getI16Type(), x);
    return arith::ExtUIOp::create(b, cell.type, bits);
  };
  k = b.mul(k, 2);
  Value low = getHalf(load(k));
  if (isCut)
    return low;
  Value width = arith::ConstantOp::create(b, b.getI32IntegerAttr(16));
  Value high = arith::ShLIOp::create(b, getHalf(load(b.add(k, 1))), width);
  return arith::OrIOp::create(b, low, high);
}

Value Factor::loadRow(IndexBuilder &b, const Cell &cell, Value k, Value j,
                      int64_t width, int64_t count, bool isCut) const {
  auto load = [&](Value k) {
    return convert(b, cell,
                   loadVector(b, view.view, at(b, k, j), width, count));
  };
  if (!cell.isPair)
    return load(k);
  k = b.mul(k, 2);
  Value low = load(k);
  Value high = isCut ? arith::ConstantOp::create(
                           b, b.getZeroAttr(cast<ShapedType>(low.getType())))
                           .getResult()
                     : load(b.add(k, 1));
  return asCells(
      b, cell,
      vector::InterleaveOp::create(b, getBits(b, low), getBits(b, high)));
}

Value Factor::loadColumn(IndexBuilder &b, const Cell &cell, Value k, Value j,
                         int64_t width) const {
  auto load = [&](Value k) {
    return convert(b, cell,
                   loadVector(b, view.view, at(b, k, j), width, width));
  };
  if (!cell.isPair)
    return load(k);
  k = b.mul(k, 2);
  Value low = getBits(b, load(k)), high = getBits(b, load(b.add(k, width)));
  return asCells(
      b, cell,
      vector::ShuffleOp::create(
          b, low, high, llvm::to_vector(llvm::seq<int64_t>(2 * width))));
}

Value brt::x86::multiplyAdd(IndexBuilder &b, const Cell &cell, Value lhs,
                            Value rhs, Value sums) {
  if (!cell.isPair)
    return vector::FMAOp::create(b, lhs, rhs, sums);
  int64_t numbers = 2 * cast<VectorType>(sums.getType()).getNumElements();
  auto type = VectorType::get(numbers, b.getBF16Type());
  return x86vector::DotBF16Op::create(b, sums,
                                      vector::BitCastOp::create(b, type, lhs),
                                      vector::BitCastOp::create(b, type, rhs));
}
