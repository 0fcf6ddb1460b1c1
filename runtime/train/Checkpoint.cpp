//===- Checkpoint.cpp - Training that can go on later ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Checkpoint.h"
#include "../core/ConfigCheck.h"
#include "Checksum.h"
#include "brt/runtime/AtomicFile.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace brt::rt;
using nlohmann::json;
namespace fs = std::filesystem;

static constexpr int kFormat = 1;

static constexpr const char *kParametersFile = "parameters.safetensors";
static constexpr const char *kStateFile = "state.safetensors";
static constexpr const char *kPlaceFile = "state.json";

static constexpr std::string_view kPrefix = "step-";
/// Endings of the names of checkpoints that are being written, and removed.
static constexpr const char *kPartial = ".partial";
static constexpr const char *kRemoved = ".removed";

//===----------------------------------------------------------------------===//
// Folders
//===----------------------------------------------------------------------===//

/// The step in a name such as step-00000100, or -1.
static int64_t parseName(const std::string &name) {
  std::string_view digits = name;
  if (digits.substr(0, kPrefix.size()) != kPrefix)
    return -1;
  digits.remove_prefix(kPrefix.size());
  if (digits.size() < 8 || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos)
    return -1;
  return std::stoll(std::string(digits));
}

std::string Checkpoints::getPath(int64_t step) const {
  return fmt::format("{}/{}{:08}", run, kPrefix, step);
}

std::vector<int64_t> Checkpoints::find() const {
  std::vector<int64_t> steps;
  std::error_code ignored;
  for (const fs::directory_entry &entry : fs::directory_iterator(run, ignored))
    if (int64_t step = parseName(entry.path().filename()); step >= 0)
      steps.push_back(step);
  std::sort(steps.rbegin(), steps.rend());
  return steps;
}

void Checkpoints::clean() const {
  std::error_code ignored;
  for (const fs::directory_entry &entry : fs::directory_iterator(run, ignored))
    if (fs::path name = entry.path().filename();
        parseName(name.stem()) >= 0 &&
        (name.extension() == kPartial || name.extension() == kRemoved))
      fs::remove_all(entry.path(), ignored);
}

static Status makeSystemError(const char *verb, const std::string &path,
                              int error) {
  return makeError(StatusCode::System, "cannot {} '{}': {}", verb, path,
                   std::strerror(error));
}

static Status renamePath(const std::string &from, const std::string &to) {
  return ::rename(from.c_str(), to.c_str()) == 0
             ? Status()
             : makeSystemError("replace", to, errno);
}

/// Removes a checkpoint, which loses its name at once.
static void removeCheckpoint(const std::string &path) {
  std::string removed = path + kRemoved;
  std::error_code ignored;
  fs::remove_all(removed, ignored);
  if (renamePath(path, removed).ok())
    fs::remove_all(removed, ignored);
}

//===----------------------------------------------------------------------===//
// Checksums
//===----------------------------------------------------------------------===//

static std::string toHex(const Checksum &checksum) {
  return fmt::format("{:016x}", checksum.get());
}

static std::string hashText(const std::string &text) {
  Checksum checksum;
  checksum.add(text.data(), text.size());
  return toHex(checksum);
}

/// Of a file's content.
static Result<std::string> hashFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(size_t(1) << 20);
  Checksum checksum;
  do {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    checksum.add(piece.data(), file.gcount());
  } while (file);
  if (!file.eof())
    return makeSystemError("read", path, errno);
  return toHex(checksum);
}

static std::string hashDocuments(const std::vector<Document> &documents) {
  Checksum checksum;
  for (const Document &document : documents) {
    // Without the folder, which may be moved.
    std::string name = fs::path(document.path).filename();
    checksum.add(name.data(), name.size());
    checksum.add(&document.size, sizeof(document.size));
  }
  return toHex(checksum);
}

Checkpoints::Checkpoints(Program program, std::string run,
                         const std::vector<Document> &documents)
    : program(std::move(program)), run(std::move(run)),
      fingerprint(hashDocuments(documents)) {}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json formatPlace(const TrainingPlace &place) {
  json lanes = json::array();
  for (const DocumentLanes::Place::Lane &lane : place.data.lanes)
    lanes.push_back({lane.document, lane.offset});
  return {{"step", place.step},
          {"epoch", place.data.epoch},
          {"documents_taken", place.data.taken},
          {"lanes", lanes}};
}

static Status writeText(const std::string &path, const std::string &text) {
  BRT_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::create(path));
  BRT_RETURN_IF_ERROR(file.write(text.data(), text.size()));
  return file.commit();
}

static Status flushFolder(const std::string &path) {
  int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return makeSystemError("open", path, errno);
  int failed = ::fsync(folder);
  int error = errno;
  ::close(folder);
  return failed ? makeSystemError("flush", path, error) : Status();
}

/// Points `last` to a checkpoint: a new link takes the name of the old one.
static Status linkLast(const std::string &run, const std::string &name) {
  std::string link = run + "/last", next = link + kPartial;
  ::unlink(next.c_str());
  if (::symlink(name.c_str(), next.c_str()) != 0)
    return makeSystemError("create", next, errno);
  BRT_RETURN_IF_ERROR(renamePath(next, link));
  return flushFolder(run);
}

