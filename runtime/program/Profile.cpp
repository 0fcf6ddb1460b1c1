//===- Profile.cpp - Where the time of an entry point goes ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Profile.h"
#include "Commands.h"
#include "EntryRunner.h"
#include "Terminal.h"
#include "brt/runtime/AtomicFile.h"
#include "brt/runtime/MachineSpeed.h"
#include <algorithm>
#include <nlohmann/json.hpp>

using namespace brt::rt;

namespace {
using Clock = KernelRecorder::Clock;

/// All runs of one kernel.
struct KernelTotal {
  int64_t kernel = 0, runs = 0;
  double seconds = 0, flops = 0, bytes = 0;
};
} // namespace

static double getSeconds(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// Totals of kernels, what takes longest first. Errors: DataLoss for a kernel
/// that the manifest does not have.
static Result<std::vector<KernelTotal>>
addUp(const std::vector<KernelRecorder::Run> &runs, size_t kernels) {
  std::vector<KernelTotal> totals(kernels);
  for (size_t i = 0; i < kernels; ++i)
    totals[i].kernel = static_cast<int64_t>(i);
  for (const KernelRecorder::Run &run : runs) {
    if (run.kernel < 0 || run.kernel >= static_cast<int64_t>(kernels))
      return makeError(StatusCode::DataLoss,
                       "the program runs a kernel {}, which its manifest does "
                       "not have",
                       run.kernel);
    KernelTotal &total = totals[run.kernel];
    ++total.runs;
    total.seconds += getSeconds(run.begin, run.end);
    total.flops += static_cast<double>(run.flops);
    total.bytes += static_cast<double>(run.bytes);
  }
  totals.erase(
      std::remove_if(totals.begin(), totals.end(),
                     [](const KernelTotal &total) { return total.runs == 0; }),
      totals.end());
  std::sort(totals.begin(), totals.end(),
            [](const KernelTotal &a, const KernelTotal &b) {
              return a.seconds > b.seconds;
            });
  return totals;
}

/// A trace in the format of Chrome, which Perfetto reads: times in
/// microseconds.
static std::string formatTrace(const Manifest &manifest,
                               const std::vector<KernelRecorder::Run> &runs,
                               Clock::time_point start) {
  nlohmann::json events = nlohmann::json::array();
  for (const KernelRecorder::Run &run : runs) {
    const KernelInfo &kernel = manifest.kernels[run.kernel];
    events.push_back({{"name", kernel.name},
                      {"ph", "X"},
                      {"pid", 1},
                      {"tid", 1},
                      {"ts", 1e6 * getSeconds(start, run.begin)},
                      {"dur", 1e6 * getSeconds(run.begin, run.end)},
                      {"args",
                       {{"flops", run.flops},
                        {"bytes", run.bytes},
                        {"arguments", kernel.arguments}}}});
  }
  return nlohmann::json{{"traceEvents", std::move(events)},
                        {"displayTimeUnit", "ms"}}
             .dump() +
         "\n";
}

/// The first `most` of the totals, and the others as one line.
static std::string formatTable(const Program &program, double peak,
                               const std::vector<KernelTotal> &totals,
                               double seconds, int64_t calls, size_t most) {
  std::string text =
      fmt::format("{:>10}  {:>6}  {:>6}  {:>8}  {:>7}  {:>7}  {}\n", "ms/call",
                  "share", "runs", "GFLOP/s", "of peak", "GB/s", "kernel");
  auto addLine = [&](double time, std::string_view what) {
    text += fmt::format("{:>10.3f}  {:>5.1f}%  {}\n", 1e3 * time / calls,
                        100 * time / seconds, what);
  };
  double shown = 0, all = 0;
  for (size_t i = 0; i < totals.size(); ++i) {
    const KernelTotal &total = totals[i];
    const KernelInfo &kernel = program.manifest().kernels[total.kernel];
    all += total.seconds;
    if (i >= most)
      continue;
    shown += total.seconds;
    addLine(total.seconds,
            fmt::format("{:>6}  {:>8.1f}  {:>6.1f}%  {:>7.1f}  {} ({})",
                        total.runs / calls, total.flops / total.seconds / 1e9,
                        100 * total.flops / total.seconds / peak,
                        total.bytes / total.seconds / 1e9, kernel.name,
                        kernel.arguments));
  }
  if (totals.size() > most)
    addLine(all - shown, fmt::format("{} other kernels", totals.size() - most));
  addLine(seconds - all, "between kernels");
  return text + fmt::format("{:>10.3f}  a call; peak {:.1f} GFLOP/s of f32\n",
                            1e3 * seconds / calls, peak / 1e9);
}

Status brt::rt::runProfile(const Program &program,
                           const ProfileOptions &options) {
  BRT_ASSIGN_OR_RETURN(
      EntryRunner runner,
      EntryRunner::create(program, options.entry, options.lanes));
  // The first call warms up.
  runner.run();
  double peak = measureFlops(program.isa());
  KernelRecorder recorder;
  Clock::time_point start = Clock::now();
  int64_t calls = 0;
  for (; calls < options.calls && !isInterrupted(); ++calls)
    runner.run();
  double seconds = getSeconds(start, Clock::now());
  if (isInterrupted())
    return makeError(StatusCode::Interrupted, "interrupted");
  peak = (peak + measureFlops(program.isa())) / 2;
  const Manifest &manifest = program.manifest();
  BRT_ASSIGN_OR_RETURN(std::vector<KernelTotal> totals,
                       addUp(recorder.getRuns(), manifest.kernels.size()));
  if (!options.out.empty()) {
    BRT_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::create(options.out));
    std::string trace = formatTrace(manifest, recorder.getRuns(), start);
    BRT_RETURN_IF_ERROR(file.write(trace.data(), trace.size()));
    BRT_RETURN_IF_ERROR(file.commit());
  }
  return print(formatTable(program, peak, totals, seconds, calls, options.top));
}
