//===- Attention.cpp - Attention against the machine's peak ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints, for window and state attention and their adjoints in f32, the FLOP/s
// of one thread and their share of what the machine was measured to do. Only
// pairs of a query and a key that it sees count, 4 D FLOPs each, or 10 D.
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

  bool isWindow() const { return kind == StringRef("window"); }
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
  const char *text = R"(
func.func @p{0}(%q: tensor<?x{1}x{3}x{4}xf32>, %k: tensor<?x{2}x{3}x{4}xf32>, %v: tensor<?x{2}x{3}x{4}xf32>, %b: tensor<{3}x{5}xf32>) -> tensor<?x{1}x{3}x{4}xf32> {{
  %0 = brt.{6}_attention %q, %k, %v {7} {{{8} scale = 0.125 : f64} : tensor<?x{1}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>
  return %0 : tensor<?x{1}x{3}x{4}xf32>
}
func.func @adjoint_p{0}(%q: tensor<?x{1}x{3}x{4}xf32>, %k: tensor<?x{2}x{3}x{4}xf32>, %v: tensor<?x{2}x{3}x{4}xf32>, %b: tensor<{3}x{5}xf32>,
                        %o: tensor<?x{1}x{3}x{4}xf32>, %l: tensor<?x{3}x{1}xf32>, %g: tensor<?x{1}x{3}x{4}xf32>)
    -> (tensor<?x{1}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>) {{
  %0:{9} = brt.{6}_attention_adjoint %q, %k, %v {7} output %o, %l gradient %g {{{8} scale = 0.125 : f64}
      : tensor<?x{1}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>, tensor<?x{3}x{1}xf32>
  return %0#0, %0#1, %0#2 : tensor<?x{1}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>, tensor<?x{2}x{3}x{4}xf32>
})";
  std::string bias, window;
  if (shape.isWindow()) {
    bias =
        llvm::formatv("bias(%b : tensor<{0}x{1}xf32>)", shape.heads, kWindow);
    window = llvm::formatv("window = {0},", kWindow);
  }
  return llvm::formatv(text, number, shape.queries, shape.keys, shape.heads,
                       shape.width, kWindow, shape.kind, bias, window,
                       shape.isWindow() ? 4 : 3)
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
      int64_t row = shape.heads * shape.width, queries = shape.queries * row,
              keys = shape.keys * row, numbers = shape.heads * shape.queries,
              bias = shape.heads * kWindow;
      double work = double(shape.queries) * row *
                    (shape.isWindow() ? kWindow : shape.keys);
      auto print = [](const Shape &shape, const char *name,
                      const Speed &speed) {
        llvm::outs() << llvm::formatv(
            "  {0,-7} {1,-8} {2,5} x {3,5}, {4} heads of {5,3}  {6,7:f1} "
            "GFLOP/s  {7,5:f1} %\n",
            shape.kind, name, shape.queries, shape.keys, shape.heads,
            shape.width, speed.rate / 1e9, 100 * speed.share);
      };
      print(shape, "forward",
            measure(*program, *variant, 2 * number, 4 * work,
                    {queries, keys, keys, bias, queries}));
      print(shape, "adjoint",
            measure(*program, *variant, 2 * number + 1, 10 * work,
                    {queries, keys, keys, bias, queries, numbers, queries,
                     queries, keys, keys},
                    /*resultCount=*/3));
    }
  }
  return 0;
}
