//===- brt-opt.cpp - Check, print and transform brt IR --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/InitAll.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"

/// Passes say what they did by remarks, which upstream's options print or write
/// to a file; this one prints ours.
static llvm::cl::opt<bool> explain(
    "brt-explain",
    llvm::cl::desc("Print what the passes did, and why they did not do more; "
                   "short for --remarks-filter=brt-.*"),
    llvm::cl::callback([](const bool &) {
      llvm::cl::getRegisteredOptions()["remarks-filter"]->addOccurrence(
          /*pos=*/0, "remarks-filter", "brt-.*");
    }));

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  brt::registerAllDialects(registry);
  brt::registerAllPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv,
      "brt-opt: check, print and transform block-recurrent transformers\n\n"
      "  brt-opt model.mlir                            check and print\n"
      "  brt-opt model.mlir --brt-compile-to=cell      look at a level\n"
      "  brt-opt model.mlir --brt-print-summary        count parameters\n",
      registry));
}
