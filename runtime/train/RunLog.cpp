//===- RunLog.cpp - One line of JSON for each step ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/RunLog.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

using namespace brt::rt;
using nlohmann::json;

static Status makeSystemError(const char *verb, const std::string &path) {
  return makeError(StatusCode::System, "cannot {} '{}': {}", verb, path,
                   std::strerror(errno));
}

Result<RunLog> RunLog::open(const std::string &path) {
  int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return makeSystemError("open", path);
  RunLog log(path, descriptor);
  // The lock ends with the process, however that ends.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK
               ? makeError(StatusCode::System,
                           "another process is writing to '{}'", path)
               : makeSystemError("lock", path);
  return log;
}

RunLog::RunLog(RunLog &&other) noexcept
    : path(std::move(other.path)),
      descriptor(std::exchange(other.descriptor, -1)),
      lastStep(other.lastStep) {}

RunLog::~RunLog() {
  if (descriptor >= 0)
    ::close(descriptor);
}

/// The step in a line, or -1.
static int64_t parseStep(const std::string &line) {
  json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !object.contains("step") ||
      !object["step"].is_number_integer())
    return -1;
  return object["step"];
}

Status RunLog::rewind(int64_t step) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  off_t size = 0;
  // The last line has no end if it is unfinished.
  while (std::getline(file, line) && !file.eof()) {
    int64_t next = parseStep(line);
    if (next < 0 || next > step)
      break;
    size += static_cast<off_t>(line.size() + 1);
    lastStep = next;
  }
  return ::ftruncate(descriptor, size) == 0 ? Status()
                                            : makeSystemError("shorten", path);
}

Status RunLog::add(const nlohmann::ordered_json &object) {
  // Text that a model writes need not be UTF-8.
  std::string line =
      object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return makeSystemError("write", path);
    rest.remove_prefix(written);
  }
  lastStep = object["step"];
  return {};
}

Status RunLog::flush() {
  return ::fsync(descriptor) == 0 ? Status() : makeSystemError("flush", path);
}
