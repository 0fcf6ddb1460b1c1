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
  CounterSummary counters;
};

/// Runs all blocks of a launch on the host's cores and returns when they are
/// done or the launch was stopped.
LaunchOutcome runLaunch(const LaunchConfig &config, const Options &options,
                        DeviceMemory &memory);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_GRID_H
