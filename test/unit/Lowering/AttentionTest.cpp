//===- AttentionTest.cpp - Attention in tiles against the evaluator -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Segments of several tiles of queries and keys, in the tiles of x86, in those
// that a GPU has, in some that fit nothing, and unfused.
//
//===----------------------------------------------------------------------===//

#include "CompiledOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace brt;
using namespace brt::test;

namespace {
class CompiledAttention : public CompiledOps {
protected:
  void checkAll(const std::string &text) {
    check(text, {2});
    if (GetParam().type != llvm::StringRef("f32"))
      return;
    check(text, {1}, /*slack=*/1, {/*fuse=*/true, 64, 64, /*windowTiles=*/1});
    check(text, {1}, /*slack=*/1, {/*fuse=*/true, 128, 64, /*windowTiles=*/1});
    check(text, {1}, /*slack=*/1, {/*fuse=*/true, 7, 13, /*windowTiles=*/1});
    check(text, {1}, /*slack=*/1, {/*fuse=*/false});
  }
};
} // namespace

/// With all options; without any, which need neither a bias nor a mask; with
/// dropout.
static std::string getWindow(int n, int m, int d, int w, bool causal) {
  return llvm::formatv(
      R"(
func.func @window_{0}_{1}_{2}_{3}_{4}(
    %q: tensor<?x{0}x2x{2}xT>, %k: tensor<?x{1}x2x{2}xT>, %v: tensor<?x{1}x2x{2}xT>, %t: tensor<2xP>, %b: tensor<2x{5}xP>, %s: tensor<2xP>,
    %seed: tensor<i64> {{test.range = array<i64: 0, 9>})
    -> (tensor<?x{0}x2x{2}xT>, tensor<?x2x{0}xP>, tensor<?x{0}x2x{2}xT>, tensor<?x{0}x2x{2}xT>) {{
  %a = tensor.extract %seed[] : tensor<i64>
  %0, %1 = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{5}xP>) sink(%s : tensor<2xP>)
      {{window = {3}, causal = {4}} : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT> -> tensor<?x2x{0}xP>
  %2 = brt.window_attention %q, %k, %v {{window = {3}, causal = {4}, scale = 0.5 : f64} : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>
  %3 = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) draw(%a, %a)
      {{window = {3}, causal = {4}, scale = 0.5 : f64, temperature_kind = #brt<temperature signed>, dropout_rate = 0.3 : f64, dropout_site = 5}
      : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT>
  return %0, %1, %2, %3 : tensor<?x{0}x2x{2}xT>, tensor<?x2x{0}xP>, tensor<?x{0}x2x{2}xT>, tensor<?x{0}x2x{2}xT>
}
)",
      n, m, d, w, causal ? "true" : "false", causal ? w + 3 : 3 * w - 1);
}

TEST_P(CompiledAttention, CausalWindow) {
  checkAll(getWindow(200, 331, 8, 131, true) +
           getWindow(192, 320, 33, 128, true) +
           getWindow(150, 150, 5, 20, true));
}

TEST_P(CompiledAttention, WindowOfBlocks) {
  checkAll(getWindow(195, 260, 16, 65, false) +
           getWindow(128, 256, 7, 128, false));
}

TEST_P(CompiledAttention, State) {
  std::string text;
  int sizes[][3] = {{130, 257, 17}, {192, 256, 128}, {97, 129, 64}};
  for (auto [n, m, d] : sizes)
    text += llvm::formatv(R"(
func.func @state_{0}_{1}_{2}(%q: tensor<?x{0}x2x{2}xT>, %k: tensor<?x{1}x2x{2}xT>, %v: tensor<?x{1}x2x{2}xT>, %t: tensor<2xP>)
    -> (tensor<?x{0}x2x{2}xT>, tensor<?x2x{0}xP>) {{
  %0, %1 = brt.state_attention %q, %k, %v temperature(%t : tensor<2xP>) {{scale = 0.25 : f64} : tensor<?x{0}x2x{2}xT>, tensor<?x{1}x2x{2}xT> -> tensor<?x2x{0}xP>
  return %0, %1 : tensor<?x{0}x2x{2}xT>, tensor<?x2x{0}xP>
}
)",
                          n, m, d);
  checkAll(text);
}

// More tiles of keys than a task keeps.
TEST_P(CompiledAttention, ManyKeys) {
  check(R"(
func.func @many(%q: tensor<?x250x2x128xT>, %k: tensor<?x1100x2x128xT>, %v: tensor<?x1100x2x128xT>) -> tensor<?x250x2x128xT> {
  %0 = brt.state_attention %q, %k, %v {scale = 0.25 : f64} : tensor<?x250x2x128xT>, tensor<?x1100x2x128xT>
  return %0 : tensor<?x250x2x128xT>
}
)",
        {1});
}

// Positions in the middle of tiles, at the begin, where nothing is seen, and
// behind the last key.
TEST_P(CompiledAttention, Positions) {
  std::string text;
  int sizes[][3] = {{1, 300, 150}, {70, 300, 150}, {130, 260, 130}};
  for (auto [n, m, w] : sizes)
    text += llvm::formatv(R"(
func.func @stream_{0}(%q: tensor<?x{0}x2x16xT>, %k: tensor<?x{1}x2x16xT>, %v: tensor<?x{1}x2x16xT>, %b: tensor<2x{2}xP>,
                      %p: tensor<?xi32> {{test.range = array<i64: 0, {1}>}) -> tensor<?x{0}x2x16xT> {{
  %0 = brt.window_attention %q, %k, %v bias(%b : tensor<2x{2}xP>) positions(%p : tensor<?xi32>) {{window = {2}, scale = 0.25 : f64}
      : tensor<?x{0}x2x16xT>, tensor<?x{1}x2x16xT>
  return %0 : tensor<?x{0}x2x16xT>
}
)",
                          n, m, w);
  check(text, {1, 7});
  check(text, {5}, /*slack=*/1, {/*fuse=*/true, 64, 64, /*windowTiles=*/1});
  check(text, {5}, /*slack=*/1, {/*fuse=*/false});
}

INSTANTIATE_TEST_SUITE_P(Types, CompiledAttention,
                         testing::ValuesIn(kOpTolerances), nameOf);
