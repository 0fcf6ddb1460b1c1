//===- Terminal.cpp - Output, progress and interruption -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Terminal.h"
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace brt::rt;

/// Seconds between two progress lines.
static constexpr double kTerminalInterval = 0.2, kPlainInterval = 5;

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

Status brt::rt::print(std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return makeError(StatusCode::System, "cannot write the output: {}",
                       std::strerror(errno));
    text.remove_prefix(written);
  }
  return {};
}

std::string brt::rt::formatCount(uint64_t count) {
  std::string digits = std::to_string(count);
  for (size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

static std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free,
              "a signal handler may set it");

void brt::rt::catchSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool brt::rt::isInterrupted() { return interrupted; }

//===----------------------------------------------------------------------===//
// Progress
//===----------------------------------------------------------------------===//

static std::string formatDuration(double seconds) {
  auto whole = static_cast<uint64_t>(seconds + 0.5);
  if (whole < 60)
    return fmt::format("{}s", whole);
  if (whole < 3600)
    return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
}

Progress::Progress(std::string verb, std::string unit, uint64_t total)
    : verb(std::move(verb)), unit(std::move(unit)), total(total),
      terminal(::isatty(STDERR_FILENO)) {}

double Progress::getSeconds() const {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Progress::update(uint64_t done, std::string_view note) {
  Clock::time_point now = Clock::now();
  double since = std::chrono::duration<double>(now - shown).count();
  if (since < (terminal ? kTerminalInterval : kPlainInterval))
    return;
  shown = now;
  double rate = static_cast<double>(done) / getSeconds();
  std::string line = fmt::format(
      "{}: {:.1f} %, {} of {} {}, {} {}/s", verb,
      100.0 * static_cast<double>(done) / static_cast<double>(total),
      formatCount(done), formatCount(total), unit,
      formatCount(static_cast<uint64_t>(rate)), unit);
  if (rate > 0)
    line += fmt::format(
        ", {} left", formatDuration(static_cast<double>(total - done) / rate));
  if (!note.empty())
    line += fmt::format(", {}", note);
  // \r and "erase to the end of the line" rewrite it in place.
  line = terminal ? "\r" + line + "\x1b[K" : line + "\n";
  visible = terminal;
  // Progress that cannot be shown does no harm.
  [[maybe_unused]] ssize_t ignored =
      ::write(STDERR_FILENO, line.data(), line.size());
}

void Progress::finish() {
  if (!visible)
    return;
  visible = false;
  static constexpr std::string_view kErase = "\r\x1b[K";
  [[maybe_unused]] ssize_t ignored =
      ::write(STDERR_FILENO, kErase.data(), kErase.size());
}
