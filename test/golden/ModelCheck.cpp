//===- ModelCheck.cpp - Models of golden vectors in each engine -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ModelCheck.h"
#include "brt/Translate/Json.h"
#include "brt/passes/Expand/Passes.h"
#include "brt/passes/Grad/Passes.h"
#include "brt/passes/Pipelines/Training.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Format.h"
#include <limits>

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

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

/// The relative error allowed for the state of an optimizer, in which gradients
/// of single parameters are squared.
static double getStateTolerance(Precision precision) {
  return precision == Precision::F64 ? 1e-9 : 4e-4;
}

/// The model of a case at the level `cell`, where `build` leads from there.
static OwningOpRef<ModuleOp>
expand(StringRef config, Precision precision, MLIRContext *context,
       llvm::function_ref<LogicalResult(OpPassManager &)> build) {
  JsonImportOptions options;
  options.fileName = "config.json";
  options.precision = precision;
  OwningOpRef<ModuleOp> module = importJson(config, context, options);
  PassManager manager(context);
  manager.addPass(createExpandModelPass());
  if (!module || failed(build(manager)) || failed(manager.run(*module)))
    return nullptr;
  return module;
}

/// Keeps the entry points to check: code of those that nothing calls would only
/// be waited for.
static void keepEntries(ModuleOp module,
                        llvm::function_ref<bool(StringRef)> isKept) {
  for (auto function :
       llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
    if (!isKept(function.getSymName()))
      function.erase();
}

/// Whether the model has entry points that read a document token by token.
static bool isCausal(ModuleOp module) {
  return SymbolTable::lookupSymbolIn(module, "decode") != nullptr;
}

//===----------------------------------------------------------------------===//
// Cases
//===----------------------------------------------------------------------===//

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

Outcome golden::judge(ArrayRef<std::pair<Worst, double>> found) {
  auto getShare = [](const std::pair<Worst, double> &one) {
    return one.first.error / one.second;
  };
  const auto &[worst, tolerance] = *llvm::max_element(
      found, [&](auto &a, auto &b) { return getShare(a) < getShare(b); });
  if (worst.error == 0)
    return {Outcome::Passed, "no difference"};
  std::string text;
  llvm::raw_string_ostream(text)
      << "worst error " << llvm::format("%.1e", worst.error) << " of "
      << llvm::format("%.0e", tolerance) << ", in " << worst.where;
  return {worst.error <= tolerance ? Outcome::Passed : Outcome::Failed, text};
}

Outcome golden::judge(llvm::Expected<Worst> worst, double tolerance) {
  if (!worst)
    return {Outcome::Failed, toString(worst.takeError())};
  return judge({{*worst, tolerance}});
}

/// Programs compute in f32 where the vectors are f64.
static Precision getPrecision(EngineKind kind, Precision precision) {
  return kind == EngineKind::Compiled && precision == Precision::F64
             ? Precision::F32
             : precision;
}

static std::unique_ptr<Engine> createEngine(EngineKind kind,
                                            const CheckOptions &options,
                                            OwningOpRef<ModuleOp> module,
                                            Precision precision) {
  switch (kind) {
  case EngineKind::Reference:
    return createReferenceEngine(std::move(module), getArithmetic(precision));
  case EngineKind::TileX86:
    return createTileEngine(std::move(module), TileSizes::X86);
  case EngineKind::TileGPU:
    return createTileEngine(std::move(module), TileSizes::GPU);
  case EngineKind::Compiled:
    return createCompiledEngine(std::move(module), options.instructionSet);
  case EngineKind::Both:
    break;
  }
  llvm_unreachable("each engine checks on its own");
}

/// Runs a check in each engine that is asked for. What goes wrong is the first
/// diagnostic where a check returns no outcome.
static Outcome
checkInEngines(EngineKind engine, MLIRContext *context,
               llvm::function_ref<FailureOr<Outcome>(EngineKind)> check) {
  auto checkIn = [&](EngineKind kind) -> Outcome {
    std::string reason;
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      if (reason.empty() &&
          diagnostic.getSeverity() == DiagnosticSeverity::Error)
        reason = getText(diagnostic);
      return success();
    });
    FailureOr<Outcome> outcome = check(kind);
    return succeeded(outcome) ? *outcome : Outcome{Outcome::Failed, reason};
  };
  if (engine != EngineKind::Both)
    return checkIn(engine);
  Outcome first = checkIn(EngineKind::Reference);
  Outcome second = checkIn(EngineKind::Compiled);
  return {first.kind == Outcome::Failed ? first.kind : second.kind,
          "reference: " + first.text + "; compiled: " + second.text};
}

