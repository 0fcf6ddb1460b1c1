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
using namespace brt;

/// The argument that a result is the new value of: one of its kind and name,
/// for what is updated in place (brt-c/Program.h).
static std::optional<unsigned> findUpdated(func::FuncOp func, unsigned result) {
  for (StringRef kind :
       {BrtDialect::getParameterAttrName(), BrtDialect::getOptimizerAttrName()})
    if (Attribute name = func.getResultAttr(result, kind))
      for (unsigned i = 0; i < func.getNumArguments(); ++i)
        if (func.getArgAttr(i, kind) == name)
          return i;
  return std::nullopt;
}

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
  for (auto [i, type] : llvm::enumerate(func.getResultTypes()))
    if (std::optional<unsigned> argument = findUpdated(func, i))
      if (Type old = func.getArgumentTypes()[*argument]; old != type)
        return func.emitOpError("expects result ")
               << i << " to have the type " << old << " of argument "
               << *argument << ", which it updates, but got " << type;
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

/// Arguments become buffers that are read, results ones that are written; what
/// is updated in place has one buffer that is both. Results are materialised as
/// tensors first: bufferization sees what tensors overwrite, but not what
/// happens to a memref. They are at once where they are made, or what they are
/// slices of would be kept until the end; what is updated is at the end, since
/// it may still be read.
static void exposeBuffers(func::FuncOp func) {
  Block &block = func.getBody().front();
  Operation *returnOp = block.getTerminator();
  OpBuilder b = OpBuilder::atBlockBegin(&block), atEnd(returnOp);
  SmallVector<std::optional<unsigned>> updated;
  for (unsigned i = 0; i < func.getNumResults(); ++i)
    updated.push_back(findUpdated(func, i));

  func->setAttr(kArgumentCountAttr,
                b.getI64IntegerAttr(block.getNumArguments()));
  SmallVector<Value> tensors;
  for (BlockArgument argument : block.getArguments()) {
    Type type = argument.getType();
    argument.setType(getBufferType(type));
    bool writable = llvm::is_contained(updated, argument.getArgNumber());
    tensors.push_back(readBuffer(b, argument, type, writable));
    argument.replaceAllUsesExcept(tensors.back(),
                                  tensors.back().getDefiningOp());
  }
  SmallVector<std::pair<Value, BlockArgument>> results;
  for (auto [i, value] : llvm::enumerate(returnOp->getOperands())) {
    Type type = value.getType();
    // Every result has a place among the buffers, also where it is not used.
    BlockArgument buffer =
        block.addArgument(getBufferType(type), value.getLoc());
    Value target;
    if (updated[i]) {
      buffer = block.getArgument(*updated[i]);
      target = tensors[*updated[i]];
    } else {
      target = readBuffer(b, buffer, type, /*writable=*/true);
    }
    OpBuilder writer = atEnd;
    if (!updated[i]) {
      Operation *maker = value.getDefiningOp();
      bool isFirst = maker->isBeforeInBlock(target.getDefiningOp());
      writer.setInsertionPointAfterValue(isFirst ? target : value);
    }
    auto written = bufferization::MaterializeInDestinationOp::create(
        writer, value.getLoc(), type, value, target);
    results.emplace_back(written.getResult(), buffer);
  }
  for (auto [value, buffer] : results)
    bufferization::MaterializeInDestinationOp::create(
        atEnd, value.getLoc(), /*result=*/Type(), value, buffer,
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
    StringRef entryName = BrtDialect::getEntryAttrName();
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
