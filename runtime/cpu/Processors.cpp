//===- Processors.cpp - How many processors there are to use --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Threads.h"
#include <algorithm>
#include <cmath>
#include <fstream>
#include <sched.h>
#include <string>

using namespace brt::rt;

/// The quota of a version 2 control group in processors, or 0 without one.
static unsigned readQuota() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0)
    return 0;
  return static_cast<unsigned>(
      std::max(1.0, std::ceil(std::strtod(quota.c_str(), nullptr) / period)));
}

unsigned brt::rt::getAvailableProcessors() {
  cpu_set_t set;
  unsigned processors = 1;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    processors = std::max(1, CPU_COUNT(&set));
  if (unsigned quota = readQuota())
    processors = std::min(processors, quota);
  return processors;
}
