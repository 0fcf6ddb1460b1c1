//===- Report.h - Findings and where they go ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_CHECK_REPORT_H
#define BRT_EMULATOR_CHECK_REPORT_H

#include "check/Options.h"

#include <atomic>
#include <mutex>
#include <set>
#include <tuple>

namespace brt::emu {

/// One side of a finding.
struct Site {
  uint32_t line = 0;  // of the PTX text
  std::string source; // "file.cu:12" where the PTX has `.loc`, else empty
  uint32_t block[3] = {0, 0, 0};
  uint32_t thread[3] = {0, 0, 0};
};

struct Finding {
  FindingKind kind = FindingKind::OutOfBounds;
  std::string kernel;
  Site site;
  bool hasAddress = false;
  uint64_t address = 0;
  std::string detail;
  /// For a race: the earlier of the two accesses.
  bool hasOther = false;
  Site other;

  /// One line for people.
  std::string text() const;
  /// One JSON object.
  std::string json() const;
};

/// Collects the findings of one launch. Threads may report at the same time.
class Report {
public:
  explicit Report(const Options &options) : options(options) {}

  /// Prints a finding unless its check is off, it is suppressed, or the same
  /// two lines were already reported in this launch. True if the launch is to
  /// stop.
  bool add(const Finding &finding);
  bool stopped() const { return stop.load(std::memory_order_relaxed); }
  const std::vector<Finding> &findings() const { return list; }

private:
  const Options &options;
  std::mutex mutex;
  std::vector<Finding> list;
  std::set<std::tuple<FindingKind, uint32_t, uint32_t>> seen;
  std::atomic<bool> stop{false};

  bool suppressed(const Finding &finding) const;
};

/// A JSON string literal, quotes included.
std::string quoteJson(const std::string &text);

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_REPORT_H
