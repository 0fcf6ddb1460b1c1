//===- Case.cpp - A folder of golden vectors ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Case.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

static std::string getPath(StringRef folder, const llvm::Twine &file) {
  SmallString<128> path(folder);
  llvm::sys::path::append(path, file);
  return std::string(path);
}

bool golden::hasFile(StringRef folder, const llvm::Twine &file) {
  return llvm::sys::fs::exists(getPath(folder, file));
}

llvm::Expected<FileTensors> golden::readFile(StringRef folder,
                                             const llvm::Twine &file) {
  return readTensors(getPath(folder, file));
}

llvm::Expected<std::string> golden::readText(StringRef folder, StringRef file) {
  std::string path = getPath(folder, file);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError(buffer.getError(), "cannot read '%s': %s",
                                   path.c_str(),
                                   buffer.getError().message().c_str());
  return (*buffer)->getBuffer().str();
}

//===----------------------------------------------------------------------===//
// Folders
//===----------------------------------------------------------------------===//

CaseKind golden::getCaseKind(StringRef folder) {
  if (hasFile(folder, "buckets.json"))
    return CaseKind::T5Buckets;
  if (hasFile(folder, "schedules.json"))
    return CaseKind::Schedules;
  if (hasFile(folder, "gradient_1.safetensors"))
    return CaseKind::Optimizer;
  if (hasFile(folder, "trajectory.safetensors"))
    return CaseKind::Trajectory;
  if (hasFile(folder, "optimizer_1.safetensors"))
    return CaseKind::Training;
  if (hasFile(folder, "config.json") || hasFile(folder, "params.safetensors") ||
      hasFile(folder, "segment_0.safetensors"))
    return CaseKind::Model;
  return CaseKind::None;
}

llvm::Expected<std::vector<std::string>>
golden::findCases(ArrayRef<std::string> folders) {
  std::vector<std::string> cases;
  for (const std::string &folder : folders) {
    if (getCaseKind(folder) != CaseKind::None) {
      cases.push_back(folder);
      continue;
    }
    std::vector<std::string> inside;
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(folder, error), end;
         it != end && !error; it.increment(error))
      if (getCaseKind(it->path()) != CaseKind::None)
        inside.push_back(it->path());
    if (error)
      return llvm::createStringError(error, "cannot read folder '%s': %s",
                                     folder.c_str(), error.message().c_str());
    if (inside.empty())
      return llvm::createStringError(
          "expects folder '%s' to be a case, with a config.json, or to hold "
          "some, but got neither",
          folder.c_str());
    llvm::sort(inside);
    cases.insert(cases.end(), inside.begin(), inside.end());
  }
  return cases;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

llvm::Error golden::readConfig(StringRef folder, std::string &config,
                               Precision &precision) {
  llvm::Expected<std::string> text = readText(folder, "config.json");
  if (!text)
    return text.takeError();
  config = std::move(*text);
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(config);
  if (!json)
    return llvm::createStringError("expects config.json to be JSON, but got: " +
                                   toString(json.takeError()));
  const llvm::json::Object *object = json->getAsObject();
  std::optional<StringRef> dtype =
      object ? object->getString("dtype") : std::nullopt;
  std::optional<Precision> named = symbolizePrecision(dtype.value_or(""));
  if (!named)
    return llvm::createStringError(
        "expects 'dtype' in config.json to be 'f64', 'f32' or 'bf16', but got "
        "'" +
        dtype.value_or("") + "'");
  precision = *named;
  return llvm::Error::success();
}

/// Shares out the tensors of a segment's file.
static void addSegmentTensors(FileTensors file, Segment &segment) {
  for (auto &[name, tensor] : file) {
    StringRef rest = name;
    if (rest.consume_front("carry_in/"))
      segment.arguments[{Role::Carry, rest.str()}] = std::move(tensor);
    else if (rest.consume_front("carry_out/"))
      segment.results[{Role::Carry, rest.str()}] = std::move(tensor);
    else if (rest.consume_front("grad/"))
      segment.gradients[{Role::Gradient, rest.str()}] = std::move(tensor);
    else if (name == "tokens" || name == "start_of_sequence" ||
             name == "loss_mask_input")
      segment.arguments[{Role::Input, name}] = std::move(tensor);
    else if (name == "logits" || name == "token_loss" || name == "loss_mask" ||
             name == "loss_sum" || name == "token_count")
      segment.results[{Role::Output, name}] = std::move(tensor);
  }
}

/// The parameters of a segment: after its number of steps in a training case.
static llvm::Expected<FileTensors> readParameters(StringRef folder,
                                                  size_t segment) {
  std::string path =
      getPath(folder, "optimizer_" + llvm::Twine(segment) + ".safetensors");
  if (segment == 0 || !llvm::sys::fs::exists(path))
    return readTensors(getPath(folder, "params.safetensors"));
  llvm::Expected<FileTensors> file = readTensors(path);
  if (!file)
    return file.takeError();
  FileTensors parameters;
  for (auto &[name, tensor] : *file)
    if (StringRef rest = name; rest.consume_front("param/"))
      parameters[rest.str()] = std::move(tensor);
  return parameters;
}

llvm::Expected<ModelCase> ModelCase::load(StringRef folder) {
  ModelCase result;
  if (llvm::Error error = readConfig(folder, result.config, result.precision))
    return error;

  // The first segment must exist; the others end with the first that does not.
  auto segmentFile = [&](size_t k) {
    return ("segment_" + llvm::Twine(k) + ".safetensors").str();
  };
  for (size_t k = 0; k == 0 || hasFile(folder, segmentFile(k)); ++k) {
    llvm::Expected<FileTensors> parameters = readParameters(folder, k);
    if (!parameters)
      return parameters.takeError();
    llvm::Expected<FileTensors> file =
        readTensors(getPath(folder, segmentFile(k)));
    if (!file)
      return file.takeError();
    Segment &segment = result.segments.emplace_back();
    for (auto &[name, tensor] : *parameters)
      segment.arguments[{Role::Parameter, name}] = std::move(tensor);
    addSegmentTensors(std::move(*file), segment);
  }
  return result;
}
