//===- Products.cpp - Products against the machine's peak -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints, for products forward, of gradients of inputs and of weights, in f32
// with packing and transposition inside the timing, the FLOP/s of one thread
// and their share of what the machine was measured to do just before and after.
//
//===----------------------------------------------------------------------===//

#include "../unit/Lowering/CompiledProgram.h"
#include "brt/runtime/Buffer.h"
#include "brt/runtime/MachineSpeed.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace brt::rt;
using namespace brt::test;

namespace {
/// `rows` vectors of `in` numbers times a matrix that makes `out` of each.
struct Shape {
  const char *kind;
  int64_t rows, in, out;

  double getFlops() const { return 2.0 * rows * in * out; }
};
} // namespace

static const Shape kShapes[] = {
    {"forward", 4096, 512, 512},  {"forward", 4096, 512, 2048},
    {"forward", 4096, 2048, 512}, {"forward", 512, 512, 512},
    {"forward", 512, 1024, 512},  {"dX", 4096, 512, 2048},
    {"dX", 4096, 2048, 512},      {"dX", 512, 512, 512},
    {"dW", 4096, 512, 512},       {"dW", 4096, 512, 2048},
    {"dW", 4096, 2048, 512},      {"forward", 4096, 1024, 4096},
};
/// Rounds of a measurement, of which the median counts.
static constexpr int kRounds = 9;

static std::string getFunction(const Shape &shape, int number) {
  const char *text = nullptr;
  if (shape.kind == StringRef("forward"))
    text = R"(
func.func @p{0}(%x: tensor<?x{1}x{2}xf32>, %w: tensor<{2}x{3}xf32>) -> tensor<?x{1}x{3}xf32> {{
  %0 = brt.linear %x, %w : tensor<?x{1}x{2}xf32>, tensor<{2}x{3}xf32>
  return %0 : tensor<?x{1}x{3}xf32>
})";
  else if (shape.kind == StringRef("dX"))
    text = R"(
func.func @p{0}(%y: tensor<?x{1}x{3}xf32>, %w: tensor<{2}x{3}xf32>) -> tensor<?x{1}x{2}xf32> {{
  %0 = brt.linear %y, transposed %w : tensor<?x{1}x{3}xf32>, tensor<{2}x{3}xf32>
  return %0 : tensor<?x{1}x{2}xf32>
})";
  else
    text = R"(
func.func @p{0}(%x: tensor<?x{1}x{2}xf32>, %y: tensor<?x{1}x{3}xf32>) -> tensor<{2}x{3}xf32> {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<{2}x{3}xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<{2}x{3}xf32>) -> tensor<{2}x{3}xf32>
  %0 = linalg.contract
      indexing_maps = [affine_map<(m, n, b, k) -> (b, k, m)>, affine_map<(m, n, b, k) -> (b, k, n)>, affine_map<(m, n, b, k) -> (m, n)>]
      ins(%x, %y : tensor<?x{1}x{2}xf32>, tensor<?x{1}x{3}xf32>) outs(%zeros : tensor<{2}x{3}xf32>) -> tensor<{2}x{3}xf32>
  return %0 : tensor<{2}x{3}xf32>
})";
  return llvm::formatv(text, number, shape.rows, shape.in, shape.out).str();
}

static double getMedian(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2,
                   values.end());
  return values[values.size() / 2];
}

/// FLOP/s of an entry point, and their share of the peak around each call.
static std::pair<double, double> measure(const CompiledProgram &program,
                                         const brt_variant_t &variant,
                                         unsigned entry, const Shape &shape) {
  int64_t most = std::max(
      {shape.rows * shape.in, shape.rows * shape.out, shape.in * shape.out});
  std::vector<float> x(most, 0.5f), y(most, 0.25f), result(most);
  const void *arguments[] = {x.data(), y.data()};
  void *results[] = {result.data()};
  brt::rt::Buffer arena(program.getArenaBytes(entry, /*lanes=*/1));
  std::vector<double> rates, shares;
  double before = measureThreadFlops(variant.isa);
  int calls = 1 + static_cast<int>(2e9 / shape.getFlops());
  for (int round = 0; round <= kRounds; ++round) {
    double start = getThreadSeconds();
    for (int call = 0; call < calls; ++call)
      variant.entries[entry](/*lanes=*/1, arguments, results, arena.data());
    double rate = calls * shape.getFlops() / (getThreadSeconds() - start);
    double after = measureThreadFlops(variant.isa);
    // The first round warms up.
    if (round) {
      rates.push_back(rate);
      shares.push_back(rate / ((before + after) / 2));
    }
    before = after;
  }
  return {getMedian(rates), getMedian(shares)};
}

int main() {
  std::string text;
  for (auto [number, shape] : llvm::enumerate(kShapes))
    text += getFunction(shape, number);
  MLIRContext context;
  OwningOpRef<ModuleOp> module = parseEntryPoints(context, text);
  std::unique_ptr<CompiledProgram> program =
      module ? CompiledProgram::compile(*module) : nullptr;
  if (!program)
    return 1;
  for (const brt_variant_t *variant : program->getVariants()) {
    llvm::outs() << llvm::formatv("{0}, one thread, f32, peak {1:f1} GFLOP/s\n",
                                  variant->isa,
                                  measureThreadFlops(variant->isa) / 1e9);
    double logs = 0, least = 1;
    for (auto [number, shape] : llvm::enumerate(kShapes)) {
      auto [rate, share] = measure(*program, *variant, number, shape);
      logs += std::log(share);
      least = std::min(least, share);
      llvm::outs() << llvm::formatv(
          "  {0,-8} {1,5} x {2,5} -> {3,5}  {4,7:f1} GFLOP/s  {5,5:f1} %\n",
          shape.kind, shape.rows, shape.in, shape.out, rate / 1e9, 100 * share);
    }
    llvm::outs() << llvm::formatv("  geometric mean {0:f1} %, least {1:f1} %\n",
                                  100 * std::exp(logs / std::size(kShapes)),
                                  100 * least);
  }
  return 0;
}
