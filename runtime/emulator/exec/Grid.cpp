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

/// Visits to blocks before another launch may run: short and long slices, so
/// that schedules differ.
static constexpr uint32_t kLongestSlice = 64;

namespace {
/// The workers of one launch and what they have to agree on.
class Grid {
public:
  Grid(Launch &launch, unsigned workers, uint64_t clusters, Turns *turns);

  /// Runs blocks until all are done or the launch was stopped: false; or until
  /// nothing changes any more or others want a turn: true.
  bool run();
  bool isQuiet() const { return quiet; }
  /// Memory was changed in the last run.
  bool hasChanged() const { return launch.progress != progressBefore; }
  void reportEndlessWaits();
  Counters total() const;

private:
  struct Share {
    Worker worker;
    std::list<std::unique_ptr<Cluster>> resident;
    std::unique_ptr<Cluster> spare; // finished
    /// The progress count at which none of its blocks could change anything any
    /// more.
    std::atomic<uint64_t> quietAt{kBusy};

    Share(Launch &launch, uint64_t seed) : worker(launch, seed) {}
  };
  static constexpr uint64_t kBusy = ~uint64_t(0), kGone = kBusy - 1;

  Launch &launch;
  const uint64_t clusters;
  Turns *const turns;
  Random dice;
  std::vector<std::unique_ptr<Share>> shares; // one per worker
  std::atomic<uint64_t> nextCluster{0};
  uint64_t progressBefore = 0;
  // Of one run.
  std::atomic<uint32_t> visits{0};
  uint32_t slice = 0;
  std::atomic<bool> paused{false}, quiet{false};

  void work(Share &share);
  bool allQuiet(uint64_t progress) const;
  void countVisit();
};
} // namespace

Grid::Grid(Launch &launch, unsigned workers, uint64_t clusters, Turns *turns)
    : launch(launch), clusters(clusters), turns(turns),
      dice(launch.options.seed) {
  for (unsigned i = 0; i < workers; ++i)
    shares.push_back(std::make_unique<Share>(launch, launch.options.seed + i));
}

bool Grid::run() {
  paused = quiet = false;
  visits = 0;
  slice = 1 + dice.below(kLongestSlice);
  progressBefore = launch.progress;
  std::vector<Share *> busy;
  for (const auto &share : shares) {
    if (share->quietAt == kGone)
      continue;
    share->quietAt = kBusy;
    busy.push_back(share.get());
  }
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < busy.size(); ++i)
    helpers.emplace_back([this, share = busy[i]] { work(*share); });
  work(*busy.front());
  for (std::thread &helper : helpers)
    helper.join();
  if (launch.report.stopped())
    return false;
  return std::any_of(shares.begin(), shares.end(),
                     [](const auto &share) { return share->quietAt != kGone; });
}

bool Grid::allQuiet(uint64_t progress) const {
  if (launch.progress.load() != progress)
    return false;
  return std::all_of(shares.begin(), shares.end(), [&](const auto &share) {
    uint64_t at = share->quietAt;
    return at == progress || at == kGone;
  });
}

void Grid::countVisit() {
  if (!turns || ++visits < slice)
    return;
  visits = 0;
  if (turns->areWanted())
    paused = true;
}

void Grid::work(Share &share) {
  auto &resident = share.resident;
  auto begin = [&](uint64_t linear) {
    resident.push_front(share.spare ? std::move(share.spare)
                                    : std::make_unique<Cluster>(launch));
    resident.front()->start(linear);
  };
  // Others may have freed what it knew.
  share.worker.forgetAllocations();
  size_t visited = 0;
  while (!launch.report.stopped() && !paused) {
    bool fresh = false;
    if (resident.empty()) {
      uint64_t linear = nextCluster++;
      if (linear >= clusters) {
        share.quietAt = kGone;
        return;
      }
      begin(linear);
      fresh = true;
    }
    uint64_t before = launch.progress.load();
    Cluster &cluster = *resident.front();
    Block::Outcome outcome = cluster.run(share.worker);
    countVisit();
    ++visited;
    if (outcome == Block::Outcome::Finished) {
      share.spare = std::move(resident.front());
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
    bool isQuiet =
        visited >= resident.size() &&
        std::all_of(resident.begin(), resident.end(),
                    [&](const auto &each) { return each->isQuiet(progress); });
    share.quietAt = isQuiet ? progress : kBusy;
    if (isQuiet && allQuiet(progress))
      paused = quiet = true;
  }
}

void Grid::reportEndlessWaits() {
  for (const auto &share : shares)
    if (!share->resident.empty())
      share->resident.front()->reportEndlessWait();
}

Counters Grid::total() const {
  Counters sum(*launch.config.program);
  for (const auto &share : shares)
    sum.add(share->worker.counters);
  return sum;
}

static Fault faultOf(const Finding &finding) {
  switch (finding.kind) {
  case FindingKind::OutOfBounds:
  case FindingKind::UseAfterFree:
    return Fault::IllegalAddress;
  case FindingKind::Misaligned:
    return Fault::MisalignedAddress;
  case FindingKind::Trap:
    return finding.detail.rfind("assertion", 0) == 0 ? Fault::Assertion
                                                     : Fault::LaunchFailure;
  default:
    return Fault::LaunchFailure;
  }
}

LaunchOutcome brt::emu::runLaunch(const LaunchConfig &config,
                                  const Options &options, DeviceMemory &memory,
                                  Turns *turns) {
  Launch launch(config, options, memory);
  launch.parameterBase = memory.allocate(config.parameters.size(), true);
  if (!launch.parameterBase) {
    LaunchOutcome outcome;
    outcome.fault = Fault::LaunchFailure;
    return outcome;
  }
  memory.beginLaunch();
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

  LaunchOutcome outcome;
  Grid grid(launch, threads, clusters, turns);
  while (grid.run()) {
    Turns::End end = turns ? turns->pass(grid.isQuiet(), grid.hasChanged())
                           : Turns::End::Endless;
    if (end == Turns::End::Endless)
      grid.reportEndlessWaits();
    if (end == Turns::End::Abandoned)
      outcome.fault = Fault::LaunchFailure;
    if (end == Turns::End::Endless || end == Turns::End::Abandoned)
      break;
    if (end == Turns::End::Changed)
      ++launch.progress;
  }
  memory.release(launch.parameterBase);
  memory.endLaunch();

  outcome.findings = launch.report.findings();
  if (!outcome.findings.empty())
    outcome.fault = faultOf(outcome.findings.front());
  if (options.counts)
    outcome.counters = summarise(*config.program, *config.kernel, grid.total());
  return outcome;
}
