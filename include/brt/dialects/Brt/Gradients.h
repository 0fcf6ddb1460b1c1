//===- Gradients.h - Gradients of values, in reverse mode -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_DIALECTS_BRT_GRADIENTS_H
#define BRT_DIALECTS_BRT_GRADIENTS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace brt {

/// Values that depend on the values one differentiates by.
using ActiveValues = llvm::DenseSet<mlir::Value>;

/// Adds to `active` the floating-point values of `block`, and of the loops in
/// it, that depend on values in the set.
void propagateActive(mlir::Block &block, ActiveValues &active);

/// The gradients of one number by the values of a block, summed up while the
/// block's adjoint is emitted. The terms of a sum are added in the reverse
/// order of the uses.
class Gradients {
public:
  explicit Gradients(ActiveValues &active) : active(active) {}

  /// Whether anyone asks for the gradient of `value`.
  bool wants(mlir::Value value) const { return active.contains(value); }

  /// The gradient of `value`, of the same type; null where it is zero.
  mlir::Value get(mlir::Value value) const { return sums.lookup(value); }

  /// Adds a term to the gradient of `value`, unless nobody asks for it.
  void add(mlir::OpBuilder &builder, mlir::Value value, mlir::Value term);

  /// Emits the adjoints of all ops of `block`, last to first. Fails after an
  /// error at an op without an adjoint.
  llvm::LogicalResult emitAdjoints(mlir::OpBuilder &builder,
                                   mlir::Block &block);

  ActiveValues &getActive() { return active; }

private:
  ActiveValues &active;
  llvm::DenseMap<mlir::Value, mlir::Value> sums;
};

/// A number in every element of a value of the type and extents of `like`, a
/// tensor or a scalar.
mlir::Value createSplatLike(mlir::OpBuilder &builder, mlir::Location loc,
                            double number, mlir::Value like);
mlir::Value createZerosLike(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value like);

/// Erases the ops of `block` whose results nothing uses.
void eraseDeadOps(mlir::Block &block);

} // namespace brt

#endif // BRT_DIALECTS_BRT_GRADIENTS_H
