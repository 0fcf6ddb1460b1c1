//===- Bench.cpp - The speed of entry points ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each line is the median of calls on random tokens and new parameters. The
// machine's peak is measured around each line, since other work or heat may
// change it meanwhile.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "EntryRunner.h"
#include "Terminal.h"
#include "brt/runtime/MachineSpeed.h"
#include "brt/runtime/Median.h"
#include "brt/runtime/Stream.h"
#include "brt/runtime/Threads.h"
#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

using namespace brt::rt;

/// Calls of a line, however long they take.
static constexpr size_t kLeastCalls = 3;
/// Tokens of a block that `decode` reads in one run, its last ones.
static constexpr int64_t kDecodedTokens = 32;

namespace {
using Clock = std::chrono::steady_clock;

/// Calls of one entry point. `tokens` are read by one call, `flops` are those
/// of its products and `bytes` what it has to read from memory; 0 if not known.
struct Line {
  std::string entry;
  int64_t lanes, tokens;
  double flops, bytes;
  double seconds = 0, peak = 0;
};

class Bench {
public:
  Bench(const Program &program, const BenchOptions &options, double bandwidth)
      : program(program), options(options), bandwidth(bandwidth) {}

  bool wants(std::string_view entry) const {
    return program.manifest().findEntry(entry) >= 0 &&
           (options.entries.empty() ||
            std::find(options.entries.begin(), options.entries.end(), entry) !=
                options.entries.end());
  }

  Status runProducts(std::string_view entry);
  Status runDecode(int64_t lanes);

  std::string formatTable() const;
  std::string formatJson() const;

private:
  const EntryInfo &getEntry(std::string_view name) const {
    const Manifest &manifest = program.manifest();
    return manifest.entries[manifest.findEntry(name)];
  }
  void measure(Line line, const std::function<void()> &call);

  const Program &program;
  const BenchOptions &options;
  double bandwidth;
  std::vector<Line> lines;
};
} // namespace

//===----------------------------------------------------------------------===//
// Measurement
//===----------------------------------------------------------------------===//

static double getSecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Calls again and again for as long as a line may take; the first call warms
/// up.
void Bench::measure(Line line, const std::function<void()> &call) {
  call();
  std::vector<double> times;
  line.peak = measureFlops(program.isa());
  auto begin = Clock::now();
  while (!isInterrupted() && (times.size() < kLeastCalls ||
                              getSecondsSince(begin) < options.seconds)) {
    auto start = Clock::now();
    call();
    times.push_back(getSecondsSince(start));
  }
  if (times.empty())
    return;
  line.peak = (line.peak + measureFlops(program.isa())) / 2;
  line.seconds = getMedian(std::move(times));
  lines.push_back(std::move(line));
}

/// A line of an entry point whose speed is bound by its products.
Status Bench::runProducts(std::string_view entry) {
  BRT_ASSIGN_OR_RETURN(EntryRunner runner,
                       EntryRunner::create(program, entry, options.lanes));
  double flops = static_cast<double>(getEntry(entry).flops) * options.lanes;
  measure({std::string(entry), options.lanes, runner.tokens(), flops,
           /*bytes=*/0},
          [&] { runner.run(); });
  return {};
}

/// Bytes that a token inside a block has to read: all parameters once, and of
/// each lane the keys and values that it sees and the state once. A layer's
/// caches hold two blocks, of which a token sees as many keys as one has.
static int64_t getDecodeBytes(const EntryInfo &decode, int64_t lanes,
                              int64_t block) {
  auto isCache = [&](const Port &port) {
    std::string_view name = port.name;
    std::string_view kind = name.substr(name.find('/') + 1);
    return name.substr(0, name.find('/')) != "feedback" &&
           (kind == "keys" || kind == "values") && port.shape.size() == 4 &&
           port.shape[1] == 2 * block;
  };
  int64_t bytes = 0;
  for (const Port &port : decode.arguments)
    if (port.kind == PortKind::Parameter || port.kind == PortKind::Carry)
      bytes += port.getBytes(lanes) / (isCache(port) ? 2 : 1);
  return bytes;
}

