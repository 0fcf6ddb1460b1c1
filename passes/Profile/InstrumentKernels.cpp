//===- InstrumentKernels.cpp - Tell when kernels begin and end ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Analysis/KernelCost.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Profile/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"

namespace brt {
#define GEN_PASS_DEF_INSTRUMENTKERNELSPASS
#include "brt/passes/Profile/Passes.h.inc"
} // namespace brt

using namespace mlir;

static constexpr llvm::StringLiteral kBegin = "brt_kernel_begin";
static constexpr llvm::StringLiteral kEnd = "brt_kernel_end";

namespace {

class KernelInstrumenter {
public:
  explicit KernelInstrumenter(ModuleOp module)
      : module(module), symbols(module),
        i64(IntegerType::get(module.getContext(), 64)) {}

  void run();

private:
  struct Kernel {
    int64_t number;
    brt::KernelCost cost;
  };
  const Kernel &getKernel(func::FuncOp func);
  void instrument(func::CallOp call, const Kernel &kernel);
  Value sum(ImplicitLocOpBuilder &b, ArrayRef<brt::ShapeProduct> products,
            ValueRange arguments);
  void declare(StringRef name, unsigned arguments);

  ModuleOp module;
  SymbolTable symbols;
  Type i64;
  llvm::MapVector<Operation *, Kernel> kernels;
};

} // namespace

const KernelInstrumenter::Kernel &
KernelInstrumenter::getKernel(func::FuncOp func) {
  auto [kernel, isNew] = kernels.try_emplace(func);
  if (isNew)
    kernel->second = {static_cast<int64_t>(kernels.size()) - 1,
                      brt::getKernelCost(func)};
  return kernel->second;
}

Value KernelInstrumenter::sum(ImplicitLocOpBuilder &b,
                              ArrayRef<brt::ShapeProduct> products,
                              ValueRange arguments) {
  Value total;
  auto add = [&](Value value) {
    total = total ? arith::AddIOp::create(b, total, value).getResult() : value;
  };
  int64_t fixed = 0;
  for (const brt::ShapeProduct &product : products) {
    if (product.extents.empty()) {
      fixed += product.factor;
      continue;
    }
    Value value = arith::ConstantIndexOp::create(b, product.factor);
    for (auto [argument, axis] : product.extents)
      value = arith::MulIOp::create(
          b, value, memref::DimOp::create(b, arguments[argument], axis));
    add(value);
  }
  if (fixed || !total)
    add(arith::ConstantIndexOp::create(b, fixed));
  return arith::IndexCastOp::create(b, i64, total);
}

void KernelInstrumenter::instrument(func::CallOp call, const Kernel &kernel) {
  ImplicitLocOpBuilder b(call.getLoc(), call);
  Value number =
      arith::ConstantOp::create(b, b.getIntegerAttr(i64, kernel.number));
  Value flops = sum(b, kernel.cost.flops, call.getOperands());
  Value bytes = sum(b, kernel.cost.bytes, call.getOperands());
  func::CallOp::create(b, kBegin, TypeRange(), {number, flops, bytes});
  b.setInsertionPointAfter(call);
  func::CallOp::create(b, kEnd, TypeRange(), number);
}

void KernelInstrumenter::declare(StringRef name, unsigned arguments) {
  SmallVector<Type> types(arguments, i64);
  auto func = func::FuncOp::create(
      module.getLoc(), name, FunctionType::get(module.getContext(), types, {}));
  func.setPrivate();
  symbols.insert(func, module.getBody()->begin());
}

void KernelInstrumenter::run() {
  SmallVector<func::CallOp> calls;
  for (auto func : module.getOps<func::FuncOp>())
    if (func->hasAttr(brt::BrtDialect::getEntryAttrName()))
      func.walk([&](func::CallOp call) { calls.push_back(call); });
  for (func::CallOp call : calls)
    instrument(call, getKernel(symbols.lookup<func::FuncOp>(call.getCallee())));
  if (calls.empty())
    return;
  declare(kBegin, 3);
  declare(kEnd, 1);
  Builder b(module.getContext());
  SmallVector<Attribute> entries;
  for (Operation *kernel : llvm::make_first_range(kernels)) {
    auto func = cast<func::FuncOp>(kernel);
    entries.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("name", func.getSymNameAttr()),
         b.getNamedAttr("type", TypeAttr::get(func.getFunctionType()))}));
  }
  module->setAttr(brt::kKernelsAttr, b.getArrayAttr(entries));
}

namespace {
struct InstrumentKernelsPass
    : brt::impl::InstrumentKernelsPassBase<InstrumentKernelsPass> {
  void runOnOperation() override { KernelInstrumenter(getOperation()).run(); }
};
} // namespace
