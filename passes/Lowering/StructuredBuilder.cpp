//===- StructuredBuilder.cpp - Structured ops from scalar code ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StructuredBuilder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace brt;

Type brt::getComputeType(Type elementType) {
  return elementType.isBF16() ? Float32Type::get(elementType.getContext())
                              : elementType;
}

Type brt::getElementType(Value tensor) {
  return getElementTypeOrSelf(tensor.getType());
}

int64_t brt::getExtent(Value tensor, int64_t axis) {
  return cast<RankedTensorType>(tensor.getType()).getDimSize(axis);
}

SmallVector<int64_t> brt::allLoops(Value tensor) {
  return llvm::to_vector(
      llvm::seq<int64_t>(0, cast<ShapedType>(tensor.getType()).getRank()));
}

SmallVector<int64_t> brt::rowLoops(Value tensor) {
  SmallVector<int64_t> loops = allLoops(tensor);
  loops.pop_back();
  return loops;
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value ScalarBuilder::constant(Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(*this, FloatAttr::get(type, value));
  return arith::ConstantOp::create(
      *this, IntegerAttr::get(type, static_cast<int64_t>(value)));
}

Value ScalarBuilder::constantIndex(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value ScalarBuilder::add(Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::AddFOp::create(*this, a, b);
  return arith::AddIOp::create(*this, a, b);
}

Value ScalarBuilder::sub(Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::SubFOp::create(*this, a, b);
  return arith::SubIOp::create(*this, a, b);
}

Value ScalarBuilder::mul(Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::MulFOp::create(*this, a, b);
  return arith::MulIOp::create(*this, a, b);
}

Value ScalarBuilder::div(Value a, Value b) {
  return arith::DivFOp::create(*this, a, b);
}

Value ScalarBuilder::max(Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::MaximumFOp::create(*this, a, b);
  return arith::MaxSIOp::create(*this, a, b);
}

Value ScalarBuilder::exp(Value a) { return math::ExpOp::create(*this, a); }

Value ScalarBuilder::rsqrt(Value a) { return math::RsqrtOp::create(*this, a); }

Value ScalarBuilder::abs(Value a) { return math::AbsFOp::create(*this, a); }

Value ScalarBuilder::neg(Value a) { return arith::NegFOp::create(*this, a); }

Value ScalarBuilder::sign(Value a) {
  Value zero = like(a, 0.0);
  Value below = select(less(a, zero), like(a, -1.0), zero);
  return select(less(zero, a), like(a, 1.0), below);
}

Value ScalarBuilder::sigmoid(Value a) {
  Value denominator = add(exp(neg(a)), 1.0);
  return div(constant(a.getType(), 1.0), denominator);
}

Value ScalarBuilder::select(Value flag, Value a, Value b) {
  return arith::SelectOp::create(*this, flag, a, b);
}

Value ScalarBuilder::less(Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::CmpFOp::create(*this, arith::CmpFPredicate::OLT, a, b);
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, a, b);
}

Value ScalarBuilder::floorModulo(Value a, int64_t count) {
  Value size = constant(a.getType(), count), zero = constant(a.getType(), 0);
  Value rest = arith::RemSIOp::create(*this, a, size);
  return select(less(rest, zero), add(rest, size), rest);
}

Value ScalarBuilder::convert(Value a, Type type) {
  if (a.getType() == type || !isa<FloatType>(type))
    return a;
  // Between f64 and bf16 through f32: that step alone has code everywhere.
  Type f32 = getF32Type();
  if (a.getType() != f32 && type != f32)
    return convert(convert(a, f32), type);
  if (a.getType().getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(*this, type, a);
  return arith::TruncFOp::create(*this, type, a);
}

Value ScalarBuilder::loopIndex(int64_t loop) {
  return linalg::IndexOp::create(*this, loop);
}

Value ScalarBuilder::loopIndex32(int64_t loop) {
  return arith::IndexCastOp::create(*this, getI32Type(), loopIndex(loop));
}

Value ScalarBuilder::element(Value tensor, ValueRange indices) {
  Value value = tensor::ExtractOp::create(*this, tensor, indices);
  return convert(value, getComputeType(value.getType()));
}

Value ScalarBuilder::toIndex(Value a) {
  if (a.getType().isIndex())
    return a;
  return arith::IndexCastOp::create(*this, getIndexType(), a);
}

Value ScalarBuilder::toFloat(Value a, Type type) {
  if (a.getType().isIndex())
    a = arith::IndexCastOp::create(*this, getI64Type(), a);
  return arith::SIToFPOp::create(*this, type, a);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

StructuredBuilder::StructuredBuilder(Operation *op, OpBuilder &builder)
    : ScalarBuilder(
          NameLoc::get(builder.getStringAttr(op->getName().stripDialect()),
                       op->getLoc()),
          builder) {}

SmallVector<OpFoldResult> StructuredBuilder::sizesOf(Value tensor) {
  return tensor::getMixedSizes(*this, getLoc(), tensor);
}

SmallVector<OpFoldResult> StructuredBuilder::sizesOf(Value tensor,
                                                     ArrayRef<int64_t> axes) {
  return llvm::map_to_vector(axes, [&](int64_t axis) {
    return tensor::getMixedSize(*this, getLoc(), tensor, axis);
  });
}

Value StructuredBuilder::empty(ArrayRef<OpFoldResult> sizes, Type type) {
  return tensor::EmptyOp::create(*this, sizes, type);
}

Value StructuredBuilder::filled(ArrayRef<OpFoldResult> sizes, Type type,
                                double value) {
  return linalg::FillOp::create(*this, constant(type, value),
                                empty(sizes, type))
      .getResult(0);
}

Value StructuredBuilder::structured(Access init, ArrayRef<Access> reads,
                                    unsigned loops, bool readsInit,
                                    Payload payload) {
  SmallVector<utils::IteratorType> kinds(loops, utils::IteratorType::reduction);
  for (int64_t loop : init.loops)
    kinds[loop] = utils::IteratorType::parallel;

  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  auto addMap = [&](ArrayRef<int64_t> results) {
    maps.push_back(AffineMap::get(
        loops, 0,
        llvm::map_to_vector(
            results, [&](int64_t loop) { return getAffineDimExpr(loop); }),
        getContext()));
  };
  for (const Access &read : reads) {
    inputs.push_back(read.tensor);
    addMap(read.loops);
  }
  addMap(init.loops);

  Type type = getElementType(init.tensor);
  auto op = linalg::GenericOp::create(
      *this, init.tensor.getType(), inputs, init.tensor, maps, kinds,
      [&](OpBuilder &builder, Location loc, ValueRange elements) {
        ScalarBuilder body(loc, builder);
        SmallVector<Value> args;
        for (Value element : readsInit ? elements : elements.drop_back())
          args.push_back(
              body.convert(element, getComputeType(element.getType())));
        linalg::YieldOp::create(body, body.convert(payload(body, args), type));
      });
  return op.getResult(0);
}

Value StructuredBuilder::map(ArrayRef<OpFoldResult> sizes, Type type,
                             ArrayRef<Access> reads, Payload payload) {
  Value init = empty(sizes, type);
  return structured({init, allLoops(init)}, reads, sizes.size(),
                    /*readsInit=*/false, payload);
}

Value StructuredBuilder::reduce(Access init, ArrayRef<Access> reads,
                                Payload payload) {
  int64_t last = -1;
  auto count = [&](const Access &access) {
    for (int64_t loop : access.loops)
      last = std::max(last, loop);
  };
  count(init);
  llvm::for_each(reads, count);
  return structured(init, reads, last + 1, /*readsInit=*/true, payload);
}

Value StructuredBuilder::sum(ArrayRef<OpFoldResult> sizes,
                             ArrayRef<int64_t> kept, ArrayRef<Access> reads,
                             Type type, Payload payload) {
  return reduce({filled(sizes, type, 0.0), llvm::to_vector(kept)}, reads,
                [&](ScalarBuilder &s, ValueRange args) {
                  return s.add(args.back(), payload(s, args.drop_back()));
                });
}

Value StructuredBuilder::contract(Access init, Access lhs, Access rhs,
                                  Type factor) {
  auto round = [&](ScalarBuilder &b, Value element, const Access &access) {
    if (!factor || getElementType(access.tensor) == factor)
      return element;
    return b.convert(b.convert(element, factor), element.getType());
  };
  return reduce(init, {lhs, rhs}, [&](ScalarBuilder &b, ValueRange args) {
    return b.add(args[2],
                 b.mul(round(b, args[0], lhs), round(b, args[1], rhs)));
  });
}

Value StructuredBuilder::converted(Value tensor, Type type) {
  if (getElementType(tensor) == type)
    return tensor;
  return map(sizesOf(tensor), type, {{tensor, allLoops(tensor)}},
             [&](ScalarBuilder &b, ValueRange args) {
               return b.convert(args[0], type);
             });
}

Value StructuredBuilder::widened(Value tensor) {
  return converted(tensor, getComputeType(getElementType(tensor)));
}

Value StructuredBuilder::transposed(Value tensor, ArrayRef<int64_t> order) {
  // Loop i walks axis order[i] of the input.
  SmallVector<int64_t> loops(order.size());
  for (auto [i, axis] : llvm::enumerate(order))
    loops[axis] = i;
  return map(sizesOf(tensor, order), getElementType(tensor), {{tensor, loops}},
             [](ScalarBuilder &, ValueRange args) { return args[0]; });
}

Value StructuredBuilder::slice(Value tensor, int64_t axis, OpFoldResult offset,
                               OpFoldResult size) {
  SmallVector<OpFoldResult> sizes = sizesOf(tensor);
  SmallVector<OpFoldResult> offsets(sizes.size(), getIndexAttr(0));
  SmallVector<OpFoldResult> strides(sizes.size(), getIndexAttr(1));
  offsets[axis] = offset;
  sizes[axis] = size;
  return tensor::ExtractSliceOp::create(*this, tensor, offsets, sizes, strides);
}

Value StructuredBuilder::insert(Value part, Value whole, int64_t axis,
                                OpFoldResult offset) {
  SmallVector<OpFoldResult> sizes = sizesOf(part);
  SmallVector<OpFoldResult> offsets(sizes.size(), getIndexAttr(0));
  SmallVector<OpFoldResult> strides(sizes.size(), getIndexAttr(1));
  offsets[axis] = offset;
  return tensor::InsertSliceOp::create(*this, part, whole, offsets, sizes,
                                       strides);
}
