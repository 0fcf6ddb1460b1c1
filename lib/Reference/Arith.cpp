//===- Arith.cpp - Evaluate arithmetic of real numbers --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "Elementwise.h"
#include "Interpreter.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// The larger, or the smaller, of two numbers; NaN where one is.
template <typename T>
static T maximum(T x, T y) {
  return std::isnan(x) || std::isnan(y) ? x + y : std::max(x, y);
}
template <typename T>
static T minimum(T x, T y) {
  return std::isnan(x) || std::isnan(y) ? x + y : std::min(x, y);
}

template <typename T>
Tensor<T> reference::readElements(DenseElementsAttr elements) {
  ArrayRef<int64_t> shape = elements.getType().getShape();
  if (isa<FloatType>(elements.getElementType())) {
    auto result = Tensor<T>::ofReals(shape);
    for (auto [x, value] :
         llvm::zip_equal(result.getReals(), elements.getValues<Attribute>()))
      x = T(cast<FloatAttr>(value).getValueAsDouble());
    return result;
  }
  auto result = Tensor<T>::ofIntegers(shape);
  for (auto [x, value] :
       llvm::zip_equal(result.getIntegers(), elements.getValues<APInt>()))
    x = value.getSExtValue();
  return result;
}

template <typename T>
static LogicalResult evaluate(arith::ConstantOp op, Frame<T> &frame) {
  if (auto integer = dyn_cast<IntegerAttr>(op.getValue()))
    return frame.set(
        op.getResult(),
        Tensor<T>::ofIntegers({}, integer.getValue().getSExtValue()));
  if (auto real = dyn_cast<FloatAttr>(op.getValue()))
    return frame.set(op.getResult(),
                     Tensor<T>::ofReals({}, T(real.getValueAsDouble())));
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements)
    return op.emitOpError("expects a dense value, but got ") << op.getValue();
  return frame.set(op.getResult(), readElements<T>(elements));
}

template <typename T>
static bool compare(arith::CmpFPredicate predicate, T x, T y) {
  using P = arith::CmpFPredicate;
  bool unordered = std::isnan(x) || std::isnan(y);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::ORD:
    return !unordered;
  case P::UNO:
    return unordered;
  case P::OEQ:
    return !unordered && x == y;
  case P::UEQ:
    return unordered || x == y;
  case P::ONE:
    return !unordered && x != y;
  case P::UNE:
    return unordered || x != y;
  case P::OLT:
    return !unordered && x < y;
  case P::ULT:
    return unordered || x < y;
  case P::OLE:
    return !unordered && x <= y;
  case P::ULE:
    return unordered || x <= y;
  case P::OGT:
    return !unordered && x > y;
  case P::UGT:
    return unordered || x > y;
  case P::OGE:
    return !unordered && x >= y;
  case P::UGE:
    return unordered || x >= y;
  }
  llvm_unreachable("all predicates are handled");
}

template <typename T>
static LogicalResult evaluate(arith::CmpFOp op, Frame<T> &frame) {
  const Tensor<T> &left = frame[op.getLhs()];
  auto result = Tensor<T>::ofIntegers(left.getShape());
  for (auto [flag, x, y] :
       llvm::zip_equal(result.getIntegers(), left.getReals(),
                       frame[op.getRhs()].getReals()))
    flag = compare(op.getPredicate(), x, y);
  return frame.set(op.getResult(), std::move(result));
}

/// The condition is one flag, or one for each element.
template <typename T>
static LogicalResult evaluate(arith::SelectOp op, Frame<T> &frame) {
  const Tensor<T> &condition = frame[op.getCondition()];
  const Tensor<T> &onTrue = frame[op.getTrueValue()];
  if (condition.getRank() == 0)
    return frame.set(op.getResult(),
                     condition.integer() ? onTrue : frame[op.getFalseValue()]);
  Tensor<T> result = frame[op.getFalseValue()];
  for (int64_t n = 0; n < result.getSize(); ++n)
    if (condition.getIntegers()[n])
      result.copyElement(n, onTrue, n);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addArith(Registry<T> &registry) {
  addBinary<arith::AddFOp, T>(registry, [](T x, T y) { return x + y; });
  addBinary<arith::SubFOp, T>(registry, [](T x, T y) { return x - y; });
  addBinary<arith::MulFOp, T>(registry, [](T x, T y) { return x * y; });
  addBinary<arith::DivFOp, T>(registry, [](T x, T y) { return x / y; });
  addBinary<arith::RemFOp, T>(registry, std::fmod);
  addBinary<arith::MaximumFOp, T>(registry, maximum);
  addBinary<arith::MinimumFOp, T>(registry, minimum);
  addBinary<arith::MaxNumFOp, T>(registry, std::fmax);
  addBinary<arith::MinNumFOp, T>(registry, std::fmin);
  addUnary<arith::NegFOp, T>(registry, [](T x) { return -x; });
  // What is rounded is rounded with every result.
  addUnary<arith::ExtFOp, T>(registry, [](T x) { return x; });
  addUnary<arith::TruncFOp, T>(registry, [](T x) { return x; });
  registry.template add<arith::ConstantOp>(evaluate<T>);
  registry.template add<arith::CmpFOp>(evaluate<T>);
  registry.template add<arith::SelectOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addArith);
template Tensor<float> reference::readElements(DenseElementsAttr);
template Tensor<double> reference::readElements(DenseElementsAttr);
