//===- InitAll.cpp - Registration of everything ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/InitAll.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/dialects/Kernel/Kernel.h"
#include "brt/dialects/Tile/Tile.h"
#include "brt/passes/Expand/Passes.h"
#include "brt/passes/Fission/Passes.h"
#include "brt/passes/Fusion/Passes.h"
#include "brt/passes/Grad/Passes.h"
#include "brt/passes/Lowering/Passes.h"
#include "brt/passes/Memory/Passes.h"
#include "brt/passes/Optimize/Passes.h"
#include "brt/passes/Pipelines/Levels.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "brt/passes/Pipelines/Passes.h"
#include "brt/passes/Pipelines/Training.h"
#include "brt/passes/Profile/Passes.h"
#include "brt/passes/Tile/Passes.h"
#include "brt/passes/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void brt::registerAllDialects(DialectRegistry &registry) {
  registry.insert<BrtDialect, kernel::KernelDialect, tile::TileDialect,
                  arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect,
                  math::MathDialect, scf::SCFDialect, tensor::TensorDialect>();
  registerDifferentiableModels(registry);
  registerLaneWiseModels(registry);
  registerLoweringInterfaces(registry);
}

void brt::registerAllPasses() {
  registerTransformsPasses();
  registerBrtExpandPasses();
  registerBrtFissionPasses();
  registerBrtFusionPasses();
  registerBrtGradPasses();
  registerBrtLoweringPasses();
  registerBrtMemoryPasses();
  registerBrtOptimizePasses();
  registerBrtPipelinesPasses();
  registerBrtProfilePasses();
  registerBrtTilePasses();
  registerBrtX86Passes();
  registerCompilePipeline();
  registerTrainingPipeline();
}
