//===- OutlineKernels.cpp - One function for equal kernels ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Kernel/Kernel.h"
#include "brt/passes/Lowering/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/StringMap.h"

namespace brt {
#define GEN_PASS_DEF_OUTLINEKERNELSPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;

/// The name in a location: the op of the cell level that an op was made from.
static StringRef getOriginName(Location loc) {
  StringRef name = "kernel";
  loc->walk([&](Location nested) {
    auto nameLoc = dyn_cast<NameLoc>(nested);
    if (!nameLoc)
      return WalkResult::advance();
    name = nameLoc.getName();
    return WalkResult::interrupt();
  });
  return name;
}

/// What fills the buffer that an op adds up in, right before it, or null.
static linalg::FillOp getInit(Operation *op) {
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured || structured.getNumReductionLoops() == 0 ||
      structured.getNumDpsInits() != 1)
    return nullptr;
  Operation *before = op->getPrevNode();
  while (before && isPure(before))
    before = before->getPrevNode();
  auto fill = dyn_cast_or_null<linalg::FillOp>(before);
  return fill && fill.output() == structured.getDpsInits()[0] ? fill : nullptr;
}

namespace {

class KernelOutliner {
public:
  explicit KernelOutliner(ModuleOp module) : module(module) {}

  /// Makes a function of an op and, if it is not null, of the one before it.
  void outline(Operation *op, linalg::FillOp init) {
    SetVector<Value> captured(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    if (init)
      captured.insert(init->operand_begin(), init->operand_end());
    // Integers say where and how much; numbers are passed, so that ops that
    // differ in them share code.
    SmallVector<Value> arguments;
    SmallVector<Operation *> constants;
    for (Value value : captured) {
      bool isInteger = value.getType().isIntOrIndex();
      if (isInteger && matchPattern(value, m_Constant()))
        constants.push_back(value.getDefiningOp());
      else
        arguments.push_back(value);
    }

    func::FuncOp kernel = build(op, init, arguments, constants);
    std::string text;
    llvm::raw_string_ostream stream(text);
    kernel->print(stream, OpPrintingFlags().useLocalScope());
    auto [entry, isNew] = kernels.try_emplace(text, kernel);
    if (isNew) {
      std::string name =
          ("brt_" + getOriginName(op->getLoc()) + "_" + Twine(kernels.size()))
              .str();
      kernel.setName(name);
      module.push_back(kernel);
    } else {
      kernel.erase();
    }
    OpBuilder b(op);
    func::CallOp::create(b, op->getLoc(), entry->second, arguments);
    op->erase();
    if (init)
      init.erase();
  }

private:
  static func::FuncOp build(Operation *op, linalg::FillOp init,
                            ValueRange arguments,
                            ArrayRef<Operation *> constants) {
    OpBuilder b(op->getContext());
    auto type = b.getFunctionType(arguments.getTypes(), {});
    auto kernel = func::FuncOp::create(op->getLoc(), "kernel", type);
    kernel.setPrivate();
    Block *body = kernel.addEntryBlock();
    b.setInsertionPointToStart(body);
    IRMapping mapping;
    mapping.map(arguments, body->getArguments());
    for (Operation *constant : constants)
      b.clone(*constant, mapping);
    if (init)
      b.clone(*init, mapping);
    b.clone(*op, mapping);
    func::ReturnOp::create(b, op->getLoc());
    return kernel;
  }

  ModuleOp module;
  /// The kernels so far, by the text of a function named "kernel".
  llvm::StringMap<func::FuncOp> kernels;
};

struct OutlineKernelsPass
    : brt::impl::OutlineKernelsPassBase<OutlineKernelsPass> {
  void runOnOperation() override {
    SmallVector<memref::CopyOp> copies;
    getOperation().walk([&](memref::CopyOp copy) { copies.push_back(copy); });
    for (memref::CopyOp copy : copies) {
      OpBuilder b(copy);
      Location loc = NameLoc::get(b.getStringAttr("copy"), copy.getLoc());
      linalg::makeMemRefCopyOp(b, loc, copy.getSource(), copy.getTarget());
      copy.erase();
    }

    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<linalg::LinalgOp, brt::kernel::AttentionOp,
              brt::kernel::AttentionAdjointOp>(op))
        ops.push_back(op);
    });
    KernelOutliner outliner(getOperation());
    DenseSet<Operation *> inits;
    for (Operation *op : ops)
      if (linalg::FillOp init = getInit(op))
        inits.insert(init);
    for (Operation *op : ops)
      if (!inits.contains(op))
        outliner.outline(op, getInit(op));
  }
};

} // namespace
