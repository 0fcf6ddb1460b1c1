//===- Evaluation.h - Evaluate a few lines of IR ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_UNIT_REFERENCE_EVALUATION_H
#define BRT_TEST_UNIT_REFERENCE_EVALUATION_H

#include "brt/Reference/Evaluate.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <gtest/gtest.h>

namespace brt::reference {

using Values = llvm::SmallVector<Tensor<double>>;

/// A context with all dialects, which keeps the first error in `error`.
struct TestContext {
  TestContext();

  /// The module of a text; its errors fail the test.
  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef text);
  /// The results of the first function of `text`, or none after an error.
  Values evaluate(llvm::StringRef text,
                  llvm::ArrayRef<Tensor<double>> arguments,
                  Arithmetic arithmetic = Arithmetic::F64);

  mlir::MLIRContext context;
  std::string error;
};

/// A tensor of given elements.
Tensor<double> reals(llvm::ArrayRef<int64_t> shape,
                     llvm::ArrayRef<double> elements);
Tensor<double> integers(llvm::ArrayRef<int64_t> shape,
                        llvm::ArrayRef<int64_t> elements);

/// Compares shapes, and elements to within `tolerance`.
void expectNear(const Tensor<double> &got, const Tensor<double> &expected,
                double tolerance = 1e-14);

} // namespace brt::reference

#endif // BRT_TEST_UNIT_REFERENCE_EVALUATION_H
