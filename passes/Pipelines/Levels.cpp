//===- Levels.cpp - The named levels of the way down ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Pipelines/Levels.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/dialects/Kernel/Kernel.h"
#include "brt/dialects/Tile/Tile.h"
#include "brt/passes/Expand/Passes.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "brt/passes/Pipelines/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// What is legal
//===----------------------------------------------------------------------===//

static bool isModelOp(Operation *op) {
  return isa<ModelOp, EmbeddingOp, TransformerLayerOp, RecurrentLayerOp,
             HeadOp>(op);
}

static bool isLegalAtModel(Operation *op) {
  return isa<ModuleOp>(op) || isModelOp(op);
}

static bool isLegalAtCell(Operation *op) {
  if (isa<ModuleOp>(op))
    return true;
  if (isModelOp(op))
    return false;
  return isa_and_nonnull<BrtDialect, arith::ArithDialect, func::FuncDialect,
                         linalg::LinalgDialect, math::MathDialect,
                         scf::SCFDialect, tensor::TensorDialect>(
      op->getDialect());
}

static bool isStructuredOnBuffers(Operation *op) {
  // Extents are arithmetic of affine maps.
  return isa<ModuleOp, affine::AffineApplyOp>(op) ||
         isa_and_nonnull<arith::ArithDialect, func::FuncDialect,
                         linalg::LinalgDialect, math::MathDialect,
                         memref::MemRefDialect, scf::SCFDialect, ub::UBDialect>(
             op->getDialect());
}

static bool isLegalAtKernel(Operation *op) {
  return isStructuredOnBuffers(op) ||
         isa_and_nonnull<kernel::KernelDialect>(op->getDialect());
}

static bool isLegalAtTile(Operation *op) {
  return isStructuredOnBuffers(op) ||
         isa_and_nonnull<tensor::TensorDialect, tile::TileDialect>(
             op->getDialect());
}

static bool isLegalAtTarget(Operation *op) {
  return isa<ModuleOp, affine::AffineApplyOp>(op) ||
         isa_and_nonnull<arith::ArithDialect, func::FuncDialect,
                         math::MathDialect, memref::MemRefDialect,
                         scf::SCFDialect, ub::UBDialect, vector::VectorDialect,
                         x86vector::X86VectorDialect>(op->getDialect());
}

//===----------------------------------------------------------------------===//
// The levels
//===----------------------------------------------------------------------===//

static void buildCellPipeline(OpPassManager &manager) {
  manager.addPass(createExpandModelPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

static void buildDefaultBuffers(OpPassManager &manager) {
  buildBufferPipeline(manager);
}

static void buildDefaultTiles(OpPassManager &manager) {
  buildTilePipeline(manager, LoweringOptions());
}

static void buildDefaultVectors(OpPassManager &manager) {
  buildVectorPipeline(manager, LoweringOptions());
}

ArrayRef<Level> brt::getLevels() {
  static const Level levels[] = {
      {"model", "layers with their options, as written or imported",
       isLegalAtModel, nullptr},
      {"cell", "explicit graphs on tensors, one recurrence over blocks",
       isLegalAtCell, buildCellPipeline},
      {"kernel",
       "structured ops and fused kernels on buffers, one function each",
       isLegalAtKernel, buildDefaultBuffers},
      {"tile", "products and attention over tiles, in sizes for AVX2",
       isLegalAtTile, buildDefaultTiles},
      {"target", "loops of vectors over buffers, one function per kernel, AVX2",
       isLegalAtTarget, buildDefaultVectors},
  };
  return levels;
}

const Level *brt::findLevel(StringRef name) {
  const Level *level = llvm::find_if(
      getLevels(), [&](const Level &level) { return level.name == name; });
  return level == getLevels().end() ? nullptr : level;
}

//===----------------------------------------------------------------------===//
// Going down
//===----------------------------------------------------------------------===//

void brt::buildCompilePipeline(OpPassManager &manager, const Level &level) {
  for (const Level &step : getLevels()) {
    if (step.buildPipeline) {
      step.buildPipeline(manager);
      manager.addPass(createVerifyLevelPass({step.name.str()}));
    }
    if (&step == &level)
      return;
  }
}

static std::string listLevels() {
  std::string text;
  for (const Level &level : getLevels())
    text += (text.empty() ? "" : ", ") + level.name.str() + " (" +
            level.summary.str() + ")";
  return text;
}

void brt::registerCompilePipeline() {
  // Pipelines registered by options struct would read `level=cell`.
  static const std::string summary =
      "Compile down to a level and verify it: " + listLevels();
  registerPassPipeline(
      "brt-compile-to", summary,
      [](OpPassManager &manager, StringRef options,
         function_ref<LogicalResult(const Twine &)> errorHandler) {
        const Level *level = findLevel(options);
        if (!level)
          return errorHandler("expects a level to be one of " + listLevels() +
                              ", but got '" + options + "'");
        buildCompilePipeline(manager, *level);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)>) {});
}
