//===- Terminal.h - Output, progress and interruption -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_PROGRAM_TERMINAL_H
#define BRT_RUNTIME_PROGRAM_TERMINAL_H

#include "brt/runtime/Status.h"
#include <chrono>
#include <string_view>

namespace brt::rt {

/// Writes to standard output at once. Errors: System, as where the reader has
/// closed a pipe.
Status print(std::string_view text);

/// Lets Ctrl-C and SIGTERM set a flag, the second time end the process, and a
/// closed pipe be an error of print().
void catchSignals();
bool isInterrupted();

/// 1234567 as "1,234,567".
std::string formatCount(uint64_t count);

/// A line on standard error that says how far a long work is: rewritten in
/// place on a terminal, otherwise a new line every few seconds.
class Progress {
public:
  Progress(std::string verb, std::string unit, uint64_t total);
  ~Progress() { finish(); }

  /// `note` is added to the line.
  void update(uint64_t done, std::string_view note);
  /// Removes the line from a terminal.
  void finish();
  double getSeconds() const;

private:
  using Clock = std::chrono::steady_clock;
  std::string verb, unit;
  uint64_t total;
  bool terminal, visible = false;
  Clock::time_point start = Clock::now(), shown = start;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_PROGRAM_TERMINAL_H