/// Checks the segments of a model, or its stream, in one engine.
static FailureOr<Outcome> checkModelIn(EngineKind kind,
                                       const CheckOptions &options,
                                       const ModelCase &golden,
                                       MLIRContext *context) {
  bool gradients = options.gradients && !options.stream;
  Precision precision = getPrecision(kind, golden.precision);
  OwningOpRef<ModuleOp> module =
      expand(golden.config, precision, context, [&](OpPassManager &manager) {
        if (gradients)
          manager.addPass(createDifferentiatePass());
        return success();
      });
  if (!module)
    return failure();
  if (options.stream && !isCausal(*module))
    return Outcome{Outcome::Skipped, "is not causal, so it has no stream"};
  keepEntries(*module, [&](StringRef name) {
    return name == "forward" ||
           (options.stream ? name == "prefill" || name == "decode"
                           : name == "gradient");
  });
  std::unique_ptr<Engine> engine =
      createEngine(kind, options, std::move(module), precision);
  if (!engine)
    return failure();
  FailureOr<Worst> worst = options.stream
                               ? checkStream(*engine, golden, options.maxSplits)
                               : checkSegments(*engine, golden);
  if (failed(worst))
    return failure();
  double tolerance = getTolerance(precision);
  if (!gradients)
    return judge({{*worst, tolerance}});
  FailureOr<WorstGradients> found = checkGradients(*engine, golden);
  if (failed(found))
    return failure();
  auto [single, together] = getGradientTolerances(precision);
  return judge({{*worst, tolerance},
                {found->single, single},
                {found->together, together}});
}

Outcome golden::checkModel(StringRef folder, const CheckOptions &options,
                           MLIRContext *context) {
  llvm::Expected<ModelCase> golden = ModelCase::load(folder);
  if (!golden)
    return {Outcome::Failed, toString(golden.takeError())};
  return checkInEngines(options.engine, context, [&](EngineKind kind) {
    return checkModelIn(kind, options, *golden, context);
  });
}

/// Checks consecutive steps of training in one engine.
static FailureOr<Outcome> checkStepsIn(EngineKind kind,
                                       const CheckOptions &options,
                                       const TrainingCase &golden,
                                       MLIRContext *context) {
  Precision precision = getPrecision(kind, golden.precision);
  OwningOpRef<ModuleOp> module =
      expand(golden.config, precision, context, [&](OpPassManager &manager) {
        manager.addPass(createDifferentiatePass());
        return addOptimizerPass(
            manager, golden.optimizer.options, [&](const Twine &message) {
              return emitError(UnknownLoc::get(context), message);
            });
      });
  if (!module)
    return failure();
  keepEntries(*module, [](StringRef name) { return name == "train_step"; });
  std::unique_ptr<Engine> engine =
      createEngine(kind, options, std::move(module), precision);
  if (!engine)
    return failure();
  FailureOr<WorstStep> worst = checkTraining(*engine, golden);
  if (failed(worst))
    return failure();
  return judge({{worst->values, getTolerance(precision)},
                {worst->state, getStateTolerance(precision)}});
}

Outcome golden::checkSteps(StringRef folder, const CheckOptions &options,
                           MLIRContext *context) {
  llvm::Expected<TrainingCase> golden = TrainingCase::load(folder);
  if (!golden)
    return {Outcome::Failed, toString(golden.takeError())};
  return checkInEngines(options.engine, context, [&](EngineKind kind) {
    return checkStepsIn(kind, options, *golden, context);
  });
}

Outcome golden::checkUpdates(StringRef folder, const CheckOptions &options,
                             MLIRContext *context) {
  return checkInEngines(
      options.engine, context, [&](EngineKind kind) -> FailureOr<Outcome> {
        auto create = [&](OwningOpRef<ModuleOp> module) {
          return createEngine(kind, options, std::move(module), Precision::F64);
        };
        return judge(checkOptimizer(context, folder, create),
                     getTolerance(Precision::F64));
      });
}
