//===- Products.cpp - Products against the machine's peak -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints, for products forward, of gradients of inputs and of weights, with
// packing, transposition and conversions inside the timing, the FLOP/s of one
// thread, their share of what the machine was measured to do just before and
// after, and, in f32, of what oneDNN reaches in between. The argument is an
// instruction set: "avx512" or "avx2" for products in f32, "avx512_bf16" for
// those in bf16; without it, the best one of the machine, in f32.
//
//===----------------------------------------------------------------------===//

#include "../unit/Lowering/CompiledProgram.h"
#include "OneDnn.h"
#include "brt/runtime/Buffer.h"
#include "brt/runtime/MachineSpeed.h"
#include "brt/runtime/Median.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace brt::benchmark;
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

/// `type` is that of activations and their gradients.
static std::string getFunction(const Shape &shape, int number,
                               const char *type) {
  const char *text = nullptr;
  if (shape.kind == StringRef("forward"))
    text = R"(
func.func @p{0}(%x: tensor<?x{1}x{2}x{4}>, %w: tensor<{2}x{3}xf32>) -> tensor<?x{1}x{3}x{4}> {{
  %0 = brt.linear %x, %w : tensor<?x{1}x{2}x{4}>, tensor<{2}x{3}xf32>
  return %0 : tensor<?x{1}x{3}x{4}>
})";
  else if (shape.kind == StringRef("dX"))
    text = R"(
func.func @p{0}(%y: tensor<?x{1}x{3}x{4}>, %w: tensor<{2}x{3}xf32>) -> tensor<?x{1}x{2}x{4}> {{
  %0 = brt.linear %y, transposed %w : tensor<?x{1}x{3}x{4}>, tensor<{2}x{3}xf32>
  return %0 : tensor<?x{1}x{2}x{4}>
})";
  else
    text = R"(
func.func @p{0}(%x: tensor<?x{1}x{2}x{4}>, %y: tensor<?x{1}x{3}x{4}>) -> tensor<{2}x{3}xf32> {{
  %0 = brt.weight_gradient %x, %y : tensor<?x{1}x{2}x{4}>, tensor<?x{1}x{3}x{4}> -> tensor<{2}x{3}xf32>
  return %0 : tensor<{2}x{3}xf32>
})";
  return llvm::formatv(text, number, shape.rows, shape.in, shape.out, type)
      .str();
}

/// What oneDNN is asked for: the entry point of a shape.
static MatrixProduct getProduct(const Shape &shape, const float *x,
                                const float *y, float *result) {
  if (shape.kind == StringRef("forward"))
    return {false, false, shape.rows, shape.out, shape.in, x, y, result};
  if (shape.kind == StringRef("dX"))
    return {false, true, shape.rows, shape.in, shape.out, x, y, result};
  return {true, false, shape.in, shape.out, shape.rows, x, y, result};
}

namespace {
/// Medians over rounds: FLOP/s, share of the peak around each round, and of
/// oneDNN's FLOP/s in the same round, or 0.
struct Speed {
  double rate, ofPeak, ofOneDnn;
};
} // namespace

static Speed measure(const CompiledProgram &program,
                     const brt_variant_t &variant, unsigned entry,
                     const Shape &shape, bool hasOneDnn) {
  // Small numbers of f32, which are numbers of bf16 too, two in one.
  int64_t most = std::max(
      {shape.rows * shape.in, shape.rows * shape.out, shape.in * shape.out});
  std::vector<float> x(most, 0.5f), y(most, 0.25f), result(most);
  const void *arguments[] = {x.data(), y.data()};
  void *results[] = {result.data()};
  brt::rt::Buffer arena(program.getArenaBytes(entry, /*lanes=*/1));
  MatrixProduct product = getProduct(shape, x.data(), y.data(), result.data());
  int calls = 1 + static_cast<int>(2e9 / shape.getFlops());
  auto getRate = [&](auto call) {
    double start = getThreadSeconds();
    for (int i = 0; i < calls; ++i)
      call();
    return calls * shape.getFlops() / (getThreadSeconds() - start);
  };
  std::vector<double> rates, ofPeak, ofOneDnn;
  for (int round = 0; round <= kRounds; ++round) {
    double before = measureThreadFlops(variant.isa);
    double rate = getRate([&] {
      variant.entries[entry](/*lanes=*/1, arguments, results, arena.data());
    });
    double after = measureThreadFlops(variant.isa);
    double other =
        hasOneDnn ? getRate([&] { multiplyByOneDnn(product); }) : 0.0;
    // The first round warms up.
    if (!round)
      continue;
    rates.push_back(rate);
    ofPeak.push_back(rate / ((before + after) / 2));
    ofOneDnn.push_back(hasOneDnn ? rate / other : 0.0);
  }
  return {getMedian(rates), getMedian(ofPeak), getMedian(ofOneDnn)};
}

