//===- Lifetimes.h - When buffers hold something ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_MEMORY_LIFETIMES_H
#define BRT_PASSES_MEMORY_LIFETIMES_H

#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace brt {

/// When each buffer of a function is used. Time is the number of an op in the
/// text of the function: branches of a condition come one after the other, and
/// one time stands for an op in all iterations of a loop.
class Lifetimes {
public:
  explicit Lifetimes(mlir::func::FuncOp function);

  struct Span {
    unsigned begin, end;
  };
  /// From the first to the last op that uses the buffer or a view of it. A
  /// buffer from outside of a loop is kept for all of its iterations. Errors:
  /// what gives a buffer more than one lifetime, or none that ends.
  mlir::FailureOr<Span> find(mlir::memref::AllocOp alloc) const;

private:
  void number(mlir::Operation *op);
  Span getUse(mlir::Operation *user, mlir::memref::AllocOp alloc) const;

  mlir::BufferViewFlowAnalysis views;
  /// The number of an op, and that of the last one in it.
  llvm::DenseMap<mlir::Operation *, Span> spans;
  unsigned time = 0;
};

} // namespace brt

#endif // BRT_PASSES_MEMORY_LIFETIMES_H
