//===- brt-reduce.cpp - Make an interesting file small --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/InitAll.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "llvm/Support/CommandLine.h"

static llvm::cl::extrahelp example(
    "\nEXAMPLE: the smallest part of bug.mlir for which check.sh, called with "
    "a file, exits with 1\n\n"
    "  brt-reduce bug.mlir -reduction-tree=\"traversal-mode=0 "
    "test=./check.sh\"\n");

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  brt::registerAllDialects(registry);
  brt::registerAllPasses();
  mlir::MLIRContext context(registry);
  return failed(mlir::mlirReduceMain(argc, argv, context));
}
