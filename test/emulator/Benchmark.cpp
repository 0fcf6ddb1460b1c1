//===- Benchmark.cpp - Warp-instructions per second -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs kernels on one host thread, without checks and with all of them, and
// prints millions of warp-instructions per second of CPU time: the best of
// several runs. The first lines are loops over one kind of handler, with next
// to nothing around it. The others are kernels of other compilers; beside their
// rates stand the shares of what the handlers alone would reach: of the rate
// that their mix of instructions would have if each ran as in its loop, without
// checks.
//
//===----------------------------------------------------------------------===//

#include "BenchmarkCases.h"
#include "Machine.h"

#include "exec/TensorMap.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
struct Rate {
  double perSecond = 0; // millions of warp-instructions
  CounterSummary counters;
};

} // namespace

static constexpr uint32_t kBufferBytes = 1 << 20;

static double cpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         1e-9 * static_cast<double>(time.tv_nsec);
}

/// Numbers that are small and normal as any float format.
static uint64_t makeBuffer(Machine &machine) {
  std::vector<uint32_t> words(kBufferBytes / sizeof(uint32_t));
  for (size_t i = 0; i < words.size(); ++i)
    words[i] =
        0x3c003c00 ^ (static_cast<uint32_t>(i) * 0x9e3779b9 & 0x03ff03ff);
  return machine.upload(words);
}

/// Tiles of 64 x 64 halves in a matrix of 256 rows, as hopper.cu wants them.
static TensorMap makeMap(Machine &machine) {
  TensorMap map;
  map.rank = 2;
  map.elementBytes = 2;
  map.swizzleMask = 7;
  map.base = makeBuffer(machine);
  map.strides[0] = 2 * 256;
  map.extents[0] = map.extents[1] = 256;
  map.box[0] = map.box[1] = 64;
  return map;
}

static void setArguments(Machine &machine, const std::vector<Argument> &list,
                         LaunchConfig &config) {
  config.parameters.resize(config.kernel->parameterBytes);
  for (size_t i = 0; i < list.size(); ++i) {
    uint8_t *to = config.parameters.data() + config.kernel->parameterOffsets[i];
    if (list[i].kind == Argument::Kind::Word) {
      std::memcpy(to, &list[i].value, sizeof list[i].value);
    } else if (list[i].kind == Argument::Kind::Buffer) {
      uint64_t address = makeBuffer(machine);
      std::memcpy(to, &address, sizeof address);
    } else {
      TensorMap map = makeMap(machine);
      std::memcpy(to, &map, sizeof map);
    }
  }
}

/// With all checks and counters, or without.
static Rate rateOf(const Case &c, bool checked) {
  constexpr unsigned kRuns = 5;
  Machine machine;
  machine.options.replay = true; // one host thread
  machine.options.setChecks(checked ? "all" : "none");
  auto program = machine.load(c.ptx);
  if (!program) {
    std::fprintf(stderr, "%s: %s at line %u\n", c.name,
                 machine.diagnostic.message.c_str(),
                 machine.diagnostic.where.line);
    return {};
  }
  LaunchConfig config;
  config.program = program.get();
  config.kernel = program->findEntry(c.kernel);
  std::copy_n(c.grid, 2, config.grid);
  std::copy_n(c.threads, 2, config.block);
  config.dynamicShared = c.shared;
  setArguments(machine, c.arguments, config);
  // The same in every run, as the seed fixes the schedule.
  Rate rate;
  rate.counters = runLaunch(config, machine.options, machine.memory).counters;
  machine.options.counts = checked;
  double count = static_cast<double>(rate.counters.warpInstructions);
  for (unsigned run = 0; run < kRuns; ++run) {
    double start = cpuSeconds();
    LaunchOutcome outcome = runLaunch(config, machine.options, machine.memory);
    double seconds = cpuSeconds() - start;
    if (!outcome.findings.empty())
      return {};
    rate.perSecond = std::max(rate.perSecond, count / seconds / 1e6);
  }
  return rate;
}

/// Seconds that a million instructions of a class take in its loop.
using Costs = std::map<std::string, double>;

/// The rate of a kernel's mix of instructions in bare handlers.
static double bareRate(const CounterSummary &counters, const Costs &costs,
                       double perMultiplyAdd) {
  double seconds =
      static_cast<double>(counters.tensorMultiplyAdds) * perMultiplyAdd;
  for (const auto &[name, count] : counters.byClass) {
    // Branches and barriers, where other warps and paths come in, count as
    // integers; tensor instructions by their work.
    auto found = costs.find(name);
    double cost = (found == costs.end() ? costs.at("integer") : found->second);
    if (name != "tensor")
      seconds += static_cast<double>(count) * cost;
  }
  return static_cast<double>(counters.warpInstructions) / seconds;
}

static double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2,
                   values.end());
  return values[values.size() / 2];
}

/// All lines, or those that have a word in their name, without the shares: for
/// a profiler.
int main(int count, char **arguments) {
  const char *wanted = count > 1 ? arguments[1] : nullptr;
  auto isLeftOut = [&](const char *name) {
    return wanted && !std::strstr(name, wanted);
  };
  Costs costs;
  std::printf("%-28s %10s %10s\n", "M warp-instructions/s", "unchecked",
              "checked");
  for (const Loop &loop : handlerLoops()) {
    if (isLeftOut(loop.name))
      continue;
    Case c{loop.name, loopOf(loop.body, loop.rounds), "k", {8, 1}, {128, 1},
           0,         {{Argument::Kind::Buffer}}};
    double unchecked = rateOf(c, false).perSecond;
    std::printf("%-28s %10.1f %10.1f\n", loop.name, unchecked,
                rateOf(c, true).perSecond);
    if (loop.stands)
      costs[loop.stands] = 1 / unchecked;
  }
  constexpr double kMmaWork = 16 * 8 * 16;
  std::vector<double> shares, checkedShares;
  std::printf("\n%-28s %10s %10s %10s %10s %10s\n", "kernels", "unchecked",
              "checked", "bare", "share", "checked");
  for (const Case &c : foreignKernels()) {
    if (c.ptx.empty() || isLeftOut(c.name))
      continue;
    Rate unchecked = rateOf(c, false);
    double checked = rateOf(c, true).perSecond;
    std::printf("%-28s %10.1f %10.1f", c.name, unchecked.perSecond, checked);
    if (!wanted) {
      double bare =
          bareRate(unchecked.counters, costs, costs["tensor"] / kMmaWork);
      shares.push_back(unchecked.perSecond / bare);
      checkedShares.push_back(checked / bare);
      std::printf(" %10.1f %10.2f %10.2f", bare, shares.back(),
                  checkedShares.back());
    }
    std::printf("\n");
  }
  if (!wanted)
    std::printf("%-28s %43.2f %10.2f\n", "median", median(shares),
                median(checkedShares));
}
