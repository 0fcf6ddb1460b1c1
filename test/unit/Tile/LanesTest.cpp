//===- LanesTest.cpp - Programs over tiles as PTX -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The level `tile`, as the passes make it for x86, lowered by one layout
// written by hand to PTX: ptxas takes it without spills, and the emulator
// computes what plain loops do, with all checks on. Run on the emulator.
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "../../emulator/Machine.h"
#include "brt/InitAll.h"
#include "brt/Reference/Evaluate.h"
#include "brt/passes/Tile/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace brt::test;

static constexpr int64_t kRows = 64;

/// The first function of `text` as PTX, after `pass` has made a program over
/// tiles of it.
static std::string compile(StringRef text, std::unique_ptr<Pass> pass) {
  DialectRegistry registry;
  brt::registerAllDialects(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return "";
  PassManager manager(&context);
  manager.addPass(std::move(pass));
  if (failed(manager.run(*module)) || failed(lowerToLanes(*module, kRows)))
    return "";
  return translateToPtx(*module);
}

static std::vector<float> draw(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> numbers(count);
  for (float &number : numbers)
    number = normal(random);
  return numbers;
}

/// What ptxas says of spills and local memory, or why it could not be asked.
static std::string askPtxas(const std::string &ptx) {
  std::string path = testing::TempDir() + "/lanes.ptx";
  std::ofstream(path) << ptx;
  std::string command = BRT_PTXAS " -arch=sm_80 -v -o /dev/null " + path +
                        " > " + path + ".log 2>&1";
  int status = std::system(command.c_str());
  std::ifstream log(path + ".log");
  std::string text((std::istreambuf_iterator<char>(log)), {});
  return status ? "ptxas failed: " + text : text;
}

/// Runs the kernel and returns the last of its buffers, which starts as
/// `result`.
static std::vector<float> run(const std::string &ptx, const std::string &name,
                              uint32_t blocks,
                              const std::vector<std::vector<float>> &buffers,
                              size_t results) {
  brt::emu::test::Machine machine;
  auto program = machine.load(ptx);
  if (!program) {
    ADD_FAILURE() << machine.diagnostic.message << " at line "
                  << machine.diagnostic.where.line;
    return {};
  }
  std::vector<uint64_t> addresses;
  for (const std::vector<float> &buffer : buffers)
    addresses.push_back(machine.upload(buffer));
  addresses.push_back(machine.allocate(results * sizeof(float)));
  brt::emu::LaunchOutcome outcome =
      machine.run(*program, name, blocks, kRows, addresses);
  EXPECT_TRUE(outcome.findings.empty());
  return machine.download<float>(addresses.back(), results);
}

static double getRelativeError(const std::vector<float> &values,
                               const std::vector<double> &expected) {
  double error = 0, size = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    error += (values[i] - expected[i]) * (values[i] - expected[i]);
    size += expected[i] * expected[i];
  }
  return std::sqrt(error / size);
}

static void expectNoSpills(const std::string &ptx) {
  if (std::string(BRT_PTXAS).empty())
    GTEST_SKIP() << "needs ptxas to count spills";
  std::string log = askPtxas(ptx);
  EXPECT_NE(log.find(" 0 bytes spill stores, 0 bytes spill loads"),
            std::string::npos)
      << log;
}

TEST(Lanes, Product) {
  // Ragged along every axis.
  constexpr int64_t m = 100, n = 70, k = 50;
  std::string ptx = compile(R"(
    func.func @product(%a: memref<100x50xf32>, %b: memref<70x50xf32>, %c: memref<100x70xf32>) {
      %zero = arith.constant 0.0 : f32
      linalg.fill ins(%zero : f32) outs(%c : memref<100x70xf32>)
      linalg.contract
          indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
          ins(%a, %b : memref<100x50xf32>, memref<70x50xf32>) outs(%c : memref<100x70xf32>)
      return
    })",
                            [] {
                              brt::TileProductsPassOptions options;
                              options.rows = options.rowStep = kRows;
                              options.columns = options.columnStep = 32;
                              options.depth = 32;
                              options.tasks = 1;
                              return brt::createTileProductsPass(options);
                            }());
  ASSERT_FALSE(ptx.empty());
  std::vector<float> a = draw(m * k, 1), b = draw(n * k, 2);
  std::vector<double> expected(m * n);
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t l = 0; l < k; ++l)
        expected[i * n + j] += double(a[i * k + l]) * b[j * k + l];
  std::vector<float> c = run(ptx, "product", /*blocks=*/2 * 3, {a, b}, m * n);
  ASSERT_EQ(c.size(), expected.size());
  EXPECT_LE(getRelativeError(c, expected), 1e-6);

  expectNoSpills(ptx);
}

