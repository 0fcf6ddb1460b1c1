//===- brt-opt.cpp - Check, print and transform brt IR --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/InitAll.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

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
