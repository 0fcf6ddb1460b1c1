//===- ExposeBuffers.cpp - Entry points on buffers ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Lowering/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace brt {
#define GEN_PASS_DEF_EXPOSEBUFFERSPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;

static LogicalResult verifyEntry(func::FuncOp func) {
  auto verifyTypes = [&](StringRef what, TypeRange types) -> LogicalResult {
    for (Type type : types) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor ||
          llvm::any_of(tensor.getShape().drop_front(tensor.getRank() ? 1 : 0),
                       ShapedType::isDynamic))
        return func.emitOpError("expects ")
               << what << " of an entry point to be tensors of static shape "
               << "but for axis 0, but got " << type;
    }
    return success();
  };
  if (failed(verifyTypes("arguments", func.getArgumentTypes())) ||
      failed(verifyTypes("results", func.getResultTypes())))
    return failure();
  if (!func.getBody().hasOneBlock())
    return func.emitOpError("expects an entry point to have one block");
  WalkResult walk = func.walk([](func::CallOp call) {
    call.emitOpError("expects entry points to call no function after inlining, "
                     "but got a call of '")
        << call.getCallee() << "'";
    return WalkResult::interrupt();
  });
  return failure(walk.wasInterrupted());
}

static Type getBufferType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

static Value readBuffer(OpBuilder &b, BlockArgument buffer, Type type,
                        bool writable) {
  return bufferization::ToTensorOp::create(b, buffer.getLoc(), type, buffer,
                                           /*restrict=*/true, writable);
}

/// Arguments become buffers that are read, results ones that are written.
/// Results are materialised as tensors first: bufferization sees what tensors
/// overwrite, but not what happens to a memref.
static void exposeBuffers(func::FuncOp func) {
  Block &block = func.getBody().front();
  Operation *returnOp = block.getTerminator();
  OpBuilder b = OpBuilder::atBlockBegin(&block);
  func->setAttr(brt::kArgumentCountAttr,
                b.getI64IntegerAttr(block.getNumArguments()));
  for (BlockArgument argument : block.getArguments()) {
    Type type = argument.getType();
    argument.setType(getBufferType(type));
    Value tensor = readBuffer(b, argument, type, /*writable=*/false);
    argument.replaceAllUsesExcept(tensor, tensor.getDefiningOp());
  }
  SmallVector<std::pair<Value, BlockArgument>> results;
  for (Value value : returnOp->getOperands()) {
    Type type = value.getType();
    BlockArgument buffer =
        block.addArgument(getBufferType(type), value.getLoc());
    Value target = readBuffer(b, buffer, type, /*writable=*/true);
    OpBuilder atEnd(returnOp);
    auto written = bufferization::MaterializeInDestinationOp::create(
        atEnd, value.getLoc(), type, value, target);
    results.emplace_back(written.getResult(), buffer);
  }
  b.setInsertionPoint(returnOp);
  for (auto [value, buffer] : results)
    bufferization::MaterializeInDestinationOp::create(
        b, value.getLoc(), /*result=*/Type(), value, buffer,
        /*restrict=*/false, /*writable=*/true);
  returnOp->setOperands({});
  func.removeResAttrsAttr();
  func.removeArgAttrsAttr();
  func.setType(
      FunctionType::get(func.getContext(), block.getArgumentTypes(), {}));
}

namespace {
struct ExposeBuffersPass : brt::impl::ExposeBuffersPassBase<ExposeBuffersPass> {
  void runOnOperation() override {
    StringRef entryName = brt::BrtDialect::getEntryAttrName();
    bool anyEntry = false;
    for (auto func :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      // What is not an entry point has been inlined, or nothing calls it.
      if (!func->hasAttr(entryName)) {
        func.erase();
        continue;
      }
      anyEntry = true;
      if (failed(verifyEntry(func)))
        return signalPassFailure();
      exposeBuffers(func);
    }
    if (!anyEntry) {
      getOperation().emitOpError("expects a function with the attribute '")
          << entryName << "', but got none";
      signalPassFailure();
    }
  }
};
} // namespace