/// The reference evaluator's results for a function on tensors.
static std::vector<std::vector<double>>
evaluate(StringRef text, const std::vector<std::vector<float>> &arguments) {
  DialectRegistry registry;
  brt::registerAllDialects(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  auto function = *module->getOps<func::FuncOp>().begin();
  using Tensor = brt::reference::Tensor<double>;
  std::vector<Tensor> tensors;
  for (auto [type, numbers] :
       llvm::zip_equal(function.getArgumentTypes(), arguments)) {
    Tensor tensor = Tensor::ofReals(cast<RankedTensorType>(type).getShape());
    for (auto [i, number] : llvm::enumerate(numbers))
      tensor.getReals()[i] = number;
    tensors.push_back(std::move(tensor));
  }
  auto results = brt::reference::evaluateFunction(
      function, tensors, brt::reference::Arithmetic::F64);
  std::vector<std::vector<double>> numbers;
  for (const Tensor &result : *results)
    numbers.emplace_back(result.getReals().begin(), result.getReals().end());
  return numbers;
}

TEST(Lanes, WindowAttention) {
  // Two tiles of queries, the second ragged, over tiles of 32 keys, of which
  // some are masked at either edge and some not at all.
  constexpr int64_t n = 100, m = 196, heads = 2, width = 16, window = 96;
  std::string ptx = compile(R"(
    func.func @attention(%q: memref<1x100x2x16xf32>, %k: memref<1x196x2x16xf32>, %v: memref<1x196x2x16xf32>,
                         %t: memref<2xf32>, %bias: memref<2x96xf32>, %y: memref<1x100x2x16xf32>) {
      kernel.attention %q, %k, %v temperature(%t : memref<2xf32>) bias(%bias : memref<2x96xf32>)
          outs(%y : memref<1x100x2x16xf32>) {window = 96 : i64, scale = 0.25 : f64}
          : memref<1x100x2x16xf32>, memref<1x196x2x16xf32>, memref<1x196x2x16xf32>
      return
    })",
                            [] {
                              brt::TileAttentionPassOptions options;
                              options.queries = options.queryStep = kRows;
                              options.keys = options.keyStep = 32;
                              return brt::createTileAttentionPass(options);
                            }());
  ASSERT_FALSE(ptx.empty());
  std::vector<std::vector<float>> arguments = {draw(n * heads * width, 1),
                                               draw(m * heads * width, 2),
                                               draw(m * heads * width, 3),
                                               {0.5f, 2.0f},
                                               draw(heads * window, 4)};
  std::vector<double> expected = evaluate(R"(
    func.func @attention(%q: tensor<1x100x2x16xf32>, %k: tensor<1x196x2x16xf32>, %v: tensor<1x196x2x16xf32>,
                         %t: tensor<2xf32>, %bias: tensor<2x96xf32>) -> tensor<1x100x2x16xf32> {
      %0 = brt.window_attention %q, %k, %v temperature(%t : tensor<2xf32>) bias(%bias : tensor<2x96xf32>)
          {window = 96, scale = 0.25 : f64} : tensor<1x100x2x16xf32>, tensor<1x196x2x16xf32>
      return %0 : tensor<1x100x2x16xf32>
    })",
                                          arguments)
                                     .front();
  std::vector<float> y =
      run(ptx, "attention", /*blocks=*/heads * 2, arguments, expected.size());
  ASSERT_EQ(y.size(), expected.size());
  EXPECT_LE(getRelativeError(y, expected), 1e-5);
  expectNoSpills(ptx);
}
