//===- CheckOptions.h - Ranges of the options -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_OPTIMIZE_CHECKOPTIONS_H
#define BRT_PASSES_OPTIMIZE_CHECKOPTIONS_H

#include "brt/passes/Optimize/Passes.h"
#include "mlir/IR/Location.h"

namespace brt {

/// Emits an error at `loc` for the first option that is out of its range.
llvm::LogicalResult checkOptions(mlir::Location loc,
                                 const AddOptimizerPassOptions &options);

} // namespace brt

#endif // BRT_PASSES_OPTIMIZE_CHECKOPTIONS_H
