//===- FissionTest.cpp - A recurrence computes the same when split --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Entry points and their gradients, before and after fission, by the reference
// evaluator. Each cell says how many products are to stay in its loops, first
// forward, then backward, so that a fission that does nothing fails.
//
//===----------------------------------------------------------------------===//

#include "../Reference/Evaluation.h"
#include "brt/Analysis/Flops.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Fission/Passes.h"
#include "brt/passes/Grad/Passes.h"
#include "brt/passes/Pipelines/Levels.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include <random>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

static constexpr int64_t kLanes = 2;

/// A random argument; integers are tokens or flags.
static Tensor<double> getRandom(RankedTensorType type, std::mt19937 &engine) {
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent = kLanes;
  if (isa<FloatType>(type.getElementType())) {
    auto tensor = Tensor<double>::ofReals(shape);
    std::normal_distribution<double> distribution(0, 0.5);
    for (double &x : tensor.getReals())
      x = distribution(engine);
    return tensor;
  }
  auto tensor = Tensor<double>::ofIntegers(shape);
  int64_t most = type.getElementType().isInteger(1) ? 1 : 6;
  for (int64_t &x : tensor.getIntegers())
    x = std::uniform_int_distribution<int64_t>(0, most)(engine);
  return tensor;
}

/// The results of an entry point for arguments that depend on its name alone.
static Values evaluateEntry(func::FuncOp function) {
  std::mt19937 engine(1);
  Values arguments;
  for (Type type : function.getArgumentTypes())
    arguments.push_back(getRandom(cast<RankedTensorType>(type), engine));
  FailureOr<Values> results =
      evaluateFunction(function, arguments, Arithmetic::F64);
  EXPECT_TRUE(succeeded(results));
  return succeeded(results) ? std::move(*results) : Values();
}

static LogicalResult run(ModuleOp module, std::unique_ptr<Pass> pass) {
  PassManager manager(module.getContext());
  manager.addPass(std::move(pass));
  return manager.run(module);
}

/// Numbers of ops with products in the loops of a function, in their order.
static SmallVector<int64_t> countProductsInLoops(func::FuncOp function) {
  SmallVector<int64_t> counts;
  function.walk<WalkOrder::PreOrder>([&](RecurrenceOp loop) {
    counts.push_back(0);
    for (Operation &op : loop.getBody().front())
      counts.back() += !isa<RecurrenceOp>(op) && countFlops(&op) > 0;
  });
  return counts;
}

/// Expects fission to change no result by more than the order of its sums, and
/// to leave `products` ops with products in the loops of `gradient`.
static void checkFission(TestContext &test, ModuleOp module,
                         ArrayRef<int64_t> products) {
  ASSERT_TRUE(succeeded(run(module, createDifferentiatePass()))) << test.error;
  auto forward = module.lookupSymbol<func::FuncOp>("forward");
  auto gradient = module.lookupSymbol<func::FuncOp>("gradient");
  Values outputs = evaluateEntry(forward), gradients = evaluateEntry(gradient);
  ASSERT_FALSE(gradients.empty()) << test.error;
  ASSERT_TRUE(succeeded(run(module, createFissionRecurrencePass())))
      << test.error;
  EXPECT_EQ(ArrayRef<int64_t>(countProductsInLoops(gradient)), products);
  for (auto [got, expected] : llvm::zip_equal(evaluateEntry(forward), outputs))
    expectNear(got, expected, /*tolerance=*/0);
  for (auto [got, expected] :
       llvm::zip_equal(evaluateEntry(gradient), gradients))
    expectNear(got, expected, /*tolerance=*/1e-12);
  EXPECT_EQ(test.error, "");
}

