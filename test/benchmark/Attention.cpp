//===- Attention.cpp - Attention against the machine's peak ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints, for window and state attention in f32, the FLOP/s of one thread and
// their share of what the machine was measured to do. Only pairs of a query and
// a key that it sees count, 4 D FLOPs each.
//
//===----------------------------------------------------------------------===//

#include "Measure.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace brt::benchmark;
using namespace brt::test;

namespace {
struct Shape {
  const char *kind;
  int64_t queries, keys, heads, width;
};
} // namespace

static constexpr int64_t kWindow = 512;

static const Shape kShapes[] = {
    {"window", 4096, 4608, 8, 64}, {"window", 4096, 4608, 8, 128},
    {"window", 512, 1024, 8, 64},  {"window", 512, 1024, 8, 128},
    {"state", 512, 512, 8, 64},    {"state", 512, 512, 8, 128},
    {"state", 512, 1024, 8, 64},   {"window", 1, 1024, 8, 64},
};

static std::string getFunction(const Shape &shape, int number) {
  const char *text = shape.kind == StringRef("window") ? R"(
func.func @p{0}(%q: tensor<?x{1}x{3}x{4}xf32>, %k: tensor<?x{2}x{3}x{4}xf32>, %v: tensor<?x{2}x{3}x{4}xf32>, %b: tensor<{3}x{5}xf32>) -> tensor<?x{1}x{3}x{4}xf32> {{
  %0 = brt.window_attention %q, %k, %v bias(%b : tensor<{3}x{5}xf32>) {{window = {5}, scale = 0.125 : f64} : tensor<?x{1}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>
  return %0 : tensor<?x{1}x{3}x{4}xf32>
})"
                                                       : R"(
func.func @p{0}(%q: tensor<?x{1}x{3}x{4}xf32>, %k: tensor<?x{2}x{3}x{4}xf32>, %v: tensor<?x{2}x{3}x{4}xf32>, %b: tensor<{3}x{5}xf32>) -> tensor<?x{1}x{3}x{4}xf32> {{
  %0 = brt.state_attention %q, %k, %v {{scale = 0.125 : f64} : tensor<?x{1}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>
  return %0 : tensor<?x{1}x{3}x{4}xf32>
})";
  return llvm::formatv(text, number, shape.queries, shape.keys, shape.heads,
                       shape.width, kWindow)
      .str();
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
    printMachine(*variant);
    for (auto [number, shape] : llvm::enumerate(kShapes)) {
      bool isWindow = shape.kind == StringRef("window");
      int64_t row = shape.heads * shape.width;
      double pairs = double(shape.queries) * (isWindow ? kWindow : shape.keys);
      auto [rate, share] =
          measure(*program, *variant, number, 4.0 * pairs * row,
                  {shape.queries * row, shape.keys * row, shape.keys * row,
                   shape.heads * kWindow, shape.queries * row});
      llvm::outs() << llvm::formatv(
          "  {0,-8} {1,5} x {2,5}, {3} heads of {4,3}  {5,7:f1} GFLOP/s  "
          "{6,5:f1} %\n",
          shape.kind, shape.queries, shape.keys, shape.heads, shape.width,
          rate / 1e9, 100 * share);
    }
  }
  return 0;
}
