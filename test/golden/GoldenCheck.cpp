//===- GoldenCheck.cpp - Check models against golden vectors --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include "brt/InitAll.h"
#include "brt/Translate/Json.h"
#include "brt/passes/Expand/Passes.h"
#include "brt/passes/Grad/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ThreadPool.h"
#include <limits>

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

static llvm::cl::OptionCategory category("Options of brt-golden-check");
static llvm::cl::list<std::string> folders(llvm::cl::Positional,
                                           llvm::cl::desc("DIR..."),
                                           llvm::cl::OneOrMore,
                                           llvm::cl::cat(category));
enum class EngineKind { Reference, Compiled, Both };
static llvm::cl::opt<EngineKind>
    engineKind("engine", llvm::cl::desc("What evaluates the models"),
               llvm::cl::init(EngineKind::Both),
               llvm::cl::values(clEnumValN(EngineKind::Reference, "reference",
                                           "the reference evaluator"),
                                clEnumValN(EngineKind::Compiled, "compiled",
                                           "a compiled program"),
                                clEnumValN(EngineKind::Both, "both",
                                           "one, then the other")),
               llvm::cl::cat(category));
static llvm::cl::opt<std::string> instructionSet(
    "isa",
    llvm::cl::desc("Instruction set of compiled programs; else the best"),
    llvm::cl::value_desc("avx512|avx2"), llvm::cl::cat(category));
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

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

static Arithmetic getArithmetic(Precision precision) {
  switch (precision) {
  case Precision::F64:
    return Arithmetic::F64;
  case Precision::F32:
    return Arithmetic::F32;
  case Precision::BF16:
    return Arithmetic::AsTyped;
  }
  llvm_unreachable("all precisions are handled");
}

/// The relative error allowed (README of the golden vectors, Tolerances).
static double getTolerance(Precision precision) {
  switch (precision) {
  case Precision::F64:
    return 1e-9;
  case Precision::F32:
    return 2e-5;
  case Precision::BF16:
    return 5e-2;
  }
  llvm_unreachable("all precisions are handled");
}

/// The relative error allowed for the gradient of one parameter, which may be a
/// small difference of large terms, and for all of a segment together. In bf16
/// such differences are noise, and the official gradients together lie up to
/// 9.7e-2 from those in f64: two runs differ by the square root of 2 times
/// that.
static std::pair<double, double> getGradientTolerances(Precision precision) {
  switch (precision) {
  case Precision::F64:
    return {1e-9, 1e-9};
  case Precision::F32:
    return {2e-4, 2e-5};
  case Precision::BF16:
    return {std::numeric_limits<double>::infinity(), 1.4e-1};
  }
  llvm_unreachable("all precisions are handled");
}

/// Whether gradients are checked.
static bool hasGradients() { return gradients && !stream; }

/// The schedules were computed in f32.
static constexpr double kScheduleTolerance = 1e-5;

/// The model of a case as the entry points of the level `cell` to check.
static OwningOpRef<ModuleOp> expand(const ModelCase &golden,
                                    Precision precision, MLIRContext *context) {
  JsonImportOptions options;
  options.fileName = "config.json";
  options.precision = precision;
  OwningOpRef<ModuleOp> module = importJson(golden.config, context, options);
  PassManager manager(context);
  manager.addPass(createExpandModelPass());
  if (hasGradients())
    manager.addPass(createDifferentiatePass());
  if (!module || failed(manager.run(*module)))
    return nullptr;
  // Code of those that nothing calls would only be waited for.
  for (auto function :
       llvm::make_early_inc_range(module->getOps<func::FuncOp>()))
    if (function.getSymName() == "init" ||
        (!stream && function.getSymName() != "forward" &&
         function.getSymName() != "gradient"))
      function.erase();
  return module;
}

/// Whether the model has entry points that read a document token by token.
static bool isCausal(ModuleOp module) {
  return SymbolTable::lookupSymbolIn(module, "decode") != nullptr;
}

//===----------------------------------------------------------------------===//
// Cases
//===----------------------------------------------------------------------===//

namespace {
/// The line about a case.
struct Outcome {
  enum { Passed, Failed, Skipped } kind;
  std::string text;
};
} // namespace

/// "file:line:column: message", or the message alone.
static std::string getText(Diagnostic &diagnostic) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>())
    os << place.getFilename().getValue() << ":" << place.getLine() << ":"
       << place.getColumn() << ": ";
  os << diagnostic;
  return text;
}

/// Passed where the worst error is tolerated.
static Outcome judge(const Worst &worst, double tolerance) {
  if (worst.error == 0)
    return {Outcome::Passed, "no difference"};
  std::string text;
  llvm::raw_string_ostream(text)
      << "worst error " << llvm::format("%.1e", worst.error) << " of "
      << llvm::format("%.0e", tolerance) << ", in " << worst.where;
  return {worst.error <= tolerance ? Outcome::Passed : Outcome::Failed, text};
}

