//===- TensorLives.h - How long tensors are needed --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_MEMORY_TENSORLIVES_H
#define BRT_PASSES_MEMORY_TENSORLIVES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <optional>

namespace brt {

/// Whether an op makes no tensor of its own, but shows another one or a part of
/// it.
bool isTensorView(mlir::Operation *op);

/// The tensors of a function of one block, and from when to when each is
/// needed. It is an estimate of the buffers that they become: of fusion, and of
/// what is computed in place, it knows only the plainest.
///
/// Ops and tensors are known by numbers; the time of an op is its number.
class TensorLives {
public:
  /// The sizes are those for so many lanes.
  TensorLives(mlir::func::FuncOp function, int64_t lanes);

  struct Tensor {
    unsigned maker;
    int64_t bytes;
    /// The ops that read it or a view of it, in order.
    llvm::SmallVector<unsigned> users;
  };
  struct Op {
    mlir::Operation *op;
    llvm::SmallVector<unsigned> operands, results;
    /// FLOPs of its products, those of all lanes.
    int64_t flops;
    /// Whether its result may take the place of an operand.
    bool inPlace;
  };
  llvm::ArrayRef<Op> getOps() const { return ops; }
  llvm::ArrayRef<Tensor> getTensors() const { return tensors; }
  /// The number of the tensor that a value is, or is a view of; nothing for
  /// arguments and constants.
  std::optional<unsigned> find(mlir::Value value) const;

  /// For each op the number of another one, or kNever: uses of its results
  /// behind that one are of results that are computed again just before the
  /// first of them.
  using Recomputed = std::vector<unsigned>;
  static constexpr unsigned kNever = 0;

  /// When each op is computed again; kNever where it is not. Time does not
  /// count what is computed again: it happens just before the op of that
  /// number.
  std::vector<unsigned> getTimes(const Recomputed &recomputed) const;
  /// The bytes that are in use at each op.
  std::vector<int64_t> getUsage(const Recomputed &recomputed) const;

private:
  void addOp(mlir::Operation *op);
  void addUse(mlir::Value value, unsigned user);

  int64_t lanes;
  std::vector<Op> ops;
  std::vector<Tensor> tensors;
  llvm::DenseMap<mlir::Value, unsigned> roots;
};

} // namespace brt

#endif // BRT_PASSES_MEMORY_TENSORLIVES_H
