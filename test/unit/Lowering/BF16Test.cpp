//===- BF16Test.cpp - Products in bf16 against f64 ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiled for every instruction set that this machine has: those with dot
// products read numbers in pairs, of which an odd depth leaves one alone.
//
//===----------------------------------------------------------------------===//

#include "CheckEntries.h"
#include "CompiledProgram.h"
#include "brt/runtime/Program.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace brt;
using namespace brt::test;

/// Sums in f32 are as exact as in f32; what is rounded to bf16 may lie twice as
/// far away as if all between were exact.
static constexpr Tolerance kTolerance = {"bf16", reference::Arithmetic::F64,
                                         2e-6, /*timesAsTyped=*/2};

/// Rows, depth and columns, and whether the compiled products are right.
static void check(ArrayRef<std::array<int, 3>> sizes) {
  std::string text;
  for (auto [n, k, m] : sizes)
    text += llvm::formatv(R"(
func.func @product_{0}_{1}_{2}(%x: tensor<?x{0}x{1}xbf16>, %y: tensor<?x{0}x{2}xbf16>, %w: tensor<{1}x{2}xf32>)
    -> (tensor<?x{0}x{2}xbf16>, tensor<?x{0}x{1}xbf16>, tensor<{1}x{2}xf32>) {{
  %0 = brt.linear %x, %w : tensor<?x{0}x{1}xbf16>, tensor<{1}x{2}xf32>
  %1 = brt.linear %y, transposed %w : tensor<?x{0}x{2}xbf16>, tensor<{1}x{2}xf32>
  %2 = brt.weight_gradient %x, %y : tensor<?x{0}x{1}xbf16>, tensor<?x{0}x{2}xbf16> -> tensor<{1}x{2}xf32>
  return %0, %1, %2 : tensor<?x{0}x{2}xbf16>, tensor<?x{0}x{1}xbf16>, tensor<{1}x{2}xf32>
}
)",
                          n, k, m);
  MLIRContext context;
  OwningOpRef<ModuleOp> module = parseEntryPoints(context, text);
  ASSERT_TRUE(module) << text;
  checkEntries(*module, kTolerance, {1, 3});
  if (!rt::hasInstructionSet("avx512_bf16"))
    GTEST_SKIP() << "this processor has no avx512_bf16; others were checked";
}

TEST(BF16, EvenProducts) { check({{16, 16, 32}, {48, 64, 96}, {12, 32, 8}}); }

TEST(BF16, OddProducts) {
  check({{9, 1, 33}, {13, 33, 31}, {31, 47, 17}, {97, 65, 49}});
}

/// Of several tiles, the last of which ends in the middle of a pair.
TEST(BF16, ProductsOfManyTiles) {
  check({{11, 1031, 37}, {401, 40, 21}, {1031, 37, 530}});
}