/// Two lines: tokens inside a block, and those that close one, when the state
/// is updated too.
Status Bench::runDecode(int64_t lanes) {
  BRT_ASSIGN_OR_RETURN(Parameters parameters,
                       Parameters::init(program, /*seed=*/1));
  BRT_ASSIGN_OR_RETURN(Stream stream, Stream::create(program, lanes));
  auto draw = [&](int64_t count) {
    return drawLanes(lanes, count, stream.vocabulary());
  };
  // The window is full from the second block on.
  stream.read(parameters, draw(stream.block()));
  int64_t decoded = std::min(kDecodedTokens, stream.block());
  int64_t bytes = getDecodeBytes(getEntry("decode"), lanes, stream.block());
  Line inside = {"decode", lanes, lanes, /*flops=*/0,
                 static_cast<double>(bytes)};
  Line closing = {"decode, closes a block", lanes, lanes, 0, 0};
  std::vector<double> insideTimes, closingTimes;
  auto begin = Clock::now();
  while (!isInterrupted() && (closingTimes.size() < kLeastCalls ||
                              getSecondsSince(begin) < options.seconds)) {
    stream.read(parameters, draw(stream.block() - decoded));
    for (int64_t i = 0; i < decoded && !isInterrupted(); ++i) {
      std::vector<std::vector<int32_t>> tokens = draw(1);
      auto start = Clock::now();
      stream.read(parameters, tokens);
      (i + 1 < decoded ? insideTimes : closingTimes)
          .push_back(getSecondsSince(start));
    }
  }
  for (auto &[line, times] :
       {std::tie(inside, insideTimes), std::tie(closing, closingTimes)}) {
    if (times.empty())
      continue;
    line.seconds = getMedian(times);
    lines.push_back(line);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// The most memory that the process has had since resetPeakMemory(), in bytes.
static int64_t getPeakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0)
      return std::stoll(line.substr(6)) * 1024;
  return 0;
}

static void resetPeakMemory() { std::ofstream("/proc/self/clear_refs") << 5; }

/// Two columns, a rate in billions and its share of what is possible; "-" where
/// that bounds nothing.
static std::string formatShare(double rate, double possible) {
  return rate > 0 ? fmt::format("  {:>8.1f}  {:>6.1f}%", rate / 1e9,
                                100 * rate / possible)
                  : fmt::format("  {:>8}  {:>7}", "-", "-");
}

std::string Bench::formatTable() const {
  std::string text = fmt::format(
      "{}, {} threads, {}: {:.1f} GFLOP/s of {}, {:.1f} GB/s of "
      "reads\n\n{:<22}  {:>5}  {:>7}  {:>10}  {:>9}  {:>8}  {:>7}  {:>8}  {:>7}"
      "\n",
      program.manifest().name, getThreadCount(), program.isa(),
      measureFlops(program.isa()) / 1e9, describeFlops(program.isa()),
      bandwidth / 1e9, "entry point", "lanes", "tokens", "ms", "tokens/s",
      "GFLOP/s", "of peak", "GB/s", "of read");
  for (const Line &line : lines)
    text +=
        fmt::format(
            "{:<22}  {:>5}  {:>7}  {:>10.3f}  {:>9}", line.entry, line.lanes,
            formatCount(line.tokens), 1e3 * line.seconds,
            formatCount(static_cast<uint64_t>(line.tokens / line.seconds))) +
        formatShare(line.flops / line.seconds, line.peak) +
        formatShare(line.bytes / line.seconds, bandwidth) + "\n";
  return text + fmt::format("\npeak memory {} MB\n",
                            formatCount(getPeakMemory() / 1'000'000));
}

std::string Bench::formatJson() const {
  nlohmann::ordered_json root = {{"model", program.manifest().name},
                                 {"threads", getThreadCount()},
                                 {"isa", program.isa()},
                                 {"read_bandwidth", bandwidth},
                                 {"peak_memory", getPeakMemory()}};
  root["lines"] = nlohmann::ordered_json::array();
  for (const Line &line : lines)
    root["lines"].push_back({{"entry", line.entry},
                             {"lanes", line.lanes},
                             {"tokens", line.tokens},
                             {"seconds", line.seconds},
                             {"flops", line.flops},
                             {"bytes", line.bytes},
                             {"peak_flops", line.peak}});
  return root.dump(2) + "\n";
}

Status brt::rt::runBench(const Program &program, const BenchOptions &options) {
  for (const std::string &entry : options.entries)
    if (program.manifest().findEntry(entry) < 0)
      return makeError(StatusCode::Unsupported,
                       "the program has no entry point '{}' to measure", entry);
  double bandwidth = measureReadBandwidth();
  resetPeakMemory();
  Bench bench(program, options, bandwidth);
  for (const char *entry : {"train_step", "forward", "prefill"})
    if (bench.wants(entry))
      BRT_RETURN_IF_ERROR(bench.runProducts(entry));
  if (bench.wants("decode")) {
    BRT_RETURN_IF_ERROR(bench.runDecode(options.lanes));
    if (options.decodeLanes != options.lanes)
      BRT_RETURN_IF_ERROR(bench.runDecode(options.decodeLanes));
  }
  BRT_RETURN_IF_ERROR(
      print(options.json ? bench.formatJson() : bench.formatTable()));
  return isInterrupted() ? makeError(StatusCode::Interrupted, "interrupted")
                         : Status();
}
