//===- WrapEntryPoints.cpp - The runtime's interface to entry points ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Lowering/Passes.h"
#include "brt/passes/Memory/ArenaPlan.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace brt {
#define GEN_PASS_DEF_WRAPENTRYPOINTSPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;

namespace {

class EntryPointWrapper {
public:
  EntryPointWrapper(func::FuncOp func, const LLVMTypeConverter &converter)
      : func(func), converter(converter), b(func.getLoc(), func.getContext()),
        pointer(LLVM::LLVMPointerType::get(func.getContext())) {}

  /// `argumentCount` of the buffers are arguments, the others results.
  void wrap(unsigned argumentCount) {
    b.setInsertionPointAfter(func);
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(b.getContext()),
        {b.getI64Type(), pointer, pointer, pointer});
    auto wrapper = LLVM::LLVMFuncOp::create(
        b, ("brt_entry_" + func.getName()).str(), type);
    Block *body = wrapper.addEntryBlock(b);
    b.setInsertionPointToStart(body);
    lanes = body->getArgument(0);
    SmallVector<Value> buffers;
    bool hasArena = func->hasAttr(brt::kArenaAttr);
    TypeRange types = func.getArgumentTypes();
    for (auto [i, bufferType] : llvm::enumerate(types.drop_back(hasArena))) {
      bool isArgument = i < argumentCount;
      Value array = body->getArgument(isArgument ? 1 : 2);
      buffers.push_back(loadBuffer(array, isArgument ? i : i - argumentCount,
                                   cast<MemRefType>(bufferType)));
    }
    if (hasArena)
      buffers.push_back(
          makeBuffer(body->getArgument(3), cast<MemRefType>(types.back())));
    func::CallOp::create(b, func, buffers);
    LLVM::ReturnOp::create(b, ValueRange());
    func.setPrivate();
  }

private:
  /// The dense buffer whose address is element `index` of `array`.
  Value loadBuffer(Value array, int64_t index, MemRefType type) {
    Value address = LLVM::GEPOp::create(
        b, pointer, pointer, array,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
    return makeBuffer(LLVM::LoadOp::create(b, pointer, address), type);
  }

  /// The dense buffer at `data`. A dynamic extent is the number of lanes; that
  /// of the arena is not looked at.
  Value makeBuffer(Value data, MemRefType type) {
    Location loc = b.getLoc();
    auto buffer = MemRefDescriptor::poison(b, loc, converter.convertType(type));
    buffer.setAllocatedPtr(b, loc, data);
    buffer.setAlignedPtr(b, loc, data);
    buffer.setConstantOffset(b, loc, 0);
    int64_t stride = 1;
    for (int64_t axis = type.getRank() - 1; axis >= 0; --axis) {
      buffer.setConstantStride(b, loc, axis, stride);
      if (type.isDynamicDim(axis)) {
        buffer.setSize(b, loc, axis, lanes);
        continue;
      }
      buffer.setConstantSize(b, loc, axis, type.getDimSize(axis));
      stride *= type.getDimSize(axis);
    }
    return UnrealizedConversionCastOp::create(b, type, Value(buffer))
        .getResult(0);
  }

  func::FuncOp func;
  const LLVMTypeConverter &converter;
  ImplicitLocOpBuilder b;
  LLVM::LLVMPointerType pointer;
  Value lanes;
};

struct WrapEntryPointsPass
    : brt::impl::WrapEntryPointsPassBase<WrapEntryPointsPass> {
  void runOnOperation() override {
    LLVMTypeConverter types(&getContext());
    auto entries = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp func : entries) {
      if (!func->hasAttr(brt::BrtDialect::getEntryAttrName()))
        continue;
      auto count = func->getAttrOfType<IntegerAttr>(brt::kArgumentCountAttr);
      bool onBuffers =
          func.getNumResults() == 0 &&
          llvm::all_of(func.getArgumentTypes(), llvm::IsaPred<MemRefType>);
      if (!count || !onBuffers) {
        func.emitOpError("expects an entry point as --brt-expose-buffers "
                         "leaves it, but got ")
            << func.getFunctionType();
        return signalPassFailure();
      }
      EntryPointWrapper(func, types).wrap(count.getInt());
    }
  }
};

} // namespace
