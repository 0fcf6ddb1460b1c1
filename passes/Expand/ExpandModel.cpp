//===- ExpandModel.cpp - Write a model's entry points as graphs -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expander.h"
#include "brt/passes/Expand/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace brt {
#define GEN_PASS_DEF_EXPANDMODELPASS
#include "brt/passes/Expand/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

/// The options of a model that its program, which has no compiler, reports.
static DictionaryAttr getConfig(ModelOp model) {
  Builder builder(model.getContext());
  NamedAttrList config;
  config.append("name", builder.getStringAttr(model.getSymName()));
  auto addOptions = [&](Operation *op, ArrayRef<Option> options) {
    for (const Option &option : options) {
      Attribute value = *op->getInherentAttr(option.name);
      // Keywords as text, so that readers need not know the dialect.
      if (!isa<IntegerAttr, FloatAttr>(value))
        value = builder.getStringAttr(option.kind->print(value));
      config.set(option.name, value);
    }
  };
  addOptions(model, ModelOp::getOptions());
  addOptions(model.getEmbedding(), EmbeddingOp::getOptions());
  addOptions(model.getHead(), HeadOp::getOptions());
  config.append("layers", builder.getI64IntegerAttr(model.getLayers().size()));
  config.append("recurrent_layers",
                builder.getDenseI64ArrayAttr(model.getRecurrentLayers()));
  return config.getDictionary(model.getContext());
}

namespace {
struct ExpandModelPass : brt::impl::ExpandModelPassBase<ExpandModelPass> {
  using ExpandModelPassBase::ExpandModelPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto models = llvm::to_vector(module.getOps<ModelOp>());
    if (models.empty())
      return;
    if (models.size() > 1) {
      models[1]
              .emitOpError("expects to be the only model of its module, but "
                           "got a second one")
              .attachNote(models[0].getLoc())
          << "the first is here";
      return signalPassFailure();
    }
    ModelOp model = models.front();
    for (StringRef name : {"init", "forward", "training", "prefill", "decode"})
      if (Operation *other = module.lookupSymbol(name)) {
        other->emitError("expects the name of an entry point to be free, but "
                         "got '")
            << name << "' defined";
        return signalPassFailure();
      }

    OpBuilder builder(model);
    Expander expander(model, builder);
    expander.buildInit();
    expander.buildForward();
    if (training)
      expander.buildTraining();
    // A token of a model without a mask sees tokens that a stream has not read.
    if (model.getCausal()) {
      expander.buildStream("prefill", expander.getBlockLength());
      expander.buildStream("decode", 1);
    }
    module->setAttr(BrtDialect::getConfigAttrName(), getConfig(model));
    model.erase();
  }
};
} // namespace
