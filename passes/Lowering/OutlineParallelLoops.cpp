//===- OutlineParallelLoops.cpp - Parallel loops by brt_parallel_for ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Lowering/Passes.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/FunctionCallUtils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace brt {
#define GEN_PASS_DEF_OUTLINEPARALLELLOOPSPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;

static constexpr StringLiteral kParallelFor = "brt_parallel_for";

static Value castTo(ImplicitLocOpBuilder &b, Type type, Value value) {
  if (value.getType() == type)
    return value;
  return UnrealizedConversionCastOp::create(b, type, value).getResult(0);
}

/// void brt_parallel_for(int64_t count, void (*body)(int64_t, void *), void *).
static LLVM::LLVMFuncOp getParallelFor(ModuleOp module) {
  if (auto func = module.lookupSymbol<LLVM::LLVMFuncOp>(kParallelFor))
    return func;
  auto b =
      ImplicitLocOpBuilder::atBlockBegin(module.getLoc(), module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto type =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                  {b.getI64Type(), pointer, pointer});
  return LLVM::LLVMFuncOp::create(b, kParallelFor, type);
}

namespace {

/// Makes `void body(int64_t index, void *context)` of one parallel loop. The
/// context holds the values from outside that the loop uses.
class ParallelLoopOutliner {
public:
  ParallelLoopOutliner(scf::ParallelOp loop, const LLVMTypeConverter &types)
      : loop(loop), types(types), module(loop->getParentOfType<ModuleOp>()),
        pointer(LLVM::LLVMPointerType::get(loop.getContext())) {}

  LogicalResult outline(StringRef name) {
    cloneConstants();
    SetVector<Value> used;
    getUsedValuesDefinedAbove(loop.getRegion(), used);
    captured = used.takeVector();
    SmallVector<Type> fields;
    for (Value value : captured) {
      Type type = types.convertType(value.getType());
      if (!type)
        return loop.emitOpError("expects values from outside to have a type "
                                "that LLVM knows, but got ")
               << value.getType();
      fields.push_back(type);
    }
    context = LLVM::LLVMStructType::getLiteral(loop.getContext(), fields);
    emitCall(name);
    emitBody(name);
    loop.erase();
    return success();
  }

private:
  /// Constants are rather made again than passed.
  void cloneConstants() {
    SetVector<Value> used;
    getUsedValuesDefinedAbove(loop.getRegion(), used);
    OpBuilder b = OpBuilder::atBlockBegin(loop.getBody());
    for (Value value : used)
      if (matchPattern(value, m_Constant()))
        replaceAllUsesInRegionWith(
            value, b.clone(*value.getDefiningOp())->getResult(0),
            loop.getRegion());
  }

  void emitCall(StringRef name) {
    ImplicitLocOpBuilder b(loop.getLoc(), loop);
    Value values = LLVM::PoisonOp::create(b, context);
    for (auto [i, value] : llvm::enumerate(captured))
      values = LLVM::InsertValueOp::create(
          b, values, castTo(b, context.getBody()[i], value), i);
    // In the entry block, so that a loop around this one needs no more stack.
    auto func = loop->getParentOfType<FunctionOpInterface>();
    Value storage;
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&func.getFunctionBody().front());
      Value one = LLVM::ConstantOp::create(b, b.getI64IntegerAttr(1));
      storage = LLVM::AllocaOp::create(b, pointer, context, one);
    }
    LLVM::StoreOp::create(b, values, storage);
    Value count = castTo(b, b.getI64Type(), loop.getUpperBound().front());
    Value body = LLVM::AddressOfOp::create(b, pointer, name);
    LLVM::CallOp::create(b, getParallelFor(module),
                         ValueRange{count, body, storage});
  }

  void emitBody(StringRef name) {
    ImplicitLocOpBuilder b(loop.getLoc(), loop.getContext());
    b.setInsertionPointToEnd(module.getBody());
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(b.getContext()), {b.getI64Type(), pointer});
    auto func =
        LLVM::LLVMFuncOp::create(b, name, type, LLVM::Linkage::Internal);
    Block *block = func.addEntryBlock(b);
    b.setInsertionPointToStart(block);
    Value values = LLVM::LoadOp::create(b, context, block->getArgument(1));
    for (auto [i, value] : llvm::enumerate(captured)) {
      Value field = LLVM::ExtractValueOp::create(b, values, i);
      replaceAllUsesInRegionWith(value, castTo(b, value.getType(), field),
                                 loop.getRegion());
    }
    Value index = castTo(b, b.getIndexType(), block->getArgument(0));
    Operation *end = LLVM::ReturnOp::create(b, ValueRange());
    Block *body = loop.getBody();
    body->getTerminator()->erase();
    body->getArgument(0).replaceAllUsesWith(index);
    block->getOperations().splice(end->getIterator(), body->getOperations());
  }

  scf::ParallelOp loop;
  const LLVMTypeConverter &types;
  ModuleOp module;
  LLVM::LLVMPointerType pointer;
  SmallVector<Value, 0> captured;
  LLVM::LLVMStructType context;
};

struct OutlineParallelLoopsPass
    : brt::impl::OutlineParallelLoopsPassBase<OutlineParallelLoopsPass> {
  void runOnOperation() override {
    LLVMTypeConverter types(&getContext());
    SmallVector<scf::ParallelOp> loops;
    WalkResult walk = getOperation().walk([&](scf::ParallelOp loop) {
      if (loop.getNumLoops() != 1 || loop.getNumReductions() != 0 ||
          !matchPattern(loop.getLowerBound().front(), m_Zero()) ||
          !matchPattern(loop.getStep().front(), m_One()) ||
          loop->getParentOfType<scf::ParallelOp>()) {
        loop.emitOpError("expects an outermost loop from 0 in steps of 1 "
                         "without reductions");
        return WalkResult::interrupt();
      }
      loops.push_back(loop);
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
    for (auto [i, loop] : llvm::enumerate(loops)) {
      StringRef parent = SymbolTable::getSymbolName(
                             loop->getParentOfType<FunctionOpInterface>())
                             .getValue();
      std::string name = (parent + "_task_" + Twine(i)).str();
      if (failed(ParallelLoopOutliner(loop, types).outline(name)))
        return signalPassFailure();
    }
  }
};

} // namespace
