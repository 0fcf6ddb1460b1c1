//===- Trainer.cpp - Steps of training ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Trainer.h"
#include <algorithm>

using namespace brt::rt;

static constexpr const char *kEntry = "train_step";
static constexpr const char *kLossMask = "loss_mask_input";

static constexpr std::string_view kOptimizerPrefix = "optimizer/";
static constexpr std::string_view kCarryPrefix = "carry/";

//===----------------------------------------------------------------------===//
// The entry point
//===----------------------------------------------------------------------===//

static Status checkType(const Port &port, bool fits, std::string_view wanted) {
  return fits ? Status()
              : makeError(StatusCode::Mismatch,
                          "the program's entry point '{}' has '{}' of type {}, "
                          "training wants {}",
                          kEntry, port.name, getName(port.dtype), wanted);
}

static Status checkInputs(const EntryInfo &info) {
  struct Input {
    const char *name;
    size_t rank;
    DType dtype;
  };
  static constexpr Input kInputs[] = {{"tokens", 2, DType::I32},
                                      {"start_of_sequence", 1, DType::Bool},
                                      {"step", 0, DType::I64},
                                      {"seed", 0, DType::I64}};
  for (const Input &input : kInputs) {
    BRT_ASSIGN_OR_RETURN(const Port *port,
                         info.expect(PortKind::Input, input.name, input.rank));
    BRT_RETURN_IF_ERROR(
        checkType(*port, port->dtype == input.dtype, getName(input.dtype)));
  }
  for (const Port &port : info.arguments) {
    bool known = port.kind != PortKind::Input || port.name == kLossMask;
    for (const Input &input : kInputs)
      known |= port.name == input.name;
    if (!known)
      return makeError(StatusCode::Unsupported,
                       "the program's entry point '{}' wants the input '{}', "
                       "which training does not have",
                       kEntry, port.name);
  }
  return {};
}

static Status checkOutputs(const EntryInfo &info) {
  for (const char *name : {"loss_sum", "gradient_norm", "learning_rate"}) {
    BRT_ASSIGN_OR_RETURN(const Port *port,
                         info.expect(PortKind::Output, name, 0));
    BRT_RETURN_IF_ERROR(checkType(*port, isReal(port->dtype), "a real number"));
  }
  BRT_ASSIGN_OR_RETURN(const Port *count,
                       info.expect(PortKind::Output, "token_count", 0));
  BRT_RETURN_IF_ERROR(checkType(*count, count->dtype == DType::I64, "I64"));
  const Port *updated = info.findResult(PortKind::Output, "updated");
  return updated ? checkType(*updated, updated->dtype == DType::Bool, "BOOL")
                 : Status();
}

Result<Trainer> Trainer::create(const Program &program, int64_t lanes,
                                int64_t seed) {
  if (program.manifest().findEntry(kEntry) < 0)
    return makeError(StatusCode::Unsupported,
                     "the program cannot train: it has no entry point '{}'; "
                     "brt-translate --train compiles one",
                     kEntry);
  BRT_ASSIGN_OR_RETURN(Call call, Call::create(program, kEntry, lanes));
  BRT_RETURN_IF_ERROR(checkInputs(call.info()));
  BRT_RETURN_IF_ERROR(checkOutputs(call.info()));
  BRT_ASSIGN_OR_RETURN(Carry carry, Carry::create(program, kEntry, lanes));
  BRT_ASSIGN_OR_RETURN(Parameters parameters, Parameters::init(program, seed));
  Trainer trainer(std::move(call), std::move(parameters), std::move(carry),
                  seed);
  for (const Port &port : trainer.call.info().arguments) {
    if (port.kind == PortKind::Optimizer)
      BRT_RETURN_IF_ERROR(trainer.optimizer.add(port, /*lanes=*/1));
    if (port.kind == PortKind::Input && port.name == "tokens")
      trainer.segmentLength = port.shape[1];
  }
  if (Buffer *mask = trainer.call.input(kLossMask))
    std::memset(mask->data(), 1, mask->size());
  return trainer;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

double Trainer::readNumber(std::string_view output) const {
  const Port *port = call.info().findResult(PortKind::Output, output);
  return readReal(port->dtype, call.output(output)->data(), 0);
}

StepReport Trainer::step(const LaneBatch &batch, int64_t step) {
  Buffer *tokens = call.input("tokens");
  std::memcpy(tokens->data(), batch.tokens.data(), tokens->size());
  std::copy(batch.starts.begin(), batch.starts.end(),
            call.input("start_of_sequence")->as<uint8_t>());
  *call.input("step")->as<int64_t>() = step;
  *call.input("seed")->as<int64_t>() = seedValue;
  call.train(parameters, optimizer, carry);

  StepReport report;
  report.lossSum = readNumber("loss_sum");
  report.tokenCount = *call.output("token_count")->as<int64_t>();
  report.gradientNorm = readNumber("gradient_norm");
  report.learningRate = readNumber("learning_rate");
  if (const Buffer *updated = call.output("updated"))
    report.updated = *updated->as<uint8_t>() != 0;
  return report;
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

std::vector<TensorView> Trainer::getState() const {
  std::vector<TensorView> views;
  auto add = [&](std::string_view prefix, const TensorSet &set) {
    for (TensorView &view : set.getViews()) {
      view.name.insert(0, prefix);
      views.push_back(std::move(view));
    }
  };
  add(kOptimizerPrefix, optimizer);
  add(kCarryPrefix, carry.tensors());
  return views;
}

Status Trainer::restore(Parameters newParameters,
                        const SafetensorsFile &state) {
  std::vector<TensorView> wanted = getState();
  if (state.tensors().size() != wanted.size())
    return makeError(StatusCode::Mismatch,
                     "the checkpoint has {} tensors of state, the program "
                     "wants {}",
                     state.tensors().size(), wanted.size());
  for (const TensorView &view : wanted) {
    const TensorView *found = state.find(view.name);
    if (!found || found->dtype != view.dtype || found->shape != view.shape)
      return makeError(StatusCode::Mismatch,
                       "the checkpoint has no tensor '{}' of the type and "
                       "shape that the program wants",
                       view.name);
  }
  auto copy = [&](std::string_view prefix, TensorSet &set) {
    for (const TensorView &view : set.getViews())
      std::memcpy(set.find(view.name)->data(),
                  state.find(std::string(prefix) + view.name)->data,
                  view.bytes);
  };
  copy(kOptimizerPrefix, optimizer);
  copy(kCarryPrefix, carry.tensors());
  parameters = std::move(newParameters);
  return {};
}
