//===- ScheduleCheck.cpp - Learning rates by step -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include "TrainStep.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

/// The schedule that the name of an entry starts with, the longest one.
static StringRef getScheduleName(StringRef entry) {
  // A longer name before its beginning.
  for (StringRef name :
       {"rsqrt_decay_std", "rsqrt_decay", "cosine_decay_spike", "cosine_decay",
        "linear_decay", "exponential_decay", "constant"})
    if (entry.starts_with(name))
      return name;
  return entry;
}

/// Options of --brt-add-optimizer for an entry of schedules.json.
static std::string getOptions(StringRef name, const llvm::json::Object &entry) {
  std::string text;
  llvm::raw_string_ostream os(text);
  double rate = entry.getNumber("base").value_or(1) *
                entry.getNumber("multiplier").value_or(1);
  os << "optimizer=sgd schedule=" << getScheduleName(name)
     << " learning-rate=" << llvm::format("%.17g", rate)
     << " max-steps=" << entry.getInteger("horizon").value_or(0)
     << " warmup-steps=" << entry.getInteger("warmup_steps").value_or(0);
  const llvm::json::Object *options = entry.getObject("options");
  if (!options)
    return text;
  constexpr std::pair<const char *, const char *> names[] = {
      {"max_lr", "max-learning-rate"},
      {"learning_rate", "max-learning-rate"},
      {"min_lr", "min-learning-rate"},
      {"spike_steps", "spike-steps"},
      {"spike_lr", "spike-learning-rate"}};
  for (auto [key, option] : names)
    if (std::optional<double> number = options->getNumber(key))
      os << " " << option << "=" << llvm::format("%.17g", *number);
  if (std::optional<bool> decay = options->getBoolean("decay_after"))
    os << " decay-after=" << (*decay ? "true" : "false");
  return text;
}

llvm::Expected<Worst> golden::checkSchedules(MLIRContext *context,
                                             StringRef text) {
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(text);
  if (!json)
    return json.takeError();
  const llvm::json::Object *object = json->getAsObject();
  const llvm::json::Object *schedules =
      object ? object->getObject("schedules") : nullptr;
  if (!schedules || schedules->empty())
    return llvm::createStringError("expects 'schedules' in schedules.json");

  FileTensors parameters = {{"w", Tensor<double>::ofReals({1})}};
  Worst worst;
  for (const auto &[key, value] : *schedules) {
    StringRef name = key;
    const llvm::json::Object *entry = value.getAsObject();
    const llvm::json::Array *steps = entry ? entry->getArray("steps") : nullptr;
    const llvm::json::Array *rates =
        entry ? entry->getArray("learning_rate_f32") : nullptr;
    if (!steps || !rates || steps->size() != rates->size())
      return llvm::createStringError("expects '" + name +
                                     "' to have equally long 'steps' and "
                                     "'learning_rate_f32'");
    auto module = buildTrainStep(context, parameters, getOptions(name, *entry));
    if (!module)
      return module.takeError();
    std::unique_ptr<Engine> engine =
        createReferenceEngine(std::move(*module), Arithmetic::F64);
    NamedTensors arguments;
    clearState(*engine->find("train_step"), arguments);
    arguments[{Role::Parameter, "w"}] = Tensor<double>::ofReals({1});
    arguments[{Role::Input, "gradient/w"}] = Tensor<double>::ofReals({1});
    for (auto [step, rate] : llvm::zip(*steps, *rates)) {
      setStep(arguments, step.getAsInteger().value_or(-1));
      FailureOr<NamedTensors> results = engine->run("train_step", arguments);
      if (failed(results))
        return llvm::createStringError("cannot evaluate '" + name + "'");
      auto expected =
          Tensor<double>::ofReals({}, rate.getAsNumber().value_or(-1));
      worst.update(
          getRelativeError(results->at({Role::Output, "learning_rate"}),
                           expected),
          name + " at step " + llvm::Twine(step.getAsInteger().value_or(-1)));
    }
  }
  return worst;
}
