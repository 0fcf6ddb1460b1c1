//===- UpdateBuilder.h - Formulas over scalars and tensors ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_OPTIMIZE_UPDATEBUILDER_H
#define BRT_PASSES_OPTIMIZE_UPDATEBUILDER_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace brt {

/// A floating-point scalar, so that formulas read as formulas: an operator
/// emits its op where the builder is.
class Real {
public:
  Real(mlir::ImplicitLocOpBuilder &builder, mlir::Value value)
      : builder(&builder), value(value) {}

  mlir::Value getValue() const { return value; }
  /// A constant of this scalar's type.
  Real constant(double number) const;
  /// Widened or narrowed to `type`.
  Real to(mlir::Type type) const;

  friend Real operator+(Real a, Real b);
  friend Real operator-(Real a, Real b);
  friend Real operator*(Real a, Real b);
  friend Real operator/(Real a, Real b);
  friend Real operator+(Real a, double b) { return a + a.constant(b); }
  friend Real operator-(Real a, double b) { return a - a.constant(b); }
  friend Real operator*(Real a, double b) { return a * a.constant(b); }
  friend Real operator/(Real a, double b) { return a / a.constant(b); }
  friend Real operator-(double a, Real b) { return b.constant(a) - b; }
  friend Real operator*(double a, Real b) { return b.constant(a) * b; }
  friend Real operator/(double a, Real b) { return b.constant(a) / b; }

  /// NaN where one of the two is.
  friend Real max(Real a, Real b);
  friend Real max(Real a, double b) { return max(a, a.constant(b)); }
  friend Real min(Real a, Real b);
  friend Real min(Real a, double b) { return min(a, a.constant(b)); }
  friend Real sqrt(Real a);
  friend Real cos(Real a);
  friend Real pow(Real a, Real b);
  friend Real pow(Real a, double b) { return pow(a, a.constant(b)); }
  friend Real pow(double a, Real b) { return pow(b.constant(a), b); }

  /// A flag: false where one of the two is NaN.
  friend mlir::Value operator<=(Real a, Real b);
  friend mlir::Value operator<=(Real a, double b) { return a <= a.constant(b); }
  friend mlir::Value isFinite(Real a);
  friend Real select(mlir::Value flag, Real a, Real b);

private:
  mlir::ImplicitLocOpBuilder *builder;
  mlir::Value value;
};

/// A tensor that a loop reads, and the loop that walks each of its axes.
struct Read {
  mlir::Value tensor;
  llvm::SmallVector<int64_t> loops;

  /// Axis i is walked by loop i.
  Read(mlir::Value tensor);
  Read(mlir::Value tensor, llvm::ArrayRef<int64_t> loops)
      : tensor(tensor), loops(loops) {}
};

/// Builds loops over tensors of static shape.
class UpdateBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using Body = llvm::function_ref<Real(llvm::ArrayRef<Real>)>;

  Real real(mlir::Value value) { return {*this, value}; }
  /// A constant of type f64.
  Real real(double number);
  /// An integer, or the only element of a tensor of rank 0, as f64.
  Real toReal(mlir::Value value);
  /// The only element of a tensor of rank 0, and the other way round.
  mlir::Value element(mlir::Value tensor);
  mlir::Value tensorOf(mlir::Value scalar);

  /// `target` with each element replaced by what `body` makes of the elements
  /// of `reads` and, last, the old one; in place.
  mlir::Value update(mlir::Value target, llvm::ArrayRef<Read> reads, Body body);

  /// A new tensor like `like` of what `body` makes of the elements of `reads`.
  mlir::Value map(mlir::RankedTensorType type, llvm::ArrayRef<Read> reads,
                  Body body);

  /// The sum of `body` over every loop but those in `kept`, which are the axes
  /// of the result. The first read walks all loops.
  mlir::Value sumOver(llvm::ArrayRef<Read> reads, llvm::ArrayRef<int64_t> kept,
                      Body body);

  /// The sum of `body` over all loops, the last one last: a tensor's elements
  /// are added in vectors, in an order that does not depend on their width, and
  /// small partial sums meet small ones.
  Real sum(llvm::ArrayRef<Read> reads, Body body);

private:
  mlir::Value loops(mlir::Value init, llvm::ArrayRef<int64_t> initLoops,
                    llvm::ArrayRef<Read> reads, unsigned count, Body body);
};

/// The types of `tensor`'s elements and its shape without some axes.
mlir::RankedTensorType dropAxes(mlir::RankedTensorType type,
                                llvm::ArrayRef<int64_t> axes);

/// 0, 1, ..., rank - 1 but for `axes`.
llvm::SmallVector<int64_t> allAxesBut(int64_t rank,
                                      llvm::ArrayRef<int64_t> axes);

} // namespace brt

#endif // BRT_PASSES_OPTIMIZE_UPDATEBUILDER_H