/// Checks a cell: the lines of a `brt.recurrence` between its header and its
/// end, over the pieces %x [B, 3, 4] of a sequence of 5 blocks.
static void checkCell(StringRef header, StringRef body, StringRef arguments,
                      ArrayRef<int64_t> products) {
  std::string text = llvm::formatv(R"(
func.func @forward(%w: tensor<4x4xf64> {{brt.parameter = "w"}, %v: tensor<4x4xf64> {{brt.parameter = "v"}, %d: tensor<1x1x4xf64> {{brt.parameter = "d"},
    %input: tensor<?x15x4xf64> {{brt.input = "x"}{2})
    -> (tensor<f64> {{brt.output = "sum"}, tensor<?x15x4xf64> {{brt.output = "y"}) attributes {{brt.entry} {{
  {0}
{1}
  }
  %square = arith.mulf %y, %y : tensor<?x15x4xf64>
  %sum = brt.sum_leading %square : tensor<?x15x4xf64> -> tensor<f64>
  return %sum, %y : tensor<f64>, tensor<?x15x4xf64>
})",
                                   header, body, arguments)
                         .str();
  TestContext test;
  OwningOpRef<ModuleOp> module = test.parse(text);
  if (module)
    checkFission(test, *module, products);
}

namespace {

//===----------------------------------------------------------------------===//
// Cells of users
//===----------------------------------------------------------------------===//

/// Two state tensors, of which the second reads the first: the products with
/// what the block brings, and of the output, leave the loop.
TEST(Fission, TwoStates) {
  checkCell(
      R"(%y, %l1, %l2 = brt.recurrence blocks = 5 over (%x = %input : tensor<?x15x4xf64>) carry (%s = %s0 : tensor<?x3x4xf64>, %t = %t0 : tensor<?x3x4xf64>) {)",
      R"(
    %brought = brt.linear %x, %w : tensor<?x3x4xf64>, tensor<4x4xf64>
    %kept = brt.linear %s, %v : tensor<?x3x4xf64>, tensor<4x4xf64>
    %mixed = arith.addf %brought, %kept : tensor<?x3x4xf64>
    %next = math.tanh %mixed : tensor<?x3x4xf64>
    %both = arith.mulf %t, %s : tensor<?x3x4xf64>
    %slow = arith.addf %both, %brought : tensor<?x3x4xf64>
    %read = arith.addf %slow, %next : tensor<?x3x4xf64>
    %out = brt.linear %read, %v : tensor<?x3x4xf64>, tensor<4x4xf64>
    brt.yield %out : tensor<?x3x4xf64> carry %next, %slow : tensor<?x3x4xf64>, tensor<?x3x4xf64>)",
      R"(, %s0: tensor<?x3x4xf64> {brt.carry = "s"}, %t0: tensor<?x3x4xf64> {brt.carry = "t"})",
      {1, 1});
}

/// A state that is read twice, by attention and as it is; keys of the block
/// before are carried, but in no chain.
TEST(Fission, StateReadTwice) {
  checkCell(
      R"(%y, %l1, %l2 = brt.recurrence blocks = 5 over (%x = %input : tensor<?x15x4xf64>) carry (%s = %s0 : tensor<?x3x4xf64>, %p = %p0 : tensor<?x3x4xf64>) {)",
      R"(
    %tokens = brt.linear %x, %w : tensor<?x3x4xf64>, tensor<4x4xf64>
    %queries = brt.split_heads %x into 2 : tensor<?x3x4xf64>
    %keys = tensor.concat dim(1) %p, %tokens : (tensor<?x3x4xf64>, tensor<?x3x4xf64>) -> tensor<?x6x4xf64>
    %window = brt.split_heads %keys into 2 : tensor<?x6x4xf64>
    %self = brt.window_attention %queries, %window, %window {window = 3 : i64} : tensor<?x3x2x2xf64>, tensor<?x6x2x2xf64>
    %state = brt.split_heads %s into 2 : tensor<?x3x4xf64>
    %cross = brt.state_attention %queries, %state, %state : tensor<?x3x2x2xf64>, tensor<?x3x2x2xf64>
    %heads = arith.addf %self, %cross : tensor<?x3x2x2xf64>
    %merged = brt.merge_heads %heads : tensor<?x3x2x2xf64>
    %out = arith.addf %merged, %s : tensor<?x3x4xf64>
    %hidden = brt.linear %s, %v : tensor<?x3x4xf64>, tensor<4x4xf64>
    %mixed = arith.addf %hidden, %tokens : tensor<?x3x4xf64>
    %next = math.tanh %mixed : tensor<?x3x4xf64>
    brt.yield %out : tensor<?x3x4xf64> carry %next, %tokens : tensor<?x3x4xf64>, tensor<?x3x4xf64>)",
      R"(, %s0: tensor<?x3x4xf64> {brt.carry = "s"}, %p0: tensor<?x3x4xf64> {brt.carry = "p"})",
      {1, 1});
}

/// Blocks share their masks, so what drops leaves the loop too.
TEST(Fission, Dropout) {
  checkCell(
      R"(%a = tensor.extract %seed[] : tensor<i64>
  %y, %l1, %l2 = brt.recurrence blocks = 5 over (%x = %input : tensor<?x15x4xf64>) carry (%s = %s0 : tensor<?x3x4xf64>, %p = %p0 : tensor<?x3x4xf64>) {)",
      R"(
    %some = brt.dropout %x draw(%a, %a) {rate = 0.5 : f64, site = 1 : i64} : tensor<?x3x4xf64>
    %tokens = brt.linear %some, %w : tensor<?x3x4xf64>, tensor<4x4xf64>
    %queries = brt.split_heads %some into 2 : tensor<?x3x4xf64>
    %keys = tensor.concat dim(1) %p, %tokens : (tensor<?x3x4xf64>, tensor<?x3x4xf64>) -> tensor<?x6x4xf64>
    %window = brt.split_heads %keys into 2 : tensor<?x6x4xf64>
    %self = brt.window_attention %queries, %window, %window draw(%a, %a) {window = 3 : i64, dropout_rate = 0.5 : f64, dropout_site = 2 : i64} : tensor<?x3x2x2xf64>, tensor<?x6x2x2xf64>
    %merged = brt.merge_heads %self : tensor<?x3x2x2xf64>
    %out = arith.addf %merged, %s : tensor<?x3x4xf64>
    %hidden = brt.linear %s, %v : tensor<?x3x4xf64>, tensor<4x4xf64>
    %mixed = arith.addf %hidden, %tokens : tensor<?x3x4xf64>
    %next = math.tanh %mixed : tensor<?x3x4xf64>
    brt.yield %out : tensor<?x3x4xf64> carry %next, %tokens : tensor<?x3x4xf64>, tensor<?x3x4xf64>)",
      R"(, %s0: tensor<?x3x4xf64> {brt.carry = "s"}, %p0: tensor<?x3x4xf64> {brt.carry = "p"}, %seed: tensor<i64> {brt.input = "seed"})",
      {1, 1});
}

/// A linear recurrence without attention: no product stays.
TEST(Fission, LinearRecurrence) {
  checkCell(
      R"(%y, %l = brt.recurrence blocks = 5 over (%x = %input : tensor<?x15x4xf64>) carry (%s = %s0 : tensor<?x1x4xf64>) {
    %c0 = arith.constant 0 : index
    %lanes = tensor.dim %s, %c0 : tensor<?x1x4xf64>)",
      R"(
    %b = brt.linear %x, %w : tensor<?x3x4xf64>, tensor<4x4xf64>
    %first = tensor.extract_slice %b[0, 0, 0] [%lanes, 1, 4] [1, 1, 1] : tensor<?x3x4xf64> to tensor<?x1x4xf64>
    %empty = tensor.empty(%lanes) : tensor<?x1x4xf64>
    %decay = linalg.generic {indexing_maps = [affine_map<(b, i, e) -> (0, 0, e)>, affine_map<(b, i, e) -> (b, i, e)>], iterator_types = ["parallel", "parallel", "parallel"]}
        ins(%d : tensor<1x1x4xf64>) outs(%empty : tensor<?x1x4xf64>) {
    ^bb0(%in: f64, %unused: f64):
      linalg.yield %in : f64
    } -> tensor<?x1x4xf64>
    %kept = arith.mulf %decay, %s : tensor<?x1x4xf64>
    %next = arith.addf %kept, %first : tensor<?x1x4xf64>
    %state = tensor.collapse_shape %next [[0], [1, 2]] : tensor<?x1x4xf64> into tensor<?x4xf64>
    %read = brt.linear %state, %v : tensor<?x4xf64>, tensor<4x4xf64>
    %place = tensor.empty(%lanes) : tensor<?x3x4xf64>
    %out = linalg.broadcast ins(%read : tensor<?x4xf64>) outs(%place : tensor<?x3x4xf64>) dimensions = [1]
    brt.yield %out : tensor<?x3x4xf64> carry %next : tensor<?x1x4xf64>)",
      R"(, %s0: tensor<?x1x4xf64> {brt.carry = "s"})", {0, 0});
}

/// The example of a cell that the dialect does not know.
TEST(Fission, OwnCell) {
  TestContext test;
  auto text = llvm::MemoryBuffer::getFile(BRT_SOURCE_DIR
                                          "/examples/own-cell/model.mlir");
  ASSERT_TRUE(text);
  OwningOpRef<ModuleOp> module = test.parse((*text)->getBuffer());
  ASSERT_TRUE(module);
  checkFission(test, *module, {0, 0});
}

/// An op that does not say that it treats lanes alike stays, and what it needs
/// stays with what needs it.
TEST(Fission, OpThatMixesLanesStays) {
  checkCell(
      R"(%y, %l = brt.recurrence blocks = 5 over (%x = %input : tensor<?x15x4xf64>) carry (%s = %s0 : tensor<?x3x4xf64>) {)",
      R"(
    %tokens = brt.linear %x, %w : tensor<?x3x4xf64>, tensor<4x4xf64>
    %mean = brt.sum_leading %tokens : tensor<?x3x4xf64> -> tensor<4xf64>
    %biased = brt.linear %x, %v bias(%mean : tensor<4xf64>) : tensor<?x3x4xf64>, tensor<4x4xf64>
    %mixed = arith.addf %biased, %s : tensor<?x3x4xf64>
    %next = math.tanh %mixed : tensor<?x3x4xf64>
    %out = brt.linear %next, %v : tensor<?x3x4xf64>, tensor<4x4xf64>
    brt.yield %out : tensor<?x3x4xf64> carry %next : tensor<?x3x4xf64>)",
      R"(, %s0: tensor<?x3x4xf64> {brt.carry = "s"})", {1, 0});
}

//===----------------------------------------------------------------------===//
// Layers of models
//===----------------------------------------------------------------------===//

OwningOpRef<ModuleOp> expand(TestContext &test, StringRef text) {
  OwningOpRef<ModuleOp> module = test.parse(text);
  if (!module)
    return module;
  PassManager manager(module->getContext());
  buildCompilePipeline(manager, *findLevel("cell"));
  EXPECT_TRUE(succeeded(manager.run(*module))) << test.error;
  return module;
}

struct LayerCase {
  const char *options;
  SmallVector<int64_t> products;
};

/// Every gate in every configuration. Of the skip configuration, four
/// projections, two attentions, the output and the gate stay.
TEST(Fission, Layers) {
  const LayerCase cases[] = {
      {"gate = fixed, configuration = skip", {7, 7}},
      {"gate = full, configuration = skip", {8, 8}},
      {"gate = lstm, configuration = skip", {9, 9}},
      {"gate = fixed, configuration = dual", {9, 9}},
      {"gate = lstm, configuration = dual", {13, 13}},
      {"gate = fixed, configuration = single", {8, 8}},
      {"gate = lstm, configuration = single", {10, 10}},
  };
  for (const LayerCase &layer : cases) {
    SCOPED_TRACE(layer.options);
    TestContext test;
    OwningOpRef<ModuleOp> module = expand(test, llvm::formatv(R"(
brt.model @m segment = 12, window = 4, width = 6, heads = 2, head_width = 3, activation = swish, ffn = 8, precision = f64 {{
  brt.embedding vocabulary = 7
  brt.recurrent_layer states = 3, {0}
  brt.transformer_layer
  brt.head
})",
                                                              layer.options)
                                                    .str());
    ASSERT_TRUE(module);
    checkFission(test, *module, layer.products);
  }
}

/// Layers that are walked in chunks together: a loop in a loop.
TEST(Fission, StackWindow) {
  TestContext test;
  OwningOpRef<ModuleOp> module = expand(test, R"(
brt.model @m segment = 12, window = 2, stack_window = 4, width = 6, heads = 2, head_width = 3, activation = swish, ffn = 8, precision = f64 {
  brt.embedding vocabulary = 7
  brt.transformer_layer
  brt.recurrent_layer states = 3
  brt.head
})");
  ASSERT_TRUE(module);
  auto forward = module->lookupSymbol<func::FuncOp>("forward");
  Values outputs = evaluateEntry(forward);
  ASSERT_FALSE(outputs.empty()) << test.error;
  ASSERT_TRUE(succeeded(run(*module, createFissionRecurrencePass())));
  for (auto [got, expected] : llvm::zip_equal(evaluateEntry(forward), outputs))
    expectNear(got, expected, /*tolerance=*/0);
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// Of a skip layer at W = S = E, the loop keeps no more than 41 % of the
/// products forward and 34 % backward.
TEST(Fission, LoopsHoldTheLeast) {
  TestContext test;
  OwningOpRef<ModuleOp> module = expand(test, R"(
brt.model @m segment = 4096, window = 512, width = 512, heads = 8, head_width = 64, ffn = 2048 {
  brt.embedding vocabulary = 256
  brt.recurrent_layer gate = fixed, configuration = skip, states = 512
  brt.head
})");
  ASSERT_TRUE(module);
  ASSERT_TRUE(succeeded(run(*module, createDifferentiatePass())));
  auto gradient = module->lookupSymbol<func::FuncOp>("gradient");
  auto countLoops = [&] {
    SmallVector<double> counts;
    gradient.walk(
        [&](RecurrenceOp loop) { counts.push_back(countFlops(loop)); });
    return counts;
  };
  SmallVector<double> before = countLoops();
  ASSERT_TRUE(succeeded(run(*module, createFissionRecurrencePass())));
  SmallVector<double> after = countLoops();
  ASSERT_EQ(before.size(), 2u);
  ASSERT_EQ(after.size(), 2u);
  EXPECT_GT(after[0], 0);
  EXPECT_LE(after[0], 0.41 * before[0]);
  EXPECT_GT(after[1], 0);
  EXPECT_LE(after[1], 0.34 * before[1]);
}

} // namespace
