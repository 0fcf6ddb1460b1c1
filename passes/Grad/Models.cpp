//===- Models.cpp - Adjoints of upstream ops ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"
#include "brt/passes/Grad/Passes.h"

using namespace mlir;

void brt::registerDifferentiableModels(DialectRegistry &registry) {
  registerArithModels(registry);
  registerMathModels(registry);
  registerTensorModels(registry);
  registerLinalgModels(registry);
}
