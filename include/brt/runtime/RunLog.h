//===- RunLog.h - One line of JSON for each step ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_RUNLOG_H
#define BRT_RUNTIME_RUNLOG_H

#include "brt/runtime/Status.h"
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace brt::rt {

/// A file of JSON objects, one on each line, with growing numbers as "step".
class RunLog {
public:
  /// Opens a log, which may be new, for this process alone. Errors: System,
  /// also where another process has it.
  static Result<RunLog> open(const std::string &path);
  RunLog(RunLog &&other) noexcept;
  RunLog &operator=(RunLog &&) = delete;
  ~RunLog();

  /// Removes the lines of steps after `step`, and one that a killed process
  /// left unfinished.
  Status rewind(int64_t step);
  /// The step of the last line that rewind() has kept or add() has added; 0
  /// without lines.
  int64_t getLastStep() const { return lastStep; }

  Status add(const nlohmann::ordered_json &object);
  /// Flushes all lines to disk.
  Status flush();

private:
  RunLog(std::string path, int descriptor)
      : path(std::move(path)), descriptor(descriptor) {}

  std::string path;
  int descriptor;
  int64_t lastStep = 0;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_RUNLOG_H
