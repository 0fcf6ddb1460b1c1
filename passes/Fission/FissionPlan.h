//===- FissionPlan.h - What of a recurrence must be sequential --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_FISSIONPLAN_H
#define BRT_PASSES_FISSION_FISSIONPLAN_H

#include "brt/dialects/Brt/Brt.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace brt {

/// Where an op of a cell goes.
enum class Place {
  /// It reads nothing that changes from block to block: runs once.
  Invariant,
  /// Does not depend on the chain: runs for all blocks at once, before it.
  Before,
  /// Is part of the chain from block to block.
  Loop,
  /// The chain does not depend on it: runs for all blocks at once, after it.
  After,
};

/// How a carried value gets from block to block.
enum class CarryKind {
  /// By the loop.
  Sequential,
  /// It is what the block before made, without being part of the chain: all of
  /// them are what all blocks made, shifted by one.
  Shifted,
  /// It is a sum of what each block adds.
  Summed,
};

/// Splits the region of a recurrence by its dependences. An op is sequential
/// where it is on a path from a carried value back to a carried value, or where
/// it cannot run for all blocks at once, or where one of those needs it after
/// another.
class FissionPlan {
public:
  explicit FissionPlan(RecurrenceOp loop);

  Place getPlace(mlir::Operation *op) const { return places.lookup(op); }
  /// Of an op's result or of an argument of the region; pieces of sequences are
  /// there before the loop.
  Place getPlace(mlir::Value value) const;
  /// Of carried value number `index`.
  CarryKind getKind(unsigned index) const { return kinds[index]; }
  /// Whether an op adds a sum over lanes to a carried sum.
  bool isAddition(mlir::Operation *op) const;
  /// What a block adds to a carried sum.
  mlir::Value getTerm(unsigned index) const { return terms[index]; }
  /// A sum over lanes, of all blocks where it does not stay in the loop.
  bool isSum(mlir::Value value) const { return sums.contains(value); }

  /// Ops that could be elsewhere if they could run for all blocks at once, and
  /// why they cannot.
  llvm::ArrayRef<std::pair<mlir::Operation *, std::string>> getBlocked() const {
    return blocked;
  }
  /// Whether anything leaves the loop.
  bool splits() const;

private:
  void findInvariants();
  void findTerms();
  std::string getObstacle(mlir::Operation &op);
  bool hasOnlySumUses(mlir::Value value);
  void findChain();
  bool growChain();
  void findDependent();

  bool varies(mlir::Value value) const;
  bool isCarried(mlir::Value value, unsigned &index) const;
  mlir::Value getNext(unsigned index) const;
  /// Values from inside of the region that an op reads, its regions included.
  llvm::SmallVector<mlir::Value> getReads(mlir::Operation *op) const;

  mutable RecurrenceOp loop;
  mlir::Block &body;
  llvm::DenseMap<mlir::Operation *, Place> places;
  llvm::SmallVector<CarryKind> kinds;
  /// For each carried value that looks like a sum, the op that adds and what it
  /// adds; else null.
  llvm::SmallVector<mlir::Operation *> additions;
  llvm::SmallVector<mlir::Value> terms;
  llvm::DenseSet<mlir::Value> sums;
  llvm::SmallVector<std::pair<mlir::Operation *, std::string>> blocked;
  /// While the chain grows: its ops, and values that depend on it.
  llvm::SetVector<mlir::Operation *> chain;
  llvm::DenseSet<mlir::Value> dependent;
};

} // namespace brt

#endif // BRT_PASSES_FISSION_FISSIONPLAN_H
