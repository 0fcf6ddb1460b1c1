//===- OptimizerConfig.cpp - The optimizer that a case describes ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OptimizerConfig.h"
#include "Case.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

llvm::Expected<OptimizerConfig> OptimizerConfig::read(StringRef folder) {
  llvm::Expected<std::string> text = readText(folder, "config.json");
  if (!text)
    return text.takeError();
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(*text);
  if (!json)
    return json.takeError();
  const llvm::json::Object *object = json->getAsObject();
  const llvm::json::Object *optimizer =
      object ? object->getObject("optimizer") : nullptr;
  const llvm::json::Array *rates =
      optimizer ? optimizer->getArray("learning_rates") : nullptr;
  if (!rates)
    return llvm::createStringError(
        "expects 'optimizer' with 'learning_rates' in config.json");

  OptimizerConfig result;
  llvm::raw_string_ostream options(result.options);
  options << "optimizer=" << optimizer->getString("kind").value_or("")
          << " schedule=input";
  constexpr std::pair<const char *, const char *> names[] = {
      {"beta1", "beta1"},
      {"beta2", "beta2"},
      {"weight_decay", "weight-decay"},
      {"decay_exponent", "decay-exponent"},
      {"clip", "clipping-threshold"},
      {"min_scale", "minimum-scale"},
      {"min_factored", "factored-minimum"}};
  for (auto [key, option] : names)
    if (std::optional<double> number = optimizer->getNumber(key))
      options << " " << option << "=" << llvm::format("%.17g", *number);
  // Adafactor's epsilon is what its formula says.
  if (optimizer->getString("kind") == StringRef("adamw"))
    if (std::optional<double> epsilon = optimizer->getNumber("epsilon"))
      options << " epsilon=" << llvm::format("%.17g", *epsilon);
  for (const llvm::json::Value &rate : *rates)
    result.learningRates.push_back(rate.getAsNumber().value_or(0));
  return result;
}

void golden::setStep(NamedTensors &arguments, int64_t step) {
  arguments[{Role::Input, "step"}] = Tensor<double>::ofIntegers({}, step);
  arguments[{Role::Input, "seed"}] = Tensor<double>::ofIntegers({}, 0);
}

void golden::clearState(const EntryPoint &entry, NamedTensors &arguments) {
  for (const Port &port : entry.arguments)
    if (port.role == Role::Optimizer)
      arguments[{port.role, port.name}] =
          isa<FloatType>(port.type.getElementType())
              ? Tensor<double>::ofReals(port.type.getShape())
              : Tensor<double>::ofIntegers(port.type.getShape());
}

void golden::carryOver(NamedTensors results, NamedTensors &arguments) {
  for (auto &[key, tensor] : results)
    if (key.first == Role::Parameter || key.first == Role::Optimizer ||
        key.first == Role::Carry)
      arguments[key] = std::move(tensor);
}
