//===- ReferenceEngine.cpp - Entry points in the reference evaluator ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Engine.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

namespace {
class ReferenceEngine : public golden::Engine {
public:
  ReferenceEngine(OwningOpRef<ModuleOp> module, Arithmetic arithmetic)
      : module(std::move(module)), arithmetic(arithmetic) {}

  FailureOr<EntryPoint> find(StringRef entry) override {
    return EntryPoint::find(*module, entry);
  }

  FailureOr<NamedTensors> run(StringRef name,
                              const NamedTensors &tensors) override {
    FailureOr<EntryPoint> entry = find(name);
    if (failed(entry))
      return failure();
    return entry->evaluate(tensors, arithmetic);
  }

private:
  OwningOpRef<ModuleOp> module;
  Arithmetic arithmetic;
};
} // namespace

std::unique_ptr<golden::Engine>
golden::createReferenceEngine(OwningOpRef<ModuleOp> module,
                              Arithmetic arithmetic) {
  return std::make_unique<ReferenceEngine>(std::move(module), arithmetic);
}
