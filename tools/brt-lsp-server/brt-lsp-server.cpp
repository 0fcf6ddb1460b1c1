//===- brt-lsp-server.cpp - Serve brt IR to editors -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/InitAll.h"
#include "mlir/IR/Dialect.h"
#include "mlir/Support/LogicalResult.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "llvm/Support/CommandLine.h"

static llvm::cl::extrahelp example(
    "\nEXAMPLE: an editor starts it and talks to it over pipes; for Visual "
    "Studio Code\nset in settings.json\n\n"
    "  \"mlir.server_path\": \"build/dev/bin/brt-lsp-server\"\n");

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  brt::registerAllDialects(registry);
  return failed(mlir::MlirLspServerMain(argc, argv, registry));
}
