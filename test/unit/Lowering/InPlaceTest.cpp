//===- InPlaceTest.cpp - What is updated is not copied --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is as large as a matrix of parameters, in a training step on buffers:
// copies, of which there are none, and allocations, of which there are those of
// gradients. What is as large as a part of the carry, in reading a token: none.
//
//===----------------------------------------------------------------------===//

#include "CheckEntries.h"
#include "brt/InitAll.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Expand/Passes.h"
#include "brt/passes/Optimize/Passes.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "brt/passes/Pipelines/Training.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include <gtest/gtest.h>
#include <map>

using namespace mlir;
using namespace brt;

// All shapes of its parameters differ from those of its activations, which have
// lanes, and of its tables of positions.
static constexpr const char *kModel = R"(
brt.model @small segment = 18, window = 6, width = 14, heads = 2, head_width = 10, ffn = 22 {
  brt.embedding vocabulary = 37
  brt.transformer_layer count = 2
  brt.recurrent_layer states = 5, gate = lstm, configuration = dual
  brt.head
}
)";

namespace {
/// Numbers of buffers by shape.
using Counts = std::map<std::vector<int64_t>, int>;

class InPlace : public testing::Test {
protected:
  InPlace() {
    registerAllDialects(registry);
    registerLoweringInterfaces(registry);
    context.appendDialectRegistry(registry);
  }

  OwningOpRef<ModuleOp> build(function_ref<void(OpPassManager &)> addPasses) {
    auto module = parseSourceString<ModuleOp>(kModel, &context);
    PassManager manager(&context);
    buildTrainingPipeline(manager);
    addPasses(manager);
    if (!module || failed(manager.run(*module)))
      return nullptr;
    for (auto function :
         llvm::make_early_inc_range(module->getOps<func::FuncOp>()))
      if (function.getName() != "gradient" &&
          function.getName() != "train_step")
        function.erase();
    return module;
  }

  /// Lowers to buffers and counts those that have the shape of an argument of
  /// that kind of two axes or more; sums over rows are as long as vectors.
  void count(ModuleOp module,
             StringRef kind = BrtDialect::getParameterAttrName());

  DialectRegistry registry;
  MLIRContext context;
  Counts updated, allocations, copies;
};
} // namespace

static std::vector<int64_t> getShape(Type type) {
  return cast<ShapedType>(type).getShape().vec();
}

void InPlace::count(ModuleOp module, StringRef kind) {
  updated.clear(), allocations.clear(), copies.clear();
  auto entry = *module.getOps<func::FuncOp>().begin();
  for (unsigned i = 0; i < entry.getNumArguments(); ++i)
    if (entry.getArgAttr(i, kind) &&
        getShape(entry.getArgumentTypes()[i]).size() > 1)
      ++updated[getShape(entry.getArgumentTypes()[i])];
  std::string name = entry.getName().str();

  PassManager manager(&context);
  buildBufferPipeline(manager);
  ASSERT_TRUE(succeeded(manager.run(module)));
  entry = module.lookupSymbol<func::FuncOp>(name);
  auto add = [&](Counts &counts, Type type) {
    if (updated.count(getShape(type)))
      ++counts[getShape(type)];
  };
  entry.walk([&](memref::ViewOp op) { add(allocations, op.getType()); });
  entry.walk([&](func::CallOp op) {
    if (op.getCallee().starts_with("brt_copy"))
      add(copies, op.getOperand(1).getType());
  });
}

/// Checks that the optimizer adds no buffer and no copy to those of gradients.
/// The gradients themselves are results of the one, and buffers of the other.
static void expectNoMore(const Counts &parameters, const Counts &gradient,
                         const Counts &step) {
  auto at = [](const Counts &counts, const std::vector<int64_t> &shape) {
    auto it = counts.find(shape);
    return it == counts.end() ? 0 : it->second;
  };
  for (const auto &[shape, count] : parameters)
    EXPECT_LE(at(step, shape), at(gradient, shape) + count)
        << testing::PrintToString(shape);
}

