//===- Evaluate.h - Evaluate functions by plain loops -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference evaluator is the oracle of everything that compiles functions
// of the level `cell`: one short file for each op under lib/Reference, to be
// read beside the op's equations. It generates no code and shares none with a
// lowering or a folder. It also evaluates the level `tile`, which no target has
// a part in yet.

#ifndef BRT_REFERENCE_EVALUATE_H
#define BRT_REFERENCE_EVALUATE_H

#include "brt/Reference/Buffer.h"
#include "brt/Reference/Tensor.h"
#include "llvm/Support/LogicalResult.h"

namespace mlir::func {
class FuncOp;
} // namespace mlir::func

namespace brt::reference {

/// The arithmetic of an evaluation.
enum class Arithmetic {
  F64,     ///< f64 throughout, whatever the types say
  F32,     ///< f32 throughout
  AsTyped, ///< f64 inside an op, its results rounded to their element types
};

/// Evaluates `function` and returns its results. What goes wrong, such as an op
/// without an evaluation, is an error at the op.
llvm::FailureOr<llvm::SmallVector<Tensor<double>>>
evaluateFunction(mlir::func::FuncOp function,
                 llvm::ArrayRef<Tensor<double>> arguments,
                 Arithmetic arithmetic);

/// Evaluates, as typed, a function of the level `tile` that reads and writes
/// its arguments. Iterations of a grid run one after another.
llvm::LogicalResult evaluateOnBuffers(mlir::func::FuncOp function,
                                      llvm::ArrayRef<Buffer> arguments);

} // namespace brt::reference

#endif // BRT_REFERENCE_EVALUATE_H
