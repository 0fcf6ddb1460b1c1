//===- GoldenCheck.cpp - Check models against golden vectors --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ModelCheck.h"
#include "brt/InitAll.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

static llvm::cl::OptionCategory category("Options of brt-golden-check");
static llvm::cl::list<std::string> folders(llvm::cl::Positional,
                                           llvm::cl::desc("DIR..."),
                                           llvm::cl::OneOrMore,
                                           llvm::cl::cat(category));
static llvm::cl::opt<EngineKind>
    engineKind("engine", llvm::cl::desc("What evaluates the models"),
               llvm::cl::init(EngineKind::Both),
               llvm::cl::values(clEnumValN(EngineKind::Reference, "reference",
                                           "the reference evaluator"),
                                clEnumValN(EngineKind::TileX86, "tile-x86",
                                           "the level tile, in sizes for AVX2"),
                                clEnumValN(EngineKind::TileGPU, "tile-gpu",
                                           "the level tile, in sizes such as a "
                                           "GPU would choose"),
                                clEnumValN(EngineKind::Compiled, "compiled",
                                           "a compiled program"),
                                clEnumValN(EngineKind::Both, "both",
                                           "reference, then compiled")),
               llvm::cl::cat(category));
static llvm::cl::opt<std::string> instructionSet(
    "isa",
    llvm::cl::desc("Instruction set of compiled programs; else the best"),
    llvm::cl::value_desc("avx512_bf16|avx512|avx2"), llvm::cl::cat(category));
static llvm::cl::opt<unsigned>
    jobs("jobs",
         llvm::cl::desc("Cases side by side; else as many as processors"),
         llvm::cl::init(0), llvm::cl::cat(category));
static llvm::cl::opt<bool>
    stream("stream",
           llvm::cl::desc("Check prefill and decode against forward instead"),
           llvm::cl::cat(category));
static llvm::cl::opt<bool>
    gradients("gradients", llvm::cl::desc("Check gradients too (default)"),
              llvm::cl::init(true), llvm::cl::cat(category));
static llvm::cl::opt<int64_t> maxSplits(
    "max-splits",
    llvm::cl::desc("With --stream: take about so many splits of a document "
                   "where it has more"),
    llvm::cl::init(64), llvm::cl::cat(category));

/// The schedules were computed in f32.
static constexpr double kScheduleTolerance = 1e-5;

/// Training cases are segments, updates, and steps that are both.
static Outcome checkTrainingCase(StringRef folder, const CheckOptions &options,
                                 MLIRContext *context) {
  Outcome outcome = checkModel(folder, options, context);
  auto follow = [&](StringRef what, decltype(checkSteps) *check) {
    if (options.stream || outcome.kind != Outcome::Passed)
      return;
    Outcome next = check(folder, options, context);
    outcome = {next.kind, outcome.text + "; " + what.str() + ": " + next.text};
  };
  follow("optimizer", checkUpdates);
  follow("steps", checkSteps);
  return outcome;
}

static Outcome checkCase(StringRef folder, const CheckOptions &options) {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  switch (getCaseKind(folder)) {
  case CaseKind::T5Buckets: {
    llvm::Expected<std::string> text = readText(folder, "buckets.json");
    llvm::Expected<int64_t> count =
        text ? checkBuckets(&context, *text) : text.takeError();
    if (!count)
      return {Outcome::Failed, toString(count.takeError())};
    return {Outcome::Passed, std::to_string(*count) + " distances"};
  }
  case CaseKind::Optimizer:
    if (options.stream)
      return {Outcome::Skipped, "has no segments"};
    return checkUpdates(folder, options, &context);
  case CaseKind::Schedules: {
    if (options.stream || options.engine == EngineKind::Compiled)
      return {Outcome::Skipped, "has no model; the reference checks it"};
    llvm::Expected<std::string> text = readText(folder, "schedules.json");
    if (!text)
      return {Outcome::Failed, toString(text.takeError())};
    return judge(checkSchedules(&context, *text), kScheduleTolerance);
  }
  case CaseKind::Trajectory:
    if (options.stream)
      return {Outcome::Skipped, "has no segments"};
    return checkSteps(folder, options, &context);
  case CaseKind::Training:
    return checkTrainingCase(folder, options, &context);
  case CaseKind::Model:
  case CaseKind::None:
    return checkModel(folder, options, &context);
  }
  llvm_unreachable("all kinds are handled");
}

int main(int argc, char **argv) {
  llvm::cl::HideUnrelatedOptions(category);
  llvm::cl::ParseCommandLineOptions(
      argc, argv,
      "Check models against golden vectors of the official implementation\n\n"
      "  brt-golden-check golden             every case of a folder\n"
      "  brt-golden-check golden/rec_first   one case\n"
      "  brt-golden-check --engine=reference golden\n"
      "  brt-golden-check --stream golden    prefill and decode against "
      "forward\n");
  if (maxSplits < 1) {
    llvm::errs()
        << "brt-golden-check: expects --max-splits to be positive, but "
           "got "
        << maxSplits << "\n";
    return 1;
  }
  llvm::Expected<std::vector<std::string>> cases = findCases(folders);
  if (!cases) {
    llvm::errs() << "brt-golden-check: " << toString(cases.takeError()) << "\n";
    return 1;
  }
  CheckOptions options = {engineKind, instructionSet, stream, maxSplits,
                          gradients};
  // Every case has a context of its own, so that cases run side by side.
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(jobs));
  std::vector<std::shared_future<Outcome>> outcomes;
  for (const std::string &folder : *cases)
    outcomes.push_back(pool.async([=] { return checkCase(folder, options); }));

  int counts[3] = {0, 0, 0};
  constexpr const char *words[] = {"pass", "FAIL", "skip"};
  for (auto [folder, future] : llvm::zip_equal(*cases, outcomes)) {
    const Outcome &outcome = future.get();
    ++counts[outcome.kind];
    llvm::outs() << words[outcome.kind] << " "
                 << llvm::sys::path::filename(folder) << ": " << outcome.text
                 << "\n";
    llvm::outs().flush();
  }
  llvm::outs() << counts[Outcome::Passed] << " passed, "
               << counts[Outcome::Failed] << " failed, "
               << counts[Outcome::Skipped] << " skipped\n";
  return counts[Outcome::Failed] != 0;
}