static Outcome judge(llvm::Expected<Worst> worst, double tolerance) {
  if (!worst)
    return {Outcome::Failed, toString(worst.takeError())};
  return judge(*worst, tolerance);
}

/// Checks a model in one engine.
static Outcome checkModelIn(EngineKind kind, const ModelCase &golden,
                            MLIRContext *context) {
  // The first diagnostic is the reason of a failure.
  std::string reason;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (reason.empty() && diagnostic.getSeverity() == DiagnosticSeverity::Error)
      reason = getText(diagnostic);
    return success();
  });

  // Programs compute in f32 where the vectors are f64.
  Precision precision = golden.precision;
  if (kind == EngineKind::Compiled && precision == Precision::F64)
    precision = Precision::F32;
  OwningOpRef<ModuleOp> module = expand(golden, precision, context);
  if (!module)
    return {Outcome::Failed, reason};
  if (stream && !isCausal(*module))
    return {Outcome::Skipped, "is not causal, so it has no stream"};
  std::unique_ptr<Engine> engine =
      kind == EngineKind::Compiled
          ? createCompiledEngine(std::move(module), instructionSet)
          : createReferenceEngine(std::move(module), getArithmetic(precision));
  if (!engine)
    return {Outcome::Failed, reason};
  FailureOr<Worst> worst = stream ? checkStream(*engine, golden, maxSplits)
                                  : checkSegments(*engine, golden);
  if (failed(worst))
    return {Outcome::Failed, reason};
  double tolerance = getTolerance(precision);
  if (hasGradients()) {
    FailureOr<WorstGradients> found = checkGradients(*engine, golden);
    if (failed(found))
      return {Outcome::Failed, reason};
    auto [single, together] = getGradientTolerances(precision);
    // What is nearest to its limit, or farthest beyond, is told.
    for (auto [other, limit] : {std::pair(found->single, single),
                                std::pair(found->together, together)})
      if (other.error / limit > worst->error / tolerance)
        std::tie(*worst, tolerance) = std::pair(other, limit);
  }
  return judge(*worst, tolerance);
}

static Outcome checkModel(StringRef folder, MLIRContext *context) {
  llvm::Expected<ModelCase> golden = ModelCase::load(folder);
  if (!golden)
    return {Outcome::Failed, toString(golden.takeError())};
  if (engineKind != EngineKind::Both)
    return checkModelIn(engineKind, *golden, context);
  Outcome first = checkModelIn(EngineKind::Reference, *golden, context);
  Outcome second = checkModelIn(EngineKind::Compiled, *golden, context);
  return {first.kind == Outcome::Failed ? first.kind : second.kind,
          "reference: " + first.text + "; compiled: " + second.text};
}

/// The steps of an optimizer alone, which the reference evaluates.
static Outcome checkSteps(StringRef folder, MLIRContext *context) {
  return judge(checkOptimizer(context, folder), getTolerance(Precision::F64));
}

/// Training cases hold the steps of an optimizer beside their segments.
static Outcome checkTraining(StringRef folder, MLIRContext *context) {
  Outcome outcome = checkModel(folder, context);
  if (stream || engineKind == EngineKind::Compiled ||
      outcome.kind != Outcome::Passed)
    return outcome;
  Outcome steps = checkSteps(folder, context);
  return {steps.kind, outcome.text + "; optimizer: " + steps.text};
}

static Outcome checkCase(StringRef folder) {
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
    if (stream || engineKind == EngineKind::Compiled)
      return {Outcome::Skipped, "has no model; the reference checks it"};
    return checkSteps(folder, &context);
  case CaseKind::Schedules: {
    if (stream || engineKind == EngineKind::Compiled)
      return {Outcome::Skipped, "has no model; the reference checks it"};
    llvm::Expected<std::string> text = readText(folder, "schedules.json");
    if (!text)
      return {Outcome::Failed, toString(text.takeError())};
    return judge(checkSchedules(&context, *text), kScheduleTolerance);
  }
  case CaseKind::Trajectory:
    return {Outcome::Skipped, "needs gradients"};
  case CaseKind::Training:
    return checkTraining(folder, &context);
  case CaseKind::Model:
  case CaseKind::None:
    return checkModel(folder, &context);
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
  // Every case has a context of its own, so that cases run side by side.
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(jobs));
  std::vector<std::shared_future<Outcome>> outcomes;
  for (const std::string &folder : *cases)
    outcomes.push_back(pool.async([folder] { return checkCase(folder); }));

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
  llvm::outs() << "remark: optimizers are compared by the reference engine "
                  "only\n"
               << counts[Outcome::Passed] << " passed, "
               << counts[Outcome::Failed] << " failed, "
               << counts[Outcome::Skipped] << " skipped\n";
  return counts[Outcome::Failed] != 0;
}
