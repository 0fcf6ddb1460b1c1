//===- Parameters.cpp - Parameters from a seed or a checkpoint ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConfigCheck.h"
#include "brt/runtime/Session.h"
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fmt/ranges.h>

using namespace brt::rt;
using nlohmann::json;

/// Metadata of a checkpoint: the model's name and its options.
static constexpr const char *kModelKey = "brt.model";
static constexpr const char *kConfigKey = "brt.config";

Result<Parameters> Parameters::allocate(const Program &program) {
  Parameters parameters;
  std::vector<Port> ports = program.manifest().getParameters();
  for (const Port &port : ports)
    BRT_RETURN_IF_ERROR(parameters.set.add(port, /*lanes=*/1));
  return parameters;
}

Result<Parameters> Parameters::init(const Program &program, int64_t seed) {
  BRT_ASSIGN_OR_RETURN(Parameters parameters, allocate(program));
  BRT_ASSIGN_OR_RETURN(Call call, Call::create(program, "init", /*lanes=*/1));
  if (Buffer *input = call.input("seed"))
    std::memcpy(input->data(), &seed, sizeof(seed));
  for (const Port &port : call.info().results)
    if (port.kind != PortKind::Parameter || !parameters.set.find(port.name))
      return makeError(StatusCode::Mismatch,
                       "the program's entry point 'init' makes '{}', which no "
                       "other takes as a parameter",
                       port.name);
  Call::Memory memory;
  memory.results = &parameters.set;
  call.invoke(memory);
  return parameters;
}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

/// The name of a tensor of the official implementation in our scheme: trees of
/// 2022 have one more level, `decoder/`, and checkpoints wrap trees in
/// `params/` or `target/`.
static std::string_view stripTree(std::string_view name) {
  for (std::string_view level : {"target/", "params/", "decoder/"})
    if (name.substr(0, level.size()) == level)
      name.remove_prefix(level.size());
  return name;
}

/// Copies a tensor, widening or rounding to f32 and f64.
static Status copyTensor(const TensorView &from, const TensorView &to,
                         void *target) {
  bool converts =
      isReal(from.dtype) && (to.dtype == DType::F32 || to.dtype == DType::F64);
  if (from.dtype != to.dtype && !converts)
    return makeError(StatusCode::Mismatch,
                     "tensor '{}' is {} in the file, the model wants {}",
                     to.name, getName(from.dtype), getName(to.dtype));
  size_t count = to.bytes / getByteSize(to.dtype);
  // A bound of one number stands for all heads (brt-spec 3.3).
  bool broadcast = from.shape == std::vector<int64_t>{1} &&
                   to.shape.size() == 1 && to.name.size() >= 6 &&
                   to.name.compare(to.name.size() - 6, 6, "/bound") == 0;
  if (from.shape != to.shape && !broadcast)
    return makeError(StatusCode::Mismatch,
                     "tensor '{}' is [{}] in the file, the model wants [{}]",
                     to.name, fmt::join(from.shape, ", "),
                     fmt::join(to.shape, ", "));
  if (from.dtype == to.dtype && !broadcast) {
    std::memcpy(target, from.data, to.bytes);
    return {};
  }
  for (size_t i = 0; i < count; ++i) {
    double number = readReal(from.dtype, from.data, broadcast ? 0 : i);
    if (to.dtype == DType::F64)
      static_cast<double *>(target)[i] = number;
    else
      static_cast<float *>(target)[i] = static_cast<float>(number);
  }
  return {};
}

/// Options that do not change what parameters mean.
static bool isFreeOption(const std::string &key) {
  for (const char *option : {"segment", "dropout", "attention_dropout",
                             "loss_mask", "precision", "train"})
    if (key == option)
      return true;
  return false;
}

/// Checks that a checkpoint, if it says so, is of a model of these options.
static Status checkModel(const Manifest &manifest, const SafetensorsFile &file,
                         const std::string &path) {
  auto model = file.metadata().find(kModelKey);
  if (model != file.metadata().end() && model->second != manifest.name)
    return makeError(StatusCode::Mismatch,
                     "'{}' is a checkpoint of the model '{}', this program is "
                     "of '{}'",
                     path, model->second, manifest.name);

  auto text = file.metadata().find(kConfigKey);
  if (text == file.metadata().end())
    return {};
  json theirs = json::parse(text->second, nullptr, /*allow_exceptions=*/false);
  json ours = json::parse(manifest.config, nullptr, /*allow_exceptions=*/false);
  if (!theirs.is_object())
    return makeError(StatusCode::DataLoss,
                     "'{}' has a '{}' that is no JSON object", path,
                     kConfigKey);
  return checkConfig(path, theirs, ours, isFreeOption);
}

/// The file of parameters in the folder of a checkpoint or of a run, which
/// training writes (Checkpoint.h); any other path is returned.
static std::string findFile(const std::string &path) {
  std::error_code ignored;
  for (const char *name :
       {"/parameters.safetensors", "/last/parameters.safetensors"})
    if (std::filesystem::exists(path + name, ignored))
      return path + name;
  return path;
}

Result<Parameters> Parameters::load(const Program &program,
                                    const std::string &source) {
  std::string path = findFile(source);
  BRT_ASSIGN_OR_RETURN(SafetensorsFile file, SafetensorsFile::open(path));
  BRT_RETURN_IF_ERROR(checkModel(program.manifest(), file, path));

  BRT_ASSIGN_OR_RETURN(Parameters parameters, allocate(program));
  std::unordered_map<std::string_view, const TensorView *> tensors;
  for (const TensorView &tensor : file.tensors())
    if (!tensors.emplace(stripTree(tensor.name), &tensor).second)
      return makeError(StatusCode::Mismatch,
                       "'{}' is not a checkpoint of this model: it has tensor "
                       "'{}' twice, in two trees",
                       path, stripTree(tensor.name));
  for (const TensorView &wanted : parameters.set.getViews()) {
    auto found = tensors.find(wanted.name);
    if (found == tensors.end())
      return makeError(StatusCode::Mismatch,
                       "'{}' is not a checkpoint of this model: it has no "
                       "tensor '{}'",
                       path, wanted.name);
    Status copied = copyTensor(*found->second, wanted,
                               parameters.set.find(wanted.name)->data());
    if (!copied.ok())
      return makeError(copied.code(),
                       "'{}' is not a checkpoint of this model: {}", path,
                       copied.message());
    tensors.erase(found);
  }
  if (!tensors.empty()) {
    auto least = std::min_element(
        tensors.begin(), tensors.end(),
        [](const auto &a, const auto &b) { return a.first < b.first; });
    return makeError(StatusCode::Mismatch,
                     "'{}' is not a checkpoint of this model: the model has no "
                     "tensor '{}'",
                     path, least->first);
  }
  return parameters;
}

Status Parameters::save(const Program &program, const std::string &path) const {
  return writeSafetensors(path, set.getViews(),
                          {{kModelKey, program.manifest().name},
                           {kConfigKey, program.manifest().config}});
}
