//===- Grid.cpp - Running a launch ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Grid.h"

#include "check/GlobalRaces.h"
#include "exec/Cluster.h"

#include <algorithm>
#include <list>
#include <thread>

using namespace brt::emu;

/// Blocks that one worker keeps under way when they wait for one another. A
/// grid that needs more at once could not run on the hardware either.
static constexpr size_t kResidentBlocks = 2048;

namespace {
/// The workers of one launch and what they have to agree on.
class Grid {
public:
  Grid(Launch &launch, unsigned workers, uint64_t clusters)
      : launch(launch), clusters(clusters), quietAt(workers) {
    for (auto &value : quietAt)
      value = kBusy;
  }

  void work(unsigned index, Worker &worker);

private:
  Launch &launch;
  const uint64_t clusters;
  std::atomic<uint64_t> nextCluster{0};
  static constexpr uint64_t kBusy = ~uint64_t(0), kGone = kBusy - 1;
  /// Per worker: the progress count at which none of its blocks could change
  /// anything any more.
  std::vector<std::atomic<uint64_t>> quietAt;

  bool allQuiet(uint64_t progress) const;
};
} // namespace

bool Grid::allQuiet(uint64_t progress) const {
  if (launch.progress.load() != progress)
    return false;
  for (const auto &value : quietAt)
    if (value != progress && value != kGone)
      return false;
  return true;
}

void Grid::work(unsigned index, Worker &worker) {
  std::list<std::unique_ptr<Cluster>> resident;
  std::unique_ptr<Cluster> spare; // finished
  auto begin = [&](uint64_t linear) {
    resident.push_front(spare ? std::move(spare)
                              : std::make_unique<Cluster>(launch));
    resident.front()->start(linear);
  };
  while (!launch.report.stopped()) {
    bool fresh = false;
    if (resident.empty()) {
      uint64_t linear = nextCluster++;
      if (linear >= clusters)
        break;
      begin(linear);
      fresh = true;
    }
    uint64_t before = launch.progress.load();
    Cluster &cluster = *resident.front();
    Block::Outcome outcome = cluster.run(worker);
    if (outcome == Block::Outcome::Finished) {
      spare = std::move(resident.front());
      resident.pop_front();
      continue;
    }
    if (outcome == Block::Outcome::Stopped) {
      // With BRT_EMU_STOP=never only this cluster is lost.
      resident.pop_front();
      continue;
    }
    bool changed = launch.progress.load() != before;
    cluster.noteVisit();
    resident.splice(resident.end(), resident, resident.begin());
    // Another block may be what this one waits for.
    if ((!changed || launch.config.cooperative) && !fresh &&
        resident.size() < kResidentBlocks) {
      uint64_t linear = nextCluster++;
      if (linear < clusters)
        begin(linear);
    }
    uint64_t progress = launch.progress.load();
    bool quiet = true;
    for (const auto &each : resident)
      quiet = quiet && each->isQuiet(progress);
    quietAt[index] = quiet ? progress : kBusy;
    if (quiet && allQuiet(progress)) {
      resident.front()->reportEndlessWait();
      break;
    }
  }
  quietAt[index] = kGone;
}

static Fault faultOf(const std::vector<Finding> &findings) {
  if (findings.empty())
    return Fault::None;
  switch (findings.front().kind) {
  case FindingKind::OutOfBounds:
  case FindingKind::UseAfterFree:
    return Fault::IllegalAddress;
  case FindingKind::Misaligned:
    return Fault::MisalignedAddress;
  case FindingKind::Trap:
    return findings.front().detail.rfind("assertion", 0) == 0
               ? Fault::Assertion
               : Fault::LaunchFailure;
  default:
    return Fault::LaunchFailure;
  }
}

LaunchOutcome brt::emu::runLaunch(const LaunchConfig &config,
                                  const Options &options,
                                  DeviceMemory &memory) {
  Launch launch(config, options, memory);
  launch.parameterBase = memory.allocate(config.parameters.size(), true);
  if (!launch.parameterBase) {
    LaunchOutcome outcome;
    outcome.fault = Fault::LaunchFailure;
    return outcome;
  }
  std::copy(config.parameters.begin(), config.parameters.end(),
            reinterpret_cast<uint8_t *>(launch.parameterBase));
  memory.markInitialised(launch.parameterBase, config.parameters.size());

  uint64_t clusters = 1;
  for (int i = 0; i < 3; ++i)
    clusters *= config.grid[i] / config.cluster[i];
  unsigned threads =
      options.threads ? options.threads : std::thread::hardware_concurrency();
  if (options.replay)
    threads = 1;
  threads = static_cast<unsigned>(
      std::max<uint64_t>(1, std::min<uint64_t>(threads, clusters)));

  Grid grid(launch, threads, clusters);
  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.push_back(std::make_unique<Worker>(launch, options.seed + i));
  std::vector<std::thread> helpers;
  for (unsigned i = 1; i < threads; ++i)
    helpers.emplace_back([&grid, &workers, i] { grid.work(i, *workers[i]); });
  grid.work(0, *workers[0]);
  for (std::thread &helper : helpers)
    helper.join();

  Counters total(*config.program);
  for (const auto &worker : workers)
    total.add(worker->counters);
  memory.release(launch.parameterBase);
  memory.releaseRetired();

  LaunchOutcome outcome;
  outcome.findings = launch.report.findings();
  outcome.fault = faultOf(outcome.findings);
  outcome.counters = summarise(*config.program, *config.kernel, total);
  return outcome;
}
