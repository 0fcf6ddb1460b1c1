//===- ModelBuilder.cpp - Make a brt.model of imported options ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ModelBuilder.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace brt;

void ModelBuilder::addLayers(bool isRecurrent, int64_t count) {
  if (count == 0)
    return;
  numLayers += count;
  if (!runs.empty() && runs.back().isRecurrent == isRecurrent)
    runs.back().count += count;
  else
    runs.push_back({isRecurrent, count});
}

bool ModelBuilder::hasRecurrentLayers() const {
  return llvm::any_of(runs, [](const Run &run) { return run.isRecurrent; });
}

/// A symbol from any text: what needs no quotes in IR.
static std::string getSymbolName(StringRef name) {
  std::string symbol;
  for (char c : name)
    symbol += llvm::isAlnum(c) || c == '_' || c == '-' || c == '.' ? c : '_';
  if (symbol.empty() || !(llvm::isAlpha(symbol.front()) || symbol[0] == '_'))
    symbol.insert(0, "_");
  return symbol;
}

template <typename OpT>
static OpT createOp(OpBuilder &builder, Location loc,
                    const NamedAttrList &options) {
  return OpT::create(builder, loc, TypeRange(), ValueRange(),
                     options.getAttrs());
}

OwningOpRef<ModuleOp> ModelBuilder::build(Location loc) {
  OpBuilder builder(loc.getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, loc);
  builder.setInsertionPointToStart(module->getBody());

  model.set("sym_name", builder.getStringAttr(getSymbolName(name)));
  auto op = createOp<ModelOp>(builder, loc, model);
  builder.createBlock(&op.getBody());
  createOp<EmbeddingOp>(builder, loc, embedding);
  for (const Run &run : runs) {
    NamedAttrList layer = run.isRecurrent ? recurrent : NamedAttrList();
    layer.set("count", builder.getI64IntegerAttr(run.count));
    if (run.isRecurrent)
      createOp<RecurrentLayerOp>(builder, loc, layer);
    else
      createOp<TransformerLayerOp>(builder, loc, layer);
  }
  createOp<HeadOp>(builder, loc, head);

  if (failed(verify(*module)))
    return {};
  return module;
}
