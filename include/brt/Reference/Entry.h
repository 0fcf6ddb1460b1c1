//===- Entry.h - Evaluate entry points by names of tensors ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_REFERENCE_ENTRY_H
#define BRT_REFERENCE_ENTRY_H

#include "brt/Reference/Evaluate.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <map>
#include <string>

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace brt::reference {

/// What a tensor is to an entry point.
enum class Role { Parameter, Carry, Input, Output, Gradient, Optimizer };

/// "parameter", "carry", "input", "output", "gradient", "optimizer".
llvm::StringRef stringifyRole(Role role);

/// An argument or a result of an entry point.
struct Port {
  Role role;
  std::string name;
  mlir::RankedTensorType type;
};

/// Tensors by their role and name.
using NamedTensors = std::map<std::pair<Role, std::string>, Tensor<double>>;

/// A function with `brt.entry`, and what its arguments and results are.
struct EntryPoint {
  mlir::func::FuncOp function;
  llvm::SmallVector<Port> arguments, results;

  llvm::StringRef getName() const;

  /// The entry point of that name; else an error that lists those there are.
  static llvm::FailureOr<EntryPoint> find(mlir::ModuleOp module,
                                          llvm::StringRef name);

  /// Fails unless `tensors` has each argument, with its shape and one number of
  /// lanes. Tensors that are no arguments do not matter.
  llvm::LogicalResult verifyArguments(const NamedTensors &tensors) const;

  /// The results for the arguments among `tensors`.
  llvm::FailureOr<NamedTensors> evaluate(const NamedTensors &tensors,
                                         Arithmetic arithmetic) const;
};

} // namespace brt::reference

#endif // BRT_REFERENCE_ENTRY_H
