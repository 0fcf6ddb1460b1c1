//===- CompiledEngine.cpp - Entry points of a compiled program ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Engine.h"
#include "TensorFiles.h"
#include "brt/Translate/Object.h"
#include "brt/runtime/Buffer.h"
#include "brt/runtime/Program.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

namespace {
class CompiledEngine : public golden::Engine {
public:
  CompiledEngine(OwningOpRef<ModuleOp> module, rt::Program program)
      : module(std::move(module)), program(std::move(program)) {}

  FailureOr<EntryPoint> find(StringRef entry) override {
    return EntryPoint::find(*module, entry);
  }

  FailureOr<NamedTensors> run(StringRef name,
                              const NamedTensors &tensors) override;

private:
  /// Kept for the types of arguments and results.
  OwningOpRef<ModuleOp> module;
  rt::Program program;
};
} // namespace

FailureOr<NamedTensors> CompiledEngine::run(StringRef name,
                                            const NamedTensors &tensors) {
  FailureOr<EntryPoint> entry = find(name);
  if (failed(entry) || failed(entry->verifyArguments(tensors)))
    return failure();
  int index = program.manifest().findEntry(name.str());
  if (index < 0)
    return entry->function->emitError("expects the program to have '")
           << name << "', but got no such entry point";
  const rt::EntryInfo &info = program.manifest().entries[index];

  int64_t lanes = 1;
  std::vector<rt::Buffer> buffers;
  std::vector<const void *> arguments;
  for (auto [port, description] :
       llvm::zip_equal(entry->arguments, info.arguments)) {
    const Tensor<double> &tensor = tensors.at({port.role, port.name});
    if (!description.shape.empty() && description.shape[0] < 0)
      lanes = tensor.getExtent(0);
    std::string bytes = getBytes(tensor, description.dtype);
    std::memcpy(buffers.emplace_back(bytes.size()).data(), bytes.data(),
                bytes.size());
    arguments.push_back(buffers.back().data());
  }
  std::vector<void *> results;
  for (const rt::Port &port : info.results) {
    const rt::Port *updated = info.findArgument(port.kind, port.name);
    results.push_back(updated
                          ? buffers[updated - info.arguments.data()].data()
                          : buffers.emplace_back(port.getBytes(lanes)).data());
  }
  rt::Buffer arena(info.getArenaBytes(lanes));
  program.getEntry(index)(lanes, arguments.data(), results.data(),
                          arena.data());

  NamedTensors named;
  for (auto [port, description, data] :
       llvm::zip_equal(entry->results, info.results, results)) {
    llvm::Expected<Tensor<double>> tensor = readTensor(
        {description.name, description.dtype, description.getShape(lanes), data,
         description.getBytes(lanes)});
    if (!tensor)
      return entry->function->emitError(toString(tensor.takeError()));
    named[{port.role, port.name}] = std::move(*tensor);
  }
  return named;
}

std::unique_ptr<golden::Engine>
golden::createCompiledEngine(OwningOpRef<ModuleOp> module, StringRef isa) {
  auto fail = [&](const Twine &message) {
    emitError(module->getLoc()) << message;
    return nullptr;
  };
  SmallString<128> path;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("brt-golden", "so", path))
    return fail("cannot make a temporary file: " + error.message());
  // A loaded object needs its file no longer.
  llvm::FileRemover remover(path);
  if (isa.empty())
    isa = rt::hasInstructionSet("avx512") ? "avx512" : "avx2";
  ObjectOptions options;
  options.instructionSets = {isa.str()};
  if (failed(translateToShared(*module, options, path)))
    return nullptr;
  rt::Result<rt::Program> program = rt::Program::load(path.str().str());
  if (!program.ok())
    return fail(program.status().message());
  return std::make_unique<CompiledEngine>(std::move(module),
                                          std::move(*program));
}
