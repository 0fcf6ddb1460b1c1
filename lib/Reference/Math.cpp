//===- Math.cpp - Evaluate functions of real numbers ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/Dialect/Math/IR/Math.h"
#include "Elementwise.h"
#include "Interpreter.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult evaluate(math::FmaOp op, Frame<T> &frame) {
  Tensor<T> result = frame[op.getA()];
  for (auto [n, x] : llvm::enumerate(result.getReals()))
    x = std::fma(x, frame[op.getB()].getReals()[n],
                 frame[op.getC()].getReals()[n]);
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addMath(Registry<T> &registry) {
  addUnary<math::AbsFOp, T>(registry, std::abs);
  addUnary<math::AcosOp, T>(registry, std::acos);
  addUnary<math::AcoshOp, T>(registry, std::acosh);
  addUnary<math::AsinOp, T>(registry, std::asin);
  addUnary<math::AsinhOp, T>(registry, std::asinh);
  addUnary<math::AtanOp, T>(registry, std::atan);
  addUnary<math::AtanhOp, T>(registry, std::atanh);
  addUnary<math::CbrtOp, T>(registry, std::cbrt);
  addUnary<math::CeilOp, T>(registry, std::ceil);
  addUnary<math::CosOp, T>(registry, std::cos);
  addUnary<math::CoshOp, T>(registry, std::cosh);
  addUnary<math::ErfOp, T>(registry, std::erf);
  addUnary<math::ErfcOp, T>(registry, std::erfc);
  addUnary<math::ExpOp, T>(registry, std::exp);
  addUnary<math::Exp2Op, T>(registry, std::exp2);
  addUnary<math::ExpM1Op, T>(registry, std::expm1);
  addUnary<math::FloorOp, T>(registry, std::floor);
  addUnary<math::LogOp, T>(registry, std::log);
  addUnary<math::Log10Op, T>(registry, std::log10);
  addUnary<math::Log1pOp, T>(registry, std::log1p);
  addUnary<math::Log2Op, T>(registry, std::log2);
  addUnary<math::RoundOp, T>(registry, std::round);
  // The default rounding is to the nearest, ties to even.
  addUnary<math::RoundEvenOp, T>(registry, std::nearbyint);
  addUnary<math::RsqrtOp, T>(registry, [](T x) { return 1 / std::sqrt(x); });
  addUnary<math::SinOp, T>(registry, std::sin);
  addUnary<math::SinhOp, T>(registry, std::sinh);
  addUnary<math::SqrtOp, T>(registry, std::sqrt);
  addUnary<math::TanOp, T>(registry, std::tan);
  addUnary<math::TanhOp, T>(registry, std::tanh);
  addUnary<math::TruncOp, T>(registry, std::trunc);
  addBinary<math::Atan2Op, T>(registry, std::atan2);
  addBinary<math::CopySignOp, T>(registry, std::copysign);
  addBinary<math::PowFOp, T>(registry, std::pow);
  registry.template add<math::FmaOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addMath);
