//===- AttentionAdjointTest.cpp - Adjoints in tiles against the evaluator -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As AttentionTest: several tiles of queries and keys, in the tiles of x86, in
// those that a GPU has, in some that fit nothing, and unfused.
//
//===----------------------------------------------------------------------===//

#include "CompiledOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace brt;
using namespace brt::test;

namespace {
class CompiledAttentionAdjoint : public CompiledOps {
protected:
  void checkAll(const std::string &text, double slack) {
    check(text, {2}, slack);
    if (GetParam().type != llvm::StringRef("f32"))
      return;
    check(text, {1}, slack, {/*fuse=*/true, 64, 64, /*windowTiles=*/1});
    check(text, {3}, slack, {/*fuse=*/true, 7, 13, /*windowTiles=*/1});
    check(text, {1}, slack, {/*fuse=*/false});
  }
};
} // namespace

/// With all options; without any, which need neither a bias nor a mask; with
/// dropout.
static std::string getWindow(int n, int m, int d, int w, bool causal) {
  return llvm::formatv(
      R"(
func.func @window_{0}_{1}_{2}_{3}_{4}(
    %q: tensor<?x{0}x2x{2}xT>, %k: tensor<?x{1}x2x{2}xT>, %v: tensor<?x{1}x2x{2}xT>, %g: tensor<?x{0}x2x{2}xT>,
    %t: tensor<2xP>, %b: tensor<2x{5}xP>, %s: tensor<2xP>)
    -> (tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<2xP>, tensor<2x{5}xP>, tensor<2xP>) {{
  %o, %l = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{5}xP>) sink(%s : tensor<2xP>)
      {{window = {3}, causal = {4}, scale = 0.5 : f64} : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT> -> tensor<?x2x{0}xP>
  %0:6 = brt.window_attention_adjoint %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{5}xP>) sink(%s : tensor<2xP>)
      output %o, %l gradient %g {{window = {3}, causal = {4}, scale = 0.5 : f64} : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x2x{0}xP>
  return %0#0, %0#1, %0#2, %0#3, %0#4, %0#5 : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<2xP>, tensor<2x{5}xP>, tensor<2xP>
}
func.func @plain_{0}_{1}_{2}_{3}_{4}(
    %q: tensor<?x{0}x2x{2}xT>, %k: tensor<?x{1}x2x{2}xT>, %v: tensor<?x{1}x2x{2}xT>, %g: tensor<?x{0}x2x{2}xT>,
    %seed: tensor<i64> {{test.range = array<i64: 0, 9>})
    -> (tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>) {{
  %o, %l = brt.window_attention %q, %k, %v {{window = {3}, causal = {4}} : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT> -> tensor<?x2x{0}xP>
  %0:3 = brt.window_attention_adjoint %q, %k, %v output %o, %l gradient %g {{window = {3}, causal = {4}}
      : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x2x{0}xP>
  %a = tensor.extract %seed[] : tensor<i64>
  %p, %n = brt.window_attention %q, %k, %v draw(%a, %a) {{window = {3}, causal = {4}, dropout_rate = 0.3 : f64, dropout_site = 5}
      : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT> -> tensor<?x2x{0}xP>
  %1:3 = brt.window_attention_adjoint %q, %k, %v draw(%a, %a) output %p, %n gradient %g {{window = {3}, causal = {4}, dropout_rate = 0.3 : f64, dropout_site = 5}
      : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x2x{0}xP>
  return %0#0, %0#1, %0#2, %1#0, %1#1, %1#2
      : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>
}
)",
      n, m, d, w, causal ? "true" : "false", causal ? w + 3 : 3 * w - 1);
}

// Gradients of temperatures are small sums of large terms.

// The second has tiles of keys that no query sees.
TEST_P(CompiledAttentionAdjoint, CausalWindow) {
  checkAll(getWindow(200, 331, 8, 131, true) +
               getWindow(60, 400, 33, 50, true) +
               getWindow(150, 150, 5, 20, true),
           /*slack=*/8);
}

TEST_P(CompiledAttentionAdjoint, WindowOfBlocks) {
  checkAll(getWindow(195, 260, 16, 65, false) +
               getWindow(128, 256, 7, 128, false),
           /*slack=*/8);
}

TEST_P(CompiledAttentionAdjoint, State) {
  std::string text;
  int sizes[][3] = {{130, 257, 17}, {192, 256, 128}, {97, 129, 64}};
  for (auto [n, m, d] : sizes)
    text += llvm::formatv(R"(
func.func @state_{0}_{1}_{2}(%q: tensor<?x{0}x2x{2}xT>, %k: tensor<?x{1}x2x{2}xT>, %v: tensor<?x{1}x2x{2}xT>, %g: tensor<?x{0}x2x{2}xT>, %t: tensor<2xP>)
    -> (tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<2xP>) {{
  %o, %l = brt.state_attention %q, %k, %v temperature(%t : tensor<2xP>) {{scale = 0.25 : f64} : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT> -> tensor<?x2x{0}xP>
  %0:4 = brt.state_attention_adjoint %q, %k, %v temperature(%t : tensor<2xP>) output %o, %l gradient %g {{scale = 0.25 : f64}
      : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x2x{0}xP>
  return %0#0, %0#1, %0#2, %0#3 : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<?x{1}x2x{2}xT>, tensor<2xP>
}
)",
                          n, m, d);
  checkAll(text, /*slack=*/32);
}

// More tiles of queries than panels are kept of.
TEST_P(CompiledAttentionAdjoint, ManyQueries) {
  check(R"(
func.func @many(%q: tensor<?x1100x1x128xT>, %k: tensor<?x150x1x128xT>, %v: tensor<?x150x1x128xT>, %g: tensor<?x1100x1x128xT>)
    -> (tensor<?x1100x1x128xT>, tensor<?x150x1x128xT>, tensor<?x150x1x128xT>) {
  %o, %l = brt.state_attention %q, %k, %v {scale = 0.25 : f64} : tensor<?x1100x1x128xT>, tensor<?x150x1x128xT> -> tensor<?x1x1100xP>
  %0:3 = brt.state_attention_adjoint %q, %k, %v output %o, %l gradient %g {scale = 0.25 : f64}
      : tensor<?x1100x1x128xT>, tensor<?x150x1x128xT>, tensor<?x1x1100xP>
  return %0#0, %0#1, %0#2 : tensor<?x1100x1x128xT>, tensor<?x150x1x128xT>, tensor<?x150x1x128xT>
}
)",
        {1}, /*slack=*/8);
}

TEST_P(CompiledAttentionAdjoint, Positions) {
  std::string text;
  int sizes[][3] = {{1, 300, 150}, {70, 300, 150}, {130, 260, 130}};
  for (auto [n, m, w] : sizes)
    text += llvm::formatv(R"(
func.func @stream_{0}(%q: tensor<?x{0}x2x16xT>, %k: tensor<?x{1}x2x16xT>, %v: tensor<?x{1}x2x16xT>, %g: tensor<?x{0}x2x16xT>, %b: tensor<2x{2}xP>,
                      %p: tensor<?xi32> {{test.range = array<i64: 0, {1}>})
    -> (tensor<?x{0}x2x16xT>, tensor<?x{1}x2x16xT>, tensor<?x{1}x2x16xT>, tensor<2x{2}xP>) {{
  %o, %l = brt.window_attention %q, %k, %v bias(%b : tensor<2x{2}xP>) positions(%p : tensor<?xi32>) {{window = {2}, scale = 0.25 : f64}
      : tensor<?x{0}x2x16xT>, tensor<?x{1}x2x16xT> -> tensor<?x2x{0}xP>
  %0:4 = brt.window_attention_adjoint %q, %k, %v bias(%b : tensor<2x{2}xP>) positions(%p : tensor<?xi32>) output %o, %l gradient %g
      {{window = {2}, scale = 0.25 : f64} : tensor<?x{0}x2x16xT>, tensor<?x{1}x2x16xT>, tensor<?x2x{0}xP>
  return %0#0, %0#1, %0#2, %0#3 : tensor<?x{0}x2x16xT>, tensor<?x{1}x2x16xT>, tensor<?x{1}x2x16xT>, tensor<2x{2}xP>
}
)",
                          n, m, w);
  checkAll(text, /*slack=*/8);
}

INSTANTIATE_TEST_SUITE_P(Types, CompiledAttentionAdjoint,
                         testing::ValuesIn(kOpTolerances), nameOf);