Status Checkpoints::save(const Trainer &trainer, const TrainingPlace &place,
                         int64_t keep) const {
  std::string path = getPath(place.step), partial = path + kPartial;
  const Manifest &manifest = program.manifest();
  json root = {{"format", kFormat},
               {"model", manifest.name},
               {"config", json::parse(manifest.config)},
               {"seed", trainer.seed()},
               {"documents", fingerprint},
               {"place", formatPlace(place)}};
  auto write = [&]() -> Status {
    std::string parameters = partial + "/" + kParametersFile;
    std::string state = partial + "/" + kStateFile;
    BRT_RETURN_IF_ERROR(trainer.getParameters().save(program, parameters));
    BRT_RETURN_IF_ERROR(writeSafetensors(state, trainer.getState()));
    BRT_ASSIGN_OR_RETURN(root[kParametersFile], hashFile(parameters));
    BRT_ASSIGN_OR_RETURN(root[kStateFile], hashFile(state));
    // Objects print in the order of their keys, so the text has one form.
    root["checksum"] = hashText(root.dump());
    return writeText(partial + "/" + kPlaceFile, root.dump(2) + "\n");
  };
  std::error_code error;
  fs::create_directories(partial, error);
  if (error)
    return makeSystemError("create", partial, error.value());
  if (Status written = write(); !written.ok()) {
    fs::remove_all(partial, error);
    return written;
  }
  // Only a run that was resumed from an older checkpoint writes one again.
  removeCheckpoint(path);
  BRT_RETURN_IF_ERROR(renamePath(partial, path));
  BRT_RETURN_IF_ERROR(linkLast(run, fs::path(path).filename()));

  std::vector<int64_t> steps = find();
  for (size_t i = keep; i < steps.size(); ++i)
    removeCheckpoint(getPath(steps[i]));
  return {};
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static Status makeDamaged(const std::string &path, std::string_view what) {
  return makeError(StatusCode::DataLoss, "checkpoint '{}' is damaged: {}", path,
                   what);
}

/// The content of state.json, which is as it was written.
static Result<json> readPlaceFile(const std::string &path) {
  std::ifstream file(path + "/" + kPlaceFile, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file)
    return makeDamaged(path, fmt::format("{} cannot be read", kPlaceFile));
  json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object() || !root.contains("checksum"))
    return makeDamaged(
        path, fmt::format("{} is not the JSON of a checkpoint", kPlaceFile));
  json checksum = root["checksum"];
  root.erase("checksum");
  // Damaged text need not be UTF-8.
  std::string rest = root.dump(-1, ' ', false, json::error_handler_t::replace);
  if (checksum != hashText(rest))
    return makeDamaged(
        path, fmt::format("{} does not have its checksum", kPlaceFile));
  if (root.value("format", json()) != kFormat)
    return makeError(StatusCode::Mismatch,
                     "checkpoint '{}' has format {}, this program reads {}",
                     path, root.value("format", json()).dump(), kFormat);
  return root;
}

static TrainingPlace parsePlace(const json &object) {
  TrainingPlace place;
  place.step = object["step"];
  place.data.epoch = object["epoch"];
  place.data.taken = object["documents_taken"];
  for (const json &lane : object["lanes"])
    place.data.lanes.push_back({lane[0], lane[1]});
  return place;
}

/// Checks that one of the files is as it was written.
static Status checkFile(const std::string &path, const char *name,
                        const json &root) {
  Result<std::string> checksum = hashFile(path + "/" + name);
  if (!checksum.ok())
    return makeDamaged(path, checksum.status().message());
  if (root[name] != *checksum)
    return makeDamaged(path,
                       fmt::format("{} does not have its checksum", name));
  return {};
}

Result<TrainingPlace> Checkpoints::load(Trainer &trainer, int64_t step) const {
  std::string path = getPath(step);
  BRT_ASSIGN_OR_RETURN(json root, readPlaceFile(path));
  const Manifest &manifest = program.manifest();
  if (root["model"] != manifest.name)
    return makeError(StatusCode::Mismatch,
                     "checkpoint '{}' is of the model {}, this program is of "
                     "'{}'",
                     path, root["model"].dump(), manifest.name);
  BRT_RETURN_IF_ERROR(checkConfig(path, root["config"],
                                  json::parse(manifest.config),
                                  [](const std::string &) { return false; }));
  TrainingPlace place = parsePlace(root["place"]);
  if (int64_t lanes = place.data.lanes.size(); lanes != trainer.lanes())
    return makeError(StatusCode::Mismatch,
                     "checkpoint '{}' is of a run with --lanes {}, but got "
                     "--lanes {}",
                     path, lanes, trainer.lanes());
  if (root["seed"] != trainer.seed())
    return makeError(StatusCode::Mismatch,
                     "checkpoint '{}' is of a run with --seed {}, but got "
                     "--seed {}",
                     path, root["seed"].dump(), trainer.seed());
  if (root["documents"] != fingerprint)
    return makeError(StatusCode::Mismatch,
                     "checkpoint '{}' is of a run on other documents: their "
                     "names or sizes differ from those of --data",
                     path);
  BRT_RETURN_IF_ERROR(checkFile(path, kParametersFile, root));
  BRT_RETURN_IF_ERROR(checkFile(path, kStateFile, root));
  BRT_ASSIGN_OR_RETURN(Parameters parameters, Parameters::load(program, path));
  BRT_ASSIGN_OR_RETURN(SafetensorsFile state,
                       SafetensorsFile::open(path + "/" + kStateFile));
  BRT_RETURN_IF_ERROR(trainer.restore(std::move(parameters), state));
  return place;
}
