//===- TrainingCheck.cpp - Consecutive steps of training ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include <limits>

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// Cases
//===----------------------------------------------------------------------===//

/// What a name in a file of an optimizer or of the end of a run is.
static std::pair<Role, std::string> getKey(StringRef name) {
  if (name.consume_front("param/"))
    return {Role::Parameter, name.str()};
  if (name.consume_front("carry_out/"))
    return {Role::Carry, name.str()};
  if (name == "learning_rate")
    return {Role::Output, name.str()};
  return {Role::Optimizer, name.str()};
}

/// Adds what a file says that a step leaves behind.
static llvm::Error addGolden(StringRef folder, const llvm::Twine &file,
                             TrainingStep &step) {
  llvm::Expected<FileTensors> tensors = readFile(folder, file);
  if (!tensors)
    return tensors.takeError();
  for (auto &[name, tensor] : *tensors)
    step.results[getKey(name)] = std::move(tensor);
  return llvm::Error::success();
}

/// The segments of a training case, each a step.
static llvm::Error readSegments(StringRef folder, TrainingCase &result) {
  llvm::Expected<ModelCase> model = ModelCase::load(folder);
  if (!model)
    return model.takeError();
  result.initial = model->segments.front().arguments;
  for (auto [k, segment] : llvm::enumerate(model->segments)) {
    TrainingStep &step = result.steps.emplace_back();
    for (auto &[key, tensor] : segment.arguments)
      if (key.first == Role::Input)
        step.inputs[key] = std::move(tensor);
    for (auto &[key, tensor] : segment.results)
      if (key.first == Role::Carry || key.second == "loss_sum" ||
          key.second == "token_count")
        step.results[key] = std::move(tensor);
    if (llvm::Error error = addGolden(
            folder, "optimizer_" + llvm::Twine(k + 1) + ".safetensors", step))
      return error;
  }
  return llvm::Error::success();
}

/// Element `index` of axis 0.
static Tensor<double> getSlice(const Tensor<double> &tensor, int64_t index) {
  ArrayRef<int64_t> shape = tensor.getShape().drop_front();
  auto result = Tensor<double>::ofKind(tensor, shape);
  for (int64_t i = 0; i < result.getSize(); ++i)
    result.copyElement(i, tensor, index * result.getSize() + i);
  return result;
}

/// Many steps, of which tokens and losses are kept, and the end.
static llvm::Error readTrajectory(StringRef folder, TrainingCase &result) {
  llvm::Expected<FileTensors> file = readFile(folder, "trajectory.safetensors");
  if (!file)
    return file.takeError();
  constexpr std::pair<Role, const char *> names[] = {
      {Role::Input, "tokens"},
      {Role::Input, "start_of_sequence"},
      {Role::Output, "loss_sum"},
      {Role::Output, "token_count"}};
  for (auto [role, name] : names) {
    auto it = file->find(name);
    if (it == file->end() || it->second.getRank() == 0)
      return llvm::createStringError("expects '%s' in trajectory.safetensors",
                                     name);
    result.steps.resize(it->second.getExtent(0));
    for (auto [k, step] : llvm::enumerate(result.steps))
      (role == Role::Input ? step.inputs : step.results)[{role, name}] =
          getSlice(it->second, k);
  }
  if (result.steps.empty())
    return llvm::createStringError("expects steps in trajectory.safetensors");
  llvm::Expected<FileTensors> parameters =
      readFile(folder, "params.safetensors");
  if (!parameters)
    return parameters.takeError();
  for (auto &[name, tensor] : *parameters)
    result.initial[{Role::Parameter, name}] = std::move(tensor);
  return addGolden(folder, "final.safetensors", result.steps.back());
}

llvm::Expected<TrainingCase> TrainingCase::load(StringRef folder) {
  TrainingCase result;
  if (llvm::Error error = readConfig(folder, result.config, result.precision))
    return error;
  bool isTrajectory = getCaseKind(folder) == CaseKind::Trajectory;
  if (llvm::Error error = isTrajectory ? readTrajectory(folder, result)
                                       : readSegments(folder, result))
    return error;
  llvm::Expected<OptimizerConfig> optimizer = OptimizerConfig::read(folder);
  if (!optimizer)
    return optimizer.takeError();
  result.optimizer = std::move(*optimizer);
  if (result.optimizer.learningRates.size() < result.steps.size())
    return llvm::createStringError("expects a learning rate for each step");
  return result;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// Sets the carry to zero, of as many lanes as `tokens` has.
static void clearCarry(const EntryPoint &entry, const Tensor<double> &tokens,
                       NamedTensors &arguments) {
  for (const Port &port : entry.arguments) {
    if (port.role != Role::Carry)
      continue;
    SmallVector<int64_t> shape(port.type.getShape());
    shape.front() = tokens.getExtent(0);
    arguments.try_emplace({port.role, port.name},
                          Tensor<double>::ofReals(shape));
  }
}

FailureOr<WorstStep> golden::checkTraining(Engine &engine,
                                           const TrainingCase &golden) {
  FailureOr<EntryPoint> entry = engine.find("train_step");
  if (failed(entry))
    return failure();
  WorstStep worst;
  NamedTensors arguments = golden.initial;
  clearState(*entry, arguments);
  clearCarry(*entry, golden.steps.front().inputs.at({Role::Input, "tokens"}),
             arguments);
  for (auto [k, step] : llvm::enumerate(golden.steps)) {
    for (const auto &[key, tensor] : step.inputs)
      arguments[key] = tensor;
    setStep(arguments, k);
    arguments[{Role::Input, "learning_rate"}] =
        Tensor<double>::ofReals({}, golden.optimizer.learningRates[k]);
    FailureOr<NamedTensors> results = engine.run("train_step", arguments);
    if (failed(results))
      return failure();
    for (const auto &[key, tensor] : step.results) {
      auto it = results->find(key);
      double error = it == results->end()
                         ? kInfinity
                         : getRelativeError(it->second, tensor);
      Worst &side = key.first == Role::Optimizer ? worst.state : worst.values;
      side.update(error, key.second + " after step " + Twine(k + 1));
    }
    carryOver(std::move(*results), arguments);
  }
  return worst;
}
