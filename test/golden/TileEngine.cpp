//===- TileEngine.cpp - Entry points at the level tile --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Engine.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Memory/ArenaPlan.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "brt/passes/Tile/Passes.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

namespace {
class TileEngine : public golden::Engine {
public:
  TileEngine(OwningOpRef<ModuleOp> cells, OwningOpRef<ModuleOp> tiles)
      : cells(std::move(cells)), tiles(std::move(tiles)) {}

  FailureOr<EntryPoint> find(StringRef entry) override {
    return EntryPoint::find(*cells, entry);
  }

  FailureOr<NamedTensors> run(StringRef name,
                              const NamedTensors &tensors) override;

private:
  /// Kept for the names of arguments and results.
  OwningOpRef<ModuleOp> cells;
  OwningOpRef<ModuleOp> tiles;
};
} // namespace

FailureOr<NamedTensors> TileEngine::run(StringRef name,
                                        const NamedTensors &tensors) {
  FailureOr<EntryPoint> entry = find(name);
  if (failed(entry) || failed(entry->verifyArguments(tensors)))
    return failure();
  auto function = tiles->lookupSymbol<func::FuncOp>(name);
  int64_t lanes = 1;
  SmallVector<Buffer> buffers;
  for (const Port &port : entry->arguments) {
    const Tensor<double> &tensor = tensors.at({port.role, port.name});
    if (port.type.getRank() && port.type.isDynamicDim(0))
      lanes = tensor.getExtent(0);
    buffers.emplace_back(port.type.getElementType(), tensor.getShape());
    buffers.back().write(tensor);
  }
  for (const Port &port : entry->results) {
    // What is updated in place has the buffer of its argument.
    const auto *updated = llvm::find_if(entry->arguments, [&](const Port &old) {
      return old.role == port.role && old.name == port.name;
    });
    if (updated != entry->arguments.end()) {
      buffers.push_back(buffers[updated - entry->arguments.begin()]);
      continue;
    }
    SmallVector<int64_t> shape(port.type.getShape());
    if (port.type.getRank() && port.type.isDynamicDim(0))
      shape[0] = lanes;
    buffers.emplace_back(port.type.getElementType(), shape);
  }
  auto arena = function->getAttrOfType<DenseI64ArrayAttr>(kArenaAttr);
  buffers.emplace_back(IntegerType::get(function.getContext(), 8),
                       arena[0] * lanes + arena[1]);
  if (failed(evaluateOnBuffers(function, buffers)))
    return failure();

  NamedTensors named;
  auto results = ArrayRef(buffers).slice(entry->arguments.size());
  for (auto [port, buffer] : llvm::zip(entry->results, results))
    named[{port.role, port.name}] = buffer.read<double>();
  return named;
}

std::unique_ptr<golden::Engine>
golden::createTileEngine(OwningOpRef<ModuleOp> module, TileSizes sizes) {
  OwningOpRef<ModuleOp> tiles = module->clone();
  PassManager manager(module->getContext());
  buildBufferPipeline(manager);
  if (sizes == TileSizes::X86)
    buildTilePipeline(manager, LoweringOptions());
  else {
    // What a block of 128 threads computes with tensor cores.
    TileProductsPassOptions products;
    products.rowStep = products.columnStep = 64;
    manager.addPass(createTileProductsPass(products));
    TileAttentionPassOptions attention;
    attention.queries = attention.keys = 64;
    attention.queryStep = attention.keyStep = 64;
    manager.addPass(createTileAttentionPass(attention));
    TileAttentionAdjointPassOptions adjoint;
    adjoint.queries = adjoint.keys = 64;
    adjoint.queryStep = adjoint.keyStep = 64;
    manager.addPass(createTileAttentionAdjointPass(adjoint));
  }
  if (failed(manager.run(*tiles)))
    return nullptr;
  return std::make_unique<TileEngine>(std::move(module), std::move(tiles));
}
