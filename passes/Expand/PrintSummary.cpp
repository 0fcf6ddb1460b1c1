//===- PrintSummary.cpp - Print sizes and costs of models -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Analysis/Summary.h"
#include "brt/passes/Expand/Passes.h"
#include "mlir/IR/BuiltinOps.h"

namespace brt {
#define GEN_PASS_DEF_PRINTSUMMARYPASS
#include "brt/passes/Expand/Passes.h.inc"
} // namespace brt

using namespace mlir;

namespace {
struct PrintSummaryPass : brt::impl::PrintSummaryPassBase<PrintSummaryPass> {
  void runOnOperation() override {
    for (auto model : getOperation().getOps<brt::ModelOp>())
      brt::printSummary(model, llvm::errs());
    markAllAnalysesPreserved();
  }
};
} // namespace