TEST_F(InPlace, TrainingStep) {
  OwningOpRef<ModuleOp> module = build([](OpPassManager &) {});
  ASSERT_TRUE(module);
  count(*module);
  Counts ofGradient = allocations;
  ASSERT_GT(updated.size(), 5u);

  for (Optimizer kind :
       {Optimizer::Adafactor, Optimizer::AdamW, Optimizer::SGD})
    for (bool parts : {false, true}) {
      SCOPED_TRACE(testing::Message()
                   << "optimizer " << int(kind) << ", " << parts);
      AddOptimizerPassOptions options;
      options.optimizer = kind;
      options.factoredMinimum = 20;
      if (parts) {
        options.accumulateSteps = 3;
        options.clipNorm = 1;
        options.lossGuard = true;
        options.lossNormalization = LossNormalization::Mean;
      }
      module = build([&](OpPassManager &manager) {
        manager.addPass(createAddOptimizerPass(options));
      });
      ASSERT_TRUE(module);
      count(*module);
      EXPECT_EQ(copies, Counts());
      expectNoMore(updated, ofGradient, allocations);
    }
}

/// Checks that nothing in an entry point is as large as a cache of keys, and
/// that no part of the carry is copied.
TEST_F(InPlace, StreamEntries) {
  for (StringRef name : {"prefill", "decode"}) {
    auto module = parseSourceString<ModuleOp>(kModel, &context);
    PassManager manager(&context);
    manager.addPass(createExpandModelPass());
    manager.addPass(createCanonicalizerPass());
    manager.addPass(createCSEPass());
    ASSERT_TRUE(succeeded(manager.run(*module)));
    for (auto function :
         llvm::make_early_inc_range(module->getOps<func::FuncOp>()))
      if (function.getName() != name)
        function.erase();
    count(*module, BrtDialect::getCarryAttrName());
    std::vector<int64_t> cache = {ShapedType::kDynamic, 12, 2, 10};
    EXPECT_EQ(updated[cache], 6);
    EXPECT_EQ(updated.size(), 3u);
    EXPECT_EQ(copies, Counts()) << name.str();
    EXPECT_EQ(allocations.count(cache), 0u) << name.str();
  }
}

// A parameter that is read after its update is copied, so the count above can
// fail.
TEST_F(InPlace, ReadAfterUpdate) {
  auto module = parseSourceString<ModuleOp>(R"(
func.func @train_step(%w: tensor<40x50xf32> {brt.parameter = "w"}, %g: tensor<40x50xf32> {brt.input = "g"})
    -> (tensor<40x50xf32> {brt.parameter = "w"}, tensor<f32> {brt.output = "y"}) attributes {brt.entry} {
  %c = arith.constant dense<0.0> : tensor<f32>
  %0 = arith.addf %w, %g : tensor<40x50xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%w : tensor<40x50xf32>) outs(%c : tensor<f32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.addf %in, %out : f32
    linalg.yield %a : f32
  } -> tensor<f32>
  return %0, %1 : tensor<40x50xf32>, tensor<f32>
}
)",
                                            &context);
  ASSERT_TRUE(module);
  count(*module);
  Counts one = {{{40, 50}, 1}};
  EXPECT_EQ(allocations, one);
  EXPECT_EQ(copies, one);
}

// Carries that change places, and one that is read after its update is known.
TEST_F(InPlace, ExchangedCarries) {
  auto module = parseSourceString<ModuleOp>(R"(
func.func @step(%a: tensor<?x8xf32> {brt.carry = "a"}, %b: tensor<?x8xf32> {brt.carry = "b"}, %c: tensor<?x8xf32> {brt.carry = "c"}, %x: tensor<?x8xf32> {brt.input = "x"})
    -> (tensor<?x8xf32> {brt.carry = "a"}, tensor<?x8xf32> {brt.carry = "c"}, tensor<?x8xf32> {brt.carry = "b"}, tensor<?x8xf32> {brt.output = "y"}) attributes {brt.entry} {
  %0 = arith.addf %c, %x : tensor<?x8xf32>
  %1 = arith.mulf %a, %0 : tensor<?x8xf32>
  %2 = arith.mulf %c, %1 : tensor<?x8xf32>
  return %b, %0, %a, %2 : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}
)",
                                            &context);
  ASSERT_TRUE(module);
  test::checkEntries(*module, {"f32", reference::Arithmetic::F64, 1e-6},
                     {1, 3});
}
