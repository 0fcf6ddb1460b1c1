//===- Differentiate.cpp - Add an entry point of gradients ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Grad/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace brt {
#define GEN_PASS_DEF_DIFFERENTIATEPASS
#include "brt/passes/Grad/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

/// The entry points of a model that are differentiated by default.
static constexpr StringRef kTraining = "training", kForward = "forward";

static bool isSingleElement(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() == 0;
}

/// The number of the one output that is a single float.
static FailureOr<unsigned> findOutput(func::FuncOp entry) {
  SmallVector<unsigned> found;
  for (auto [index, type] : llvm::enumerate(entry.getResultTypes()))
    if (entry.getResultAttr(index, BrtDialect::getOutputAttrName()) &&
        isSingleElement(type) &&
        isa<FloatType>(cast<RankedTensorType>(type).getElementType()))
      found.push_back(index);
  if (found.size() != 1)
    return entry.emitError("expects entry point '")
           << entry.getSymName()
           << "' to have one output that is a single float, to be "
              "differentiated, but got "
           << found.size();
  return found.front();
}

/// Replaces the results by single outputs, the carry, and gradients.
static void setResults(func::FuncOp entry, func::ReturnOp ret,
                       Gradients &gradients) {
  OpBuilder builder(ret);
  SmallVector<Value> values;
  SmallVector<Attribute> attributes;
  for (auto [index, value] : llvm::enumerate(ret.getOperands())) {
    bool isCarry = static_cast<bool>(
        entry.getResultAttr(index, BrtDialect::getCarryAttrName()));
    if (!isCarry && !isSingleElement(value.getType()))
      continue;
    values.push_back(value);
    attributes.push_back(entry.getResultAttrDict(index));
  }
  for (BlockArgument argument : entry.getArguments()) {
    Attribute name = entry.getArgAttr(argument.getArgNumber(),
                                      BrtDialect::getParameterAttrName());
    if (!name || !gradients.wants(argument))
      continue;
    Value gradient = gradients.get(argument);
    values.push_back(
        gradient ? gradient : createZerosLike(builder, ret.getLoc(), argument));
    attributes.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr(BrtDialect::getGradientAttrName(), name)));
  }
  ret->setOperands(values);
  entry.setFunctionType(builder.getFunctionType(entry.getArgumentTypes(),
                                                ValueRange(values).getTypes()));
  entry.setAllResultAttrs(attributes);
}

/// Makes of a copy of an entry point one that returns gradients of an output.
static LogicalResult differentiate(func::FuncOp entry, unsigned output) {
  Block &body = entry.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());

  ActiveValues active;
  for (BlockArgument argument : entry.getArguments())
    if (entry.getArgAttr(argument.getArgNumber(),
                         BrtDialect::getParameterAttrName()) &&
        isa<FloatType>(
            cast<RankedTensorType>(argument.getType()).getElementType()))
      active.insert(argument);
  propagateActive(body, active);

  OpBuilder builder(ret);
  Gradients gradients(active);
  Value loss = ret.getOperand(output);
  gradients.add(builder, loss, createSplatLike(builder, ret.getLoc(), 1, loss));
  if (failed(gradients.emitAdjoints(builder, body)))
    return failure();
  setResults(entry, ret, gradients);
  eraseDeadOps(body);
  return success();
}

namespace {
struct DifferentiatePass : brt::impl::DifferentiatePassBase<DifferentiatePass> {
  using DifferentiatePassBase::DifferentiatePassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    bool replaces = entry.empty() && module.lookupSymbol(kTraining);
    StringRef name = entry;
    if (name.empty())
      name = replaces ? kTraining : kForward;
    auto source = module.lookupSymbol<func::FuncOp>(name);
    if (!source || !source->hasAttr(BrtDialect::getEntryAttrName()) ||
        !llvm::hasSingleElement(source.getBody())) {
      module.emitError("expects an entry point '")
          << name << "' of one block to differentiate, but got none";
      return signalPassFailure();
    }
    if (Operation *other = module.lookupSymbol(gradientName)) {
      other->emitError(
          "expects the name of the new entry point to be free, but "
          "got '")
          << gradientName << "' defined";
      return signalPassFailure();
    }
    FailureOr<unsigned> output = findOutput(source);
    if (failed(output))
      return signalPassFailure();
    OpBuilder builder(module.getContext());
    builder.setInsertionPointAfter(source);
    auto copy = replaces ? source : cast<func::FuncOp>(builder.clone(*source));
    copy.setSymName(gradientName);
    if (failed(differentiate(copy, *output)))
      return signalPassFailure();
  }
};
} // namespace
