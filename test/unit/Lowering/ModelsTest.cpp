//===- ModelsTest.cpp - Compiled models against the reference evaluator ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Entry points of small models: every gate in every configuration, position
// information of each kind, feedback, each precision.
//
//===----------------------------------------------------------------------===//

#include "CheckEntries.h"
#include "brt/InitAll.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Optimize/Passes.h"
#include "brt/passes/Pipelines/Levels.h"
#include "brt/passes/Pipelines/Training.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace brt;
using namespace brt::test;

/// Bounds integers to what an entry point may be given: a position in the first
/// half of a block, and so many tokens that they end in it.
static void boundIntegers(func::FuncOp function, int64_t window) {
  Builder b(function.getContext());
  auto bound = [&](unsigned i, int64_t least, int64_t most) {
    function.setArgAttr(i, "test.range", b.getDenseI64ArrayAttr({least, most}));
  };
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto name = [&](StringRef kind) {
      auto attr = function.getArgAttrOfType<StringAttr>(i, kind);
      return attr ? attr.getValue() : "";
    };
    if (name(BrtDialect::getCarryAttrName()) == "position")
      bound(i, 0, window / 2);
    if (name(BrtDialect::getInputAttrName()) == "counts")
      bound(i, 0, function.getName() == "decode" ? 1 : window / 2);
  }
}

/// Checks the entry points of a model that `build` makes, or only one of them.
static void checkModel(StringRef options, StringRef recurrent,
                       const Tolerance &tolerance, StringRef only,
                       llvm::function_ref<void(OpPassManager &)> build) {
  constexpr int64_t kWindow = 6;
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  std::string text = llvm::formatv(R"(
brt.model @small segment = 18, window = {0}, width = 14, heads = 2, head_width = 6, ffn = 20, precision = {1}{2} {{
  brt.embedding vocabulary = 37
  brt.transformer_layer
  brt.recurrent_layer states = 5{3}
  brt.head
}
)",
                                   kWindow, tolerance.type, options, recurrent);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  PassManager manager(&context);
  build(manager);
  ASSERT_TRUE(succeeded(manager.run(*module))) << text;
  for (auto function :
       llvm::make_early_inc_range(module->getOps<func::FuncOp>())) {
    if (only.empty() || function.getName() == only)
      boundIntegers(function, kWindow);
    else
      function.erase();
  }
  SCOPED_TRACE(text);
  checkEntries(*module, tolerance, {3});
}

static void checkModel(StringRef options, StringRef recurrent,
                       const Tolerance &tolerance, StringRef only = "") {
  checkModel(options, recurrent, tolerance, only, [](OpPassManager &manager) {
    buildCompilePipeline(manager, *findLevel("cell"));
  });
}

static void checkGradients(StringRef options, StringRef recurrent,
                           const Tolerance &tolerance) {
  checkModel(options, recurrent, tolerance, "gradient", buildTrainingPipeline);
}

/// Checks a training step from random parameters and state.
static void checkTraining(const Tolerance &tolerance,
                          const AddOptimizerPassOptions &optimizer) {
  checkModel("", "", tolerance, "train_step", [&](OpPassManager &manager) {
    buildTrainingPipeline(manager);
    manager.addPass(createAddOptimizerPass(optimizer));
  });
}

static constexpr Tolerance kF32 = {"f32", reference::Arithmetic::F64, 2e-5};
static constexpr Tolerance kF64 = {"f64", reference::Arithmetic::F64, 1e-12};
/// Gradients of some parameters are small differences.
static constexpr Tolerance kF32Gradient = {"f32", reference::Arithmetic::F64,
                                           2e-4};
static constexpr Tolerance kBF16 = {"bf16", reference::Arithmetic::AsTyped,
                                    2e-2};

TEST(CompiledModels, GatesAndConfigurations) {
  for (StringRef configuration : {"dual", "single", "skip"}) {
    std::string layers;
    for (StringRef gate : {"fixed", "lstm", "full", "residual"})
      layers += (", gate = " + gate + ", configuration = " + configuration +
                 "\n  brt.recurrent_layer states = 3")
                    .str();
    checkModel("", layers, kF32, "forward");
  }
}

TEST(CompiledModels, Precisions) {
  checkModel("", ", gate = lstm, configuration = dual", kF64);
  checkModel("", ", gate = fixed, configuration = skip", kBF16);
}

TEST(CompiledModels, PositionBias) {
  for (StringRef kind : {"none", "rotary", "fourier", "alibi", "nn"})
    checkModel((", position_bias = " + kind).str(), "", kF32, "decode");
}

TEST(CompiledModels, Feedback) {
  checkModel(", feedback = true, stack_window = 6", "", kF32);
}

TEST(CompiledModels, Gradients) {
  constexpr const char *kinds[][3] = {{"dual", "fixed", "lstm"},
                                      {"single", "full", "residual"},
                                      {"skip", "lstm", "fixed"}};
  for (auto [configuration, first, second] : kinds) {
    std::string layers =
        llvm::formatv(", gate = {1}, configuration = {0}\n"
                      "  brt.recurrent_layer states = 3, gate = {2}, "
                      "configuration = {0}",
                      configuration, first, second);
    checkGradients(", norm = layer, norm_bias = true, activation = swish",
                   layers, kF64);
  }
}

TEST(CompiledModels, GradientsOfPositions) {
  for (StringRef kind : {"rotary", "fourier", "alibi", "nn"})
    checkGradients((", attention_sink = true, position_bias = " + kind).str(),
                   "", kF64);
}

TEST(CompiledModels, GradientsInF32) {
  checkGradients(", feedback = true, stack_window = 6", "", kF32Gradient);
}

TEST(CompiledModels, TrainingSteps) {
  constexpr std::pair<Optimizer, Tolerance> kinds[] = {
      {Optimizer::Adafactor, kF64},
      {Optimizer::AdamW, kF32Gradient},
      {Optimizer::SGD, kF64}};
  for (const auto &[kind, tolerance] : kinds) {
    AddOptimizerPassOptions optimizer;
    optimizer.optimizer = kind;
    // The embedding and some kernels are factored.
    optimizer.factoredMinimum = 14;
    checkTraining(tolerance, optimizer);
  }
}

TEST(CompiledModels, TrainingStepsOfManyParts) {
  AddOptimizerPassOptions optimizer;
  optimizer.optimizer = Optimizer::AdamW;
  optimizer.weightDecay = 0.1;
  optimizer.accumulateSteps = 2;
  optimizer.lossGuard = true;
  optimizer.clipNorm = 1;
  optimizer.lossNormalization = LossNormalization::Mean;
  checkTraining(kF64, optimizer);
}
