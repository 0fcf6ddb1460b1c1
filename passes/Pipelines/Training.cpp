//===- Training.cpp - Entry points that learn -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Pipelines/Training.h"
#include "brt/passes/Expand/Passes.h"
#include "brt/passes/Grad/Passes.h"
#include "brt/passes/Optimize/Passes.h"
#include "brt/passes/Pipelines/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void brt::buildTrainingPipeline(OpPassManager &manager) {
  ExpandModelPassOptions expand;
  expand.training = true;
  manager.addPass(createExpandModelPass(expand));
  manager.addPass(createDifferentiatePass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createVerifyLevelPass({"cell"}));
}

LogicalResult
brt::addOptimizerPass(OpPassManager &manager, StringRef options,
                      function_ref<LogicalResult(const Twine &)> errorHandler) {
  std::unique_ptr<Pass> pass = createAddOptimizerPass();
  if (failed(pass->initializeOptions(options, errorHandler)))
    return failure();
  manager.addPass(std::move(pass));
  return success();
}

void brt::registerTrainingPipeline() {
  PassPipelineRegistration<>(
      "brt-training-pipeline",
      "Compile down to the level cell, with an entry point of gradients",
      buildTrainingPipeline);
}
