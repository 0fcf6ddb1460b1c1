//===- Grid.h - Running a launch ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_GRID_H
#define BRT_EMULATOR_EXEC_GRID_H

#include "exec/Block.h"

namespace brt::emu {

/// How a launch ended, in the hardware's terms.
enum class Fault : uint8_t {
  None,
  IllegalAddress,
  MisalignedAddress,
  Assertion,
  LaunchFailure
};

struct LaunchOutcome {
  Fault fault = Fault::None;
  std::vector<Finding> findings;
  CounterSummary counters; // empty without Options::counts
};

/// Whoever else uses the device while a launch is under way. Only one launch
/// runs at a time; between visits to its blocks it may let others have a turn.
class Turns {
public:
  virtual ~Turns() = default;
  /// True if something else could run now.
  virtual bool areWanted() = 0;

  enum class End : uint8_t {
    Same,     // nothing else ran; the host may have written memory
    Changed,  // others ran
    Endless,  // nothing will ever happen: report the wait
    Abandoned // its context is lost: end without a finding
  };
  /// Lets others run, and returns when the launch may go on. `quiet`: its
  /// blocks do nothing but wait. `changed`: it changed memory since the last
  /// time.
  virtual End pass(bool quiet, bool changed) = 0;
};

/// Runs all blocks of a launch on the host's cores and returns when they are
/// done or the launch was stopped. Without `turns` it has the device alone.
LaunchOutcome runLaunch(const LaunchConfig &config, const Options &options,
                        DeviceMemory &memory, Turns *turns = nullptr);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_GRID_H
