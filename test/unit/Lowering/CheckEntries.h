//===- CheckEntries.h - Entry points against the evaluator ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_UNIT_LOWERING_CHECKENTRIES_H
#define BRT_TEST_UNIT_LOWERING_CHECKENTRIES_H

#include "brt/Reference/Evaluate.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"

namespace brt::test {

/// How far a compiled result of an element type may lie from the evaluator's.
struct Tolerance {
  const char *type;
  reference::Arithmetic arithmetic;
  /// Relative L2 error.
  double error;
  /// If more, so many times the evaluator's own error in arithmetic as typed.
  double timesAsTyped = 0;
};

/// Compiles a module and expects of every entry point, for each number of
/// lanes and each variant, from random arguments and poisoned buffers: the
/// results of the reference evaluator, and the same bits for any number of
/// threads. The attribute `test.range = array<i64: a, b>` of an argument bounds
/// its integers.
void checkEntries(mlir::ModuleOp module, const Tolerance &tolerance,
                  llvm::ArrayRef<int64_t> laneCounts,
                  const AttentionOptions &attention = {});

} // namespace brt::test

#endif // BRT_TEST_UNIT_LOWERING_CHECKENTRIES_H