static const brt_variant_t *findVariant(const CompiledProgram &program,
                                        StringRef isa) {
  for (const brt_variant_t *variant : program.getVariants())
    if (isa.empty() || isa == variant->isa)
      return variant;
  return nullptr;
}

/// "  82.5 %", or nothing for 0.
static std::string getPercent(double share) {
  return share > 0 ? llvm::formatv("{0,5:f1} %", 100 * share).str() : "";
}

int main(int count, char **arguments) {
  StringRef isa = count > 1 ? arguments[1] : "";
  const char *type = isa == "avx512_bf16" ? "bf16" : "f32";
  std::string text;
  for (auto [number, shape] : llvm::enumerate(kShapes))
    text += getFunction(shape, number, type);
  MLIRContext context;
  OwningOpRef<ModuleOp> module = parseEntryPoints(context, text);
  std::unique_ptr<CompiledProgram> program =
      module ? CompiledProgram::compile(*module) : nullptr;
  if (!program)
    return 1;
  const brt_variant_t *variant = findVariant(*program, isa);
  if (!variant) {
    llvm::errs() << "expects an instruction set of this machine, "
                    "'avx512_bf16', 'avx512' or 'avx2'\n";
    return 1;
  }
  bool isF32 = type == StringRef("f32");
  bool hasOneDnn = isF32 && prepareOneDnn(variant->isa);
  llvm::outs() << llvm::formatv("{0}, one thread, {1}, peak {2:f1} GFLOP/s\n",
                                variant->isa, type,
                                measureThreadFlops(variant->isa) / 1e9);
  if (isF32 && !hasOneDnn)
    llvm::outs() << "  oneDNN is missing: install libdnnl-dev, run cmake\n";
  llvm::outs() << "                                          GFLOP/s  of peak  "
               << (hasOneDnn ? "of oneDNN\n" : "\n");
  Speed least{0, 1, 1}, logs{};
  for (auto [number, shape] : llvm::enumerate(kShapes)) {
    Speed speed = measure(*program, *variant, number, shape, hasOneDnn);
    logs.ofPeak += std::log(speed.ofPeak) / std::size(kShapes);
    logs.ofOneDnn += std::log(speed.ofOneDnn) / std::size(kShapes);
    least.ofPeak = std::min(least.ofPeak, speed.ofPeak);
    least.ofOneDnn = std::min(least.ofOneDnn, speed.ofOneDnn);
    llvm::outs() << llvm::formatv(
        "  {0,-8} {1,5} x {2,5} -> {3,5}  {4,17:f1}  {5}  {6}\n", shape.kind,
        shape.rows, shape.in, shape.out, speed.rate / 1e9,
        getPercent(speed.ofPeak), getPercent(speed.ofOneDnn));
  }
  llvm::outs() << llvm::formatv("  {0,-47}  {1}  {2}\n", "geometric mean",
                                getPercent(std::exp(logs.ofPeak)),
                                getPercent(std::exp(logs.ofOneDnn)))
               << llvm::formatv("  {0,-47}  {1}  {2}\n", "least",
                                getPercent(least.ofPeak),
                                getPercent(least.ofOneDnn));
  return 0;
}
