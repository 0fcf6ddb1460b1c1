//===- PlanMemory.cpp - Places of buffers in one arena --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LaneExtents.h"
#include "Lifetimes.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Memory/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Remarks.h"

namespace brt {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "brt/passes/Memory/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

/// Buffers of a peak that remarks name.
static constexpr size_t kNamedBuffers = 8;

static remark::RemarkOpts getRemark(StringRef name, func::FuncOp function) {
  return remark::RemarkOpts::name(name)
      .category("brt-plan-memory")
      .function(function.getName());
}

static std::string toText(LaneBytes bytes) {
  std::string text;
  if (bytes.perLane)
    text = std::to_string(bytes.perLane) + " bytes a lane";
  if (bytes.fixed || !bytes.perLane)
    text +=
        (text.empty() ? "" : " and ") + std::to_string(bytes.fixed) + " bytes";
  return text;
}

static void explain(func::FuncOp function, ArrayRef<memref::AllocOp> allocs,
                    ArrayRef<ArenaBuffer> buffers, const ArenaPlan &plan) {
  SmallVector<unsigned> peak = findPeak(buffers);
  int64_t least = 0;
  for (unsigned index : peak)
    least += buffers[index].size.at(1);
  remark::passed(function.getLoc(), getRemark("arena", function))
      << (std::to_string(buffers.size()) + " buffers in an arena of " +
          toText(plan.size) + ", " + std::to_string(plan.size.at(1)) +
          " for one lane, of which " + std::to_string(least) +
          " are in use at once by " + std::to_string(peak.size()) + " buffers");
  llvm::sort(peak, [&](unsigned a, unsigned b) {
    return std::pair(buffers[a].size.at(1), b) >
           std::pair(buffers[b].size.at(1), a);
  });
  for (unsigned index : ArrayRef(peak).take_front(kNamedBuffers)) {
    memref::AllocOp alloc = allocs[index];
    std::string type;
    llvm::raw_string_ostream(type) << alloc.getType();
    remark::analysis(alloc.getLoc(), getRemark("buffer", function))
        << (type + " of " + toText(buffers[index].size) +
            " is in use when most bytes are");
  }
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

static LogicalResult verifyEntry(func::FuncOp function) {
  if (!function.getBody().hasOneBlock() || function.getNumResults() ||
      !llvm::all_of(function.getArgumentTypes(), llvm::IsaPred<MemRefType>))
    return function.emitOpError("expects an entry point as "
                                "--brt-expose-buffers leaves it, but got ")
           << function.getFunctionType();
  return success();
}

/// The number of lanes: the dynamic extent of any argument, or null.
static Value getLanes(ImplicitLocOpBuilder &b, func::FuncOp function) {
  for (BlockArgument argument : function.getArguments()) {
    auto type = cast<MemRefType>(argument.getType());
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (type.isDynamicDim(axis))
        return memref::DimOp::create(b, argument, axis);
  }
  return Value();
}

/// Makes views of the arena of what is allocated.
static void placeBuffers(func::FuncOp function,
                         MutableArrayRef<memref::AllocOp> allocs,
                         const ArenaPlan &plan) {
  auto b = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(),
                                              &function.getBody().front());
  auto arenaType = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  Value lanes = getLanes(b, function);
  unsigned argument = function.getNumArguments();
  (void)function.insertArgument(argument, arenaType, DictionaryAttr(),
                                function.getLoc());
  function->setAttr(
      kArenaAttr, b.getDenseI64ArrayAttr({plan.size.perLane, plan.size.fixed}));

  for (auto [alloc, offset] : llvm::zip_equal(allocs, plan.offsets)) {
    b.setInsertionPoint(alloc);
    b.setLoc(alloc.getLoc());
    Value address = arith::ConstantIndexOp::create(b, offset.fixed);
    if (offset.perLane) {
      Value perLane = arith::ConstantIndexOp::create(b, offset.perLane);
      Value moved = arith::MulIOp::create(b, lanes, perLane);
      address = arith::AddIOp::create(b, moved, address);
    }
    Value view = memref::ViewOp::create(b, alloc.getType(),
                                        function.getArgument(argument), address,
                                        alloc.getDynamicSizes());
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
}

static LogicalResult planFunction(func::FuncOp function) {
  if (failed(verifyEntry(function)))
    return failure();
  SmallVector<memref::AllocOp> allocs;
  function.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
  Lifetimes lifetimes(function);
  SmallVector<ArenaBuffer> buffers;
  for (memref::AllocOp alloc : allocs) {
    std::optional<LaneBytes> size = getLaneBytes(alloc);
    if (!size)
      return alloc.emitOpError("expects a dense buffer whose size is affine in "
                               "the number of lanes, but got ")
             << alloc.getType();
    FailureOr<Lifetimes::Span> life = lifetimes.find(alloc);
    if (failed(life))
      return failure();
    buffers.push_back({*size, life->begin, life->end});
  }
  ArenaPlan plan = planArena(buffers);
  explain(function, allocs, buffers, plan);
  placeBuffers(function, allocs, plan);
  return success();
}

namespace {
struct PlanMemoryPass : brt::impl::PlanMemoryPassBase<PlanMemoryPass> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(BrtDialect::getEntryAttrName()) &&
          failed(planFunction(function)))
        return signalPassFailure();
  }
};
} // namespace
