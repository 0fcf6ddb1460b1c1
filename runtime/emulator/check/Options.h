//===- Options.h - What the emulator checks and how it schedules ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_CHECK_OPTIONS_H
#define BRT_EMULATOR_CHECK_OPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace brt::emu {

/// What a finding is about; the names are those of reports and options.
enum class FindingKind : uint8_t {
  OutOfBounds,
  Misaligned,
  UseAfterFree,
  Uninitialised,
  Race,
  BarrierDivergence,
  Deadlock,
  Mbarrier,
  Wgmma,
  Exact, // in exact mode, an integer's use of a float
  Trap   // `trap` and failed assertions: a fault on any device, always on
};
constexpr unsigned kFindingKinds = 11;
const char *nameOf(FindingKind kind);

/// A finding that is not to be reported: one line `kind kernel-substring
/// [line]` of the suppression file; `*` stands for any kind or kernel.
struct Suppression {
  std::string kind, kernel;
  uint32_t line = 0; // 0: any
};

struct Options {
  /// One bit per FindingKind.
  uint32_t checks = ~0u;
  /// Stop a launch at its first finding, or go on and report each place once.
  bool stopAtFirst = true;
  /// Seeds the warp scheduler and the landing of asynchronous copies. Zero asks
  /// for a fresh seed per process.
  uint64_t seed = 0;
  /// With a seed given by the user one thread runs all blocks, so that the
  /// schedule can be replayed.
  bool replay = false;
  /// Integers in place of floats (exec/ExactRing.h), for modules loaded then.
  bool exact = false;
  unsigned architecture = 80; // sm_80
  unsigned threads = 0;       // host threads; 0: one per core
  std::string reportPath;     // JSON, one finding a line
  std::string countersPath;   // JSON, one launch a line; "-": text on stderr
  /// Fill in the counters of a launch.
  bool counts = true;
  std::vector<Suppression> suppressions;

  bool checked(FindingKind kind) const {
    return checks >> static_cast<unsigned>(kind) & 1;
  }

  /// `all`, `none`, or a list: `race,out-of-bounds`. False for an unknown name.
  bool setChecks(const std::string &list);
  /// `sm_80`, `sm_90a`.
  bool setArchitecture(const std::string &name);
  bool loadSuppressions(const std::string &path);
  /// Reads the BRT_EMU_* variables. Returns one message per variable that
  /// cannot be understood; it keeps its default then.
  std::vector<std::string> readEnvironment();
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_OPTIONS_H
