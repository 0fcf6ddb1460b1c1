//===- OptimizerCheck.cpp - Steps of an optimizer alone -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include "TrainStep.h"
#include <limits>

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The gradients of step k = 1, 2, ..., as inputs; nothing after the last one.
static llvm::Expected<std::optional<NamedTensors>>
readGradients(StringRef folder, int64_t k) {
  std::string file = ("gradient_" + llvm::Twine(k) + ".safetensors").str();
  if (!hasFile(folder, file))
    file = ("segment_" + llvm::Twine(k - 1) + ".safetensors").str();
  if (!hasFile(folder, file))
    return std::nullopt;
  llvm::Expected<FileTensors> tensors = readFile(folder, file);
  if (!tensors)
    return tensors.takeError();
  NamedTensors gradients;
  for (auto &[name, tensor] : *tensors)
    if (StringRef rest = name; rest.consume_front("grad/"))
      gradients[{Role::Input, ("gradient/" + rest).str()}] = std::move(tensor);
  return gradients;
}

/// Compares what a step left with the tensors of a file, one for one.
static void compareStep(const NamedTensors &results, FileTensors golden,
                        const llvm::Twine &step, Worst &worst) {
  for (const auto &[key, tensor] : results) {
    const auto &[role, name] = key;
    std::string stored = name;
    if (role == Role::Parameter)
      stored = "param/" + name;
    else if (role != Role::Optimizer && name != "learning_rate")
      continue;
    auto it = golden.find(stored);
    worst.update(it == golden.end() ? kInfinity
                                    : getRelativeError(tensor, it->second),
                 stored + " after step " + step);
    if (it != golden.end())
      golden.erase(it);
  }
  for (const auto &[name, tensor] : golden)
    worst.update(kInfinity, name + " after step " + step + ", not computed");
}

llvm::Expected<Worst> golden::checkOptimizer(MLIRContext *context,
                                             StringRef folder,
                                             CreateEngine createEngine) {
  llvm::Expected<OptimizerConfig> config = OptimizerConfig::read(folder);
  if (!config)
    return config.takeError();
  llvm::Expected<FileTensors> parameters =
      readFile(folder, "params.safetensors");
  if (!parameters)
    return parameters.takeError();
  auto module = buildTrainStep(context, *parameters, config->options);
  if (!module)
    return module.takeError();
  std::unique_ptr<Engine> engine = createEngine(std::move(*module));
  if (!engine)
    return llvm::createStringError("cannot compile the optimizer");
  FailureOr<EntryPoint> entry = engine->find("train_step");
  if (failed(entry))
    return llvm::createStringError("expects an entry 'train_step'");

  NamedTensors arguments;
  clearState(*entry, arguments);
  for (auto &[name, tensor] : *parameters)
    arguments[{Role::Parameter, name}] = std::move(tensor);
  Worst worst;
  for (size_t k = 1; k <= config->learningRates.size(); ++k) {
    auto gradients = readGradients(folder, k);
    if (!gradients)
      return gradients.takeError();
    if (!*gradients)
      break;
    for (auto &[key, tensor] : **gradients)
      arguments[key] = std::move(tensor);
    setStep(arguments, k - 1);
    arguments[{Role::Input, "learning_rate"}] =
        Tensor<double>::ofReals({}, config->learningRates[k - 1]);

    FailureOr<NamedTensors> results = engine->run("train_step", arguments);
    if (failed(results))
      return llvm::createStringError("cannot evaluate step %zu", k);
    std::string file = ("optimizer_" + llvm::Twine(k) + ".safetensors").str();
    if (hasFile(folder, file)) {
      llvm::Expected<FileTensors> golden = readFile(folder, file);
      if (!golden)
        return golden.takeError();
      compareStep(*results, std::move(*golden), llvm::Twine(k), worst);
    }
    carryOver(std::move(*results), arguments);
  }
  if (worst.where.empty())
    return llvm::createStringError("expects a file optimizer_k.safetensors");
  return worst;
}
