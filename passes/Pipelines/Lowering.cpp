//===- Lowering.cpp - From the cell level to LLVM -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Pipelines/Lowering.h"
#include "brt/dialects/Kernel/Kernel.h"
#include "brt/passes/Fission/Passes.h"
#include "brt/passes/Fusion/Passes.h"
#include "brt/passes/Lowering/Passes.h"
#include "brt/passes/Memory/Passes.h"
#include "brt/passes/Pipelines/Passes.h"
#include "brt/passes/Tile/Passes.h"
#include "brt/passes/X86/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/ConvertToLLVM/ToLLVMInterface.h"
#include "mlir/Conversion/ConvertToLLVM/ToLLVMPass.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Transforms/BufferViewFlowOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/InlinerInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/AllInterfaces.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/AllocationOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/Transforms/BufferViewFlowOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/TensorInferTypeOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/Transforms.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void brt::buildArenaPipeline(OpPassManager &manager, bool fuseAttention) {
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createConvertBrtToLinalgPass({fuseAttention, fuseAttention}));
  manager.addPass(createConvertElementwiseToLinalgPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
  manager.addPass(createFuseElementwisePass());
  manager.addPass(createCloneFillsPass());
  manager.addPass(createReuseOperandsPass());
  manager.addPass(createExposeBuffersPass());
  manager.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.allowReturnAllocsFromLoops = true;
  manager.addPass(bufferization::createOneShotBufferizePass(bufferize));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createUpdateLoopsInPlacePass());
  manager.addPass(createPlanMemoryPass());
}

void brt::buildBufferPipeline(OpPassManager &manager, bool fuseAttention,
                              const std::optional<MemoryBudget> &budget) {
  manager.addPass(createInlinerPass());
  manager.addPass(createFissionRecurrencePass());
  // No CSE behind it: what the backward pass computes again, such as masks of
  // dropout and weights of attention, would be kept from the forward pass.
  if (budget)
    manager.addPass(
        createFitMemoryPass({budget->bytes, budget->lanes, fuseAttention}));
  manager.addPass(createRecomputePass());
  buildArenaPipeline(manager, fuseAttention);
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createOutlineKernelsPass());
}

/// Rows of a register tile: with two vectors of sums each, they leave a quarter
/// of the registers to factors.
static int64_t getTileRows(const brt::LoweringOptions &options) {
  return options.vectorRegisters * 3 / 8;
}

void brt::buildTilePipeline(OpPassManager &manager,
                            const LoweringOptions &options) {
  TileProductsPassOptions tiles;
  tiles.rowStep = getTileRows(options);
  tiles.columnStep = 2 * options.vectorBytes / sizeof(float);
  // Pairs of bf16 do not lie in two tiles.
  tiles.depthStep = options.hasBF16 ? 2 : 1;
  // Panels that stay in the second-level cache: 1 MiB where vectors are wide,
  // 512 KiB elsewhere.
  tiles.rightSize = options.vectorBytes * 4096;
  // Canonicalization would undo a grid of one iteration.
  manager.addPass(createTileProductsPass(tiles));
  TileAttentionPassOptions attention;
  attention.queries = options.attention.queries;
  attention.keys = options.attention.keys;
  attention.windowTiles = options.attention.windowTiles;
  attention.queryStep = tiles.rowStep;
  attention.keyStep = tiles.columnStep;
  manager.addPass(createTileAttentionPass(attention));
  TileAttentionAdjointPassOptions adjoint;
  adjoint.queries = attention.queries;
  adjoint.keys = attention.keys;
  adjoint.windowTiles = attention.windowTiles;
  adjoint.queryStep = attention.queryStep;
  adjoint.keyStep = attention.keyStep;
  manager.addPass(createTileAttentionAdjointPass(adjoint));
}

void brt::buildVectorPipeline(OpPassManager &manager,
                              const LoweringOptions &options) {
  manager.addPass(createPlaceTilesX86Pass(
      {options.vectorBytes, getTileRows(options), options.hasBF16}));
  manager.addPass(createVectorizeKernelsPass(
      {options.vectorBytes, options.vectorRegisters}));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void brt::buildLLVMPipeline(OpPassManager &manager,
                            const LoweringOptions &options) {
  // Arithmetic of bf16 by f32; then functions of f32 by polynomials.
  arith::ArithEmulateUnsupportedFloatsOptions floats;
  floats.sourceTypeStrs = {"bf16"};
  floats.targetTypeStr = "f32";
  manager.addPass(arith::createArithEmulateUnsupportedFloats(floats));
  manager.addPass(math::createMathExtendToSupportedTypes());
  manager.addPass(createExpandMathPass());
  manager.addPass(
      arith::createArithExpandOpsPass({/*includeBf16=*/!options.hasBF16}));
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createWrapEntryPointsPass());
  manager.addPass(createOutlineParallelLoopsPass());
  manager.addPass(createSCFToControlFlowPass());
  // Intrinsics where there are; calls of the C library for the rest.
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createConvertToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createStoreBF16AsIntegerPass());
}

namespace {
/// Instructions of x86 as intrinsics of LLVM.
struct X86VectorToLLVM : ConvertToLLVMPatternInterface {
  using ConvertToLLVMPatternInterface::ConvertToLLVMPatternInterface;

  void loadDependentDialects(MLIRContext *context) const final {
    context->loadDialect<LLVM::LLVMDialect>();
  }
  void populateConvertToLLVMConversionPatterns(
      ConversionTarget &target, LLVMTypeConverter &converter,
      RewritePatternSet &patterns) const final {
    populateX86VectorLegalizeForLLVMExportPatterns(converter, patterns);
  }
};
} // namespace

void brt::registerLoweringInterfaces(DialectRegistry &registry) {
  registry.insert<affine::AffineDialect, bufferization::BufferizationDialect,
                  cf::ControlFlowDialect, LLVM::LLVMDialect,
                  memref::MemRefDialect, ub::UBDialect, vector::VectorDialect,
                  x86vector::X86VectorDialect>();

  func::registerInlinerExtension(registry);
  LLVM::registerInlinerInterface(registry);
  tensor::registerInferTypeOpInterfaceExternalModels(registry);

  kernel::registerBufferizableModels(registry);
  arith::registerBufferViewFlowOpInterfaceExternalModels(registry);
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  linalg::registerAllDialectInterfaceImplementations(registry);
  memref::registerAllocationOpInterfaceExternalModels(registry);
  memref::registerBufferViewFlowOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerSubsetOpInterfaceExternalModels(registry);

  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  index::registerConvertIndexToLLVMInterface(registry);
  registerConvertFuncToLLVMInterface(registry);
  registerConvertMathToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
  ub::registerConvertUBToLLVMInterface(registry);
  vector::registerConvertVectorToLLVMInterface(registry);
  registry.addExtension(
      +[](MLIRContext *, x86vector::X86VectorDialect *dialect) {
        dialect->addInterfaces<X86VectorToLLVM>();
      });
}
