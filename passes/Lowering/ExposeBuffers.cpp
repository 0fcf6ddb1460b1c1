//===- ExposeBuffers.cpp - Entry points on buffers ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Lowering/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

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
       {BrtDialect::getParameterAttrName(), BrtDialect::getOptimizerAttrName(),
        BrtDialect::getCarryAttrName()})
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

/// A tensor and all others that may be in its buffer: views of it, and what ops
/// make that update it.
static SetVector<Value> getAliases(Value tensor) {
  SetVector<Value> aliases;
  aliases.insert(tensor);
  for (unsigned i = 0; i < aliases.size(); ++i)
    for (OpOperand &use : aliases[i].getUses()) {
      Operation *op = use.getOwner();
      unsigned number = use.getOperandNumber();
      auto update = dyn_cast<DestinationStyleOpInterface>(op);
      if (update && update.isDpsInit(&use)) {
        aliases.insert(update.getTiedOpResult(&use));
      } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
        aliases.insert(loop.getTiedLoopRegionIterArg(&use));
        aliases.insert(loop.getTiedLoopResult(&use));
      } else if (isa<scf::YieldOp>(op)) {
        aliases.insert(op->getParentOp()->getResult(number));
      } else if (isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp,
                     tensor::CollapseShapeOp>(op)) {
        aliases.insert(op->getResult(0));
      }
    }
  return aliases;
}

/// The last op of a block that reads or makes one of some tensors; what ends
/// the block does not.
static Operation *findLastUse(ArrayRef<Value> aliases, Block &block) {
  Operation *last = aliases.front().getDefiningOp();
  for (Value alias : aliases)
    for (Operation *user : alias.getUsers()) {
      Operation *here = block.findAncestorOpInBlock(*user);
      if (here != block.getTerminator() && last->isBeforeInBlock(here))
        last = here;
    }
  return last;
}

/// Whether a tensor is what ops that update `target` make of it.
static bool isUpdateOf(Value tensor, Value target) {
  if (tensor == target)
    return true;
  auto result = dyn_cast<OpResult>(tensor);
  if (!result)
    return false;
  unsigned number = result.getResultNumber();
  Operation *op = result.getOwner();
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return isUpdateOf(branch.thenYield().getOperand(number), target) &&
           isUpdateOf(branch.elseYield().getOperand(number), target);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return isUpdateOf(loop.getYieldedValues()[number],
                      loop.getRegionIterArg(number)) &&
           isUpdateOf(loop.getInits()[number], target);
  auto update = dyn_cast<DestinationStyleOpInterface>(op);
  return update && isUpdateOf(update.getTiedOpOperand(result)->get(), target);
}

/// A tensor of its own that holds what another one does.
static Value copyTensor(Value tensor) {
  OpBuilder b(tensor.getContext());
  b.setInsertionPointAfterValue(tensor);
  Location loc = tensor.getLoc();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, tensor);
  Value empty = tensor::EmptyOp::create(b, loc, sizes,
                                        getElementTypeOrSelf(tensor.getType()));
  return linalg::CopyOp::create(b, loc, tensor, empty).getResult(0);
}

/// Arguments become buffers that are read, results ones that are written; what
/// is updated in place has one buffer that is both. Results are materialised as
/// tensors first: bufferization sees what tensors overwrite, but not what
/// happens to a memref. They are at once where they are made, or what they are
/// slices of would be kept until the end, and in place of an argument at once
/// when that has been read; what is returned of one argument in place of
/// another is copied before. What updates of an argument make is in its buffer
/// already, unless bufferization finds that one must not be in place; then it
/// is copied there, behind all else.
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
  DenseMap<unsigned, SetVector<Value>> aliases;
  for (std::optional<unsigned> argument : updated)
    if (argument)
      aliases[*argument] = getAliases(tensors[*argument]);
  SmallVector<Value> values = llvm::to_vector(returnOp->getOperands());
  for (unsigned i = 0; i < values.size(); ++i)
    if (updated[i] && llvm::any_of(aliases, [&](const auto &entry) {
          return entry.first != *updated[i] && entry.second.contains(values[i]);
        }))
      values[i] = copyTensor(values[i]);

  SmallVector<std::pair<Value, BlockArgument>> results, updates;
  for (auto [value, argument] : llvm::zip_equal(values, updated)) {
    Type type = value.getType();
    // Every result has a place among the buffers, also where it is not used.
    BlockArgument buffer =
        block.addArgument(getBufferType(type), value.getLoc());
    Operation *last = value.getDefiningOp();
    Value target;
    if (argument) {
      buffer = block.getArgument(*argument);
      target = tensors[*argument];
      if (isUpdateOf(value, target)) {
        updates.emplace_back(value, buffer);
        continue;
      }
      Operation *use = findLastUse(aliases[*argument].getArrayRef(), block);
      if (last->isBeforeInBlock(use)) {
        // What it is a slice of is not kept as long as the argument is read.
        if (isa<tensor::ExtractSliceOp>(last))
          value = copyTensor(value);
        last = use;
      }
    } else {
      target = readBuffer(b, buffer, type, /*writable=*/true);
      if (last->isBeforeInBlock(target.getDefiningOp()))
        last = target.getDefiningOp();
    }
    OpBuilder writer(returnOp);
    writer.setInsertionPointAfter(last);
    auto written = bufferization::MaterializeInDestinationOp::create(
        writer, value.getLoc(), type, value, target);
    results.emplace_back(written.getResult(), buffer);
  }
  results.append(updates);
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
