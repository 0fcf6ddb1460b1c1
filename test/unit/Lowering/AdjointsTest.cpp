//===- AdjointsTest.cpp - Compiled adjoints against the evaluator ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op that --brt-differentiate makes, as OpsTest does it for the others.
//
//===----------------------------------------------------------------------===//

#include "CompiledOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace brt;
using namespace brt::test;

namespace {
class CompiledAdjoints : public CompiledOps {};
} // namespace

TEST_P(CompiledAdjoints, Sums) {
  std::string text;
  int sizes[][3] = {{1, 1, 1}, {3, 5, 7}, {9, 37, 16}, {30, 130, 61}};
  for (auto [n, k, m] : sizes)
    text += llvm::formatv(R"(
func.func @sums_{0}_{1}(%x: tensor<?x{0}x{1}xT>, %g: tensor<?x{0}x{2}xT>)
    -> (tensor<{1}xT>, tensor<{0}x{1}xT>, tensor<{1}x{2}xT>) {{
  %0 = brt.sum_leading %x : tensor<?x{0}x{1}xT> -> tensor<{1}xT>
  %1 = brt.sum_leading %x : tensor<?x{0}x{1}xT> -> tensor<{0}x{1}xT>
  %2 = brt.weight_gradient %x, %g : tensor<?x{0}x{1}xT>, tensor<?x{0}x{2}xT> -> tensor<{1}x{2}xT>
  return %0, %1, %2 : tensor<{1}xT>, tensor<{0}x{1}xT>, tensor<{1}x{2}xT>
}
)",
                          n, k, m);
  check(text, {1, 3, 4}, /*slack=*/4);
}

TEST_P(CompiledAdjoints, Embed) {
  std::string text;
  int sizes[][3] = {{1, 1, 2}, {5, 31, 16}, {12, 256, 37}};
  for (auto [n, v, e] : sizes)
    text += llvm::formatv(R"(
func.func @embed_{0}(%t: tensor<?x{0}xi32> {{test.range = array<i64: -40, 60>}, %g: tensor<?x{0}x{2}xT>) -> tensor<{1}x{2}xT> {{
  %0 = brt.embed_adjoint %t, %g : tensor<?x{0}xi32>, tensor<?x{0}x{2}xT> -> tensor<{1}x{2}xT>
  return %0 : tensor<{1}x{2}xT>
}
)",
                          n, v, e);
  check(text, {1, 3, 7});
}

TEST_P(CompiledAdjoints, Loss) {
  std::string text;
  for (int v : {1, 5, 37, 130})
    text += llvm::formatv(R"(
func.func @loss_{0}(%l: tensor<?x9x{0}xT>, %t: tensor<?x9xi32> {{test.range = array<i64: -20, 40>}, %m: tensor<?x9xi1>, %g: tensor<?x9xT>)
    -> tensor<?x9x{0}xT> {{
  %0 = brt.cross_entropy_adjoint %l, %t, %m, %g : tensor<?x9x{0}xT>, tensor<?x9xi32>, tensor<?x9xi1>, tensor<?x9xT>
  return %0 : tensor<?x9x{0}xT>
}
)",
                          v);
  check(text, {1, 3}, /*slack=*/2);
}

TEST_P(CompiledAdjoints, Norm) {
  // Below width 3 all of a gradient cancels.
  std::string text;
  for (int e : {3, 16, 37, 130})
    text += llvm::formatv(R"(
func.func @norm_{0}(%x: tensor<?x5x{0}xT>, %s: tensor<{0}xP>, %g: tensor<?x5x{0}xT>)
    -> (tensor<?x5x{0}xT>, tensor<{0}xP>, tensor<?x5x{0}xT>, tensor<{0}xP>, tensor<?x5x{0}xT>) {{
  %0, %1 = brt.norm_adjoint rms %x, %s, %g : tensor<?x5x{0}xT>, tensor<{0}xP>
  %2, %3 = brt.norm_adjoint layer %x, %s, %g {{epsilon = 1.0e-3 : f64} : tensor<?x5x{0}xT>, tensor<{0}xP>
  %4 = brt.unit_normalize_adjoint %x, %g : tensor<?x5x{0}xT>
  return %0, %1, %2, %3, %4 : tensor<?x5x{0}xT>, tensor<{0}xP>, tensor<?x5x{0}xT>, tensor<{0}xP>, tensor<?x5x{0}xT>
}
)",
                          e);
  check(text);
}

TEST_P(CompiledAdjoints, Activation) {
  std::string text;
  for (const char *kind :
       {"relu", "swish", "sigmoid", "tanh", "softmax", "gelu"})
    for (int m : {1, 5, 37, 128})
      text += llvm::formatv(R"(
func.func @{0}_{1}(%x: tensor<?x3x{1}xT>, %g: tensor<?x3x{1}xT>) -> tensor<?x3x{1}xT> {{
  %0 = brt.activation_adjoint {0} %x, %g : tensor<?x3x{1}xT>
  return %0 : tensor<?x3x{1}xT>
}
)",
                            kind, m);
  check(text);
}

TEST_P(CompiledAdjoints, Gate) {
  std::string text;
  for (int e : {1, 16, 37})
    text += llvm::formatv(R"(
func.func @fixed_{0}(%c: tensor<?x5x{0}xT>, %y: tensor<?x5x{0}xT>, %g: tensor<?x5x{0}xT>, %b: tensor<{0}xP>)
    -> (tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<{0}xP>) {{
  %0:3 = brt.gate_adjoint fixed %c, %y, %g (%b : tensor<{0}xP>) : tensor<?x5x{0}xT>
  return %0#0, %0#1, %0#2 : tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<{0}xP>
}
func.func @full_{0}(%c: tensor<?x5x{0}xT>, %y: tensor<?x5x{0}xT>, %g: tensor<?x5x{0}xT>, %f: tensor<?x5x{0}xT>)
    -> (tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>) {{
  %0:3 = brt.gate_adjoint full %c, %y, %g (%f : tensor<?x5x{0}xT>) : tensor<?x5x{0}xT>
  return %0#0, %0#1, %0#2 : tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>
}
func.func @lstm_{0}(%c: tensor<?x5x{0}xT>, %y: tensor<?x5x{0}xT>, %g: tensor<?x5x{0}xT>, %f: tensor<?x5x{0}xT>, %i: tensor<?x5x{0}xT>)
    -> (tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>) {{
  %0:4 = brt.gate_adjoint lstm %c, %y, %g (%f, %i : tensor<?x5x{0}xT>, tensor<?x5x{0}xT>) : tensor<?x5x{0}xT>
  return %0#0, %0#1, %0#2, %0#3 : tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>
}
)",
                          e);
  check(text);
}

TEST_P(CompiledAdjoints, RelativeBias) {
  check(R"(
func.func @t5(%t: tensor<3x32xP>, %g: tensor<3x200xP>, %h: tensor<3x23xP>) -> (tensor<3x32xP>, tensor<3x32xP>) {
  %0 = brt.relative_bias_adjoint t5 (%t), %g {first_distance = 1} : (tensor<3x32xP>, tensor<3x200xP>) -> tensor<3x32xP>
  %1 = brt.relative_bias_adjoint t5 (%t), %h {first_distance = -7} : (tensor<3x32xP>, tensor<3x23xP>) -> tensor<3x32xP>
  return %0, %1 : tensor<3x32xP>, tensor<3x32xP>
}
func.func @fourier(%t: tensor<3x16xP>, %g: tensor<3x23xP>) -> tensor<3x16xP> {
  %0 = brt.relative_bias_adjoint fourier (%t), %g {first_distance = -3, max_keys = 24} : (tensor<3x16xP>, tensor<3x23xP>) -> tensor<3x16xP>
  return %0 : tensor<3x16xP>
}
func.func @alibi(%s: tensor<1xP>, %r: tensor<1xP>, %h: tensor<3xP>, %g: tensor<3x23xP>, %k: tensor<1x23xP>)
    -> (tensor<1xP>, tensor<1xP>, tensor<1xP>, tensor<3xP>, tensor<1xP>, tensor<1xP>) {
  %0, %1 = brt.relative_bias_adjoint alibi (%s, %r), %g {first_distance = -3}
      : (tensor<1xP>, tensor<1xP>, tensor<3x23xP>) -> (tensor<1xP>, tensor<1xP>)
  %2, %3 = brt.relative_bias_adjoint alibi (%s, %h), %g {first_distance = 1}
      : (tensor<1xP>, tensor<3xP>, tensor<3x23xP>) -> (tensor<1xP>, tensor<3xP>)
  %4, %5 = brt.relative_bias_adjoint alibi (%s, %r), %k {first_distance = 1}
      : (tensor<1xP>, tensor<1xP>, tensor<1x23xP>) -> (tensor<1xP>, tensor<1xP>)
  return %0, %1, %2, %3, %4, %5 : tensor<1xP>, tensor<1xP>, tensor<1xP>, tensor<3xP>, tensor<1xP>, tensor<1xP>
}
func.func @nn(%a: tensor<9xP>, %b: tensor<9xP>, %c: tensor<3x9xP>, %g: tensor<3x23xP>) -> (tensor<9xP>, tensor<9xP>, tensor<3x9xP>) {
  %0:3 = brt.relative_bias_adjoint nn (%a, %b, %c), %g {first_distance = -3}
      : (tensor<9xP>, tensor<9xP>, tensor<3x9xP>, tensor<3x23xP>) -> (tensor<9xP>, tensor<9xP>, tensor<3x9xP>)
  return %0#0, %0#1, %0#2 : tensor<9xP>, tensor<9xP>, tensor<3x9xP>
}
func.func @nn_as_in_models(%a: tensor<128xP>, %b: tensor<128xP>, %c: tensor<2x128xP>, %g: tensor<2x6xP>) -> (tensor<128xP>, tensor<128xP>, tensor<2x128xP>) {
  %0:3 = brt.relative_bias_adjoint nn (%a, %b, %c), %g {first_distance = 1}
      : (tensor<128xP>, tensor<128xP>, tensor<2x128xP>, tensor<2x6xP>) -> (tensor<128xP>, tensor<128xP>, tensor<2x128xP>)
  return %0#0, %0#1, %0#2 : tensor<128xP>, tensor<128xP>, tensor<2x128xP>
}
)",
        {1}, /*slack=*/2);
}

TEST_P(CompiledAdjoints, StateAttention) {
  std::string text;
  int sizes[][4] = {
      {1, 1, 1, 1}, {5, 7, 3, 10}, {37, 61, 2, 16}, {3, 130, 4, 31}};
  for (auto [n, m, h, d] : sizes)
    text += llvm::formatv(R"(
func.func @state_{0}_{1}(%q: tensor<?x{0}x{2}x{3}xT>, %k: tensor<?x{1}x{2}x{3}xT>, %v: tensor<?x{1}x{2}x{3}xT>,
                         %g: tensor<?x{0}x{2}x{3}xT>, %t: tensor<{2}xP>)
    -> (tensor<?x{2}x{0}xP>, tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>,
        tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<{2}xP>, tensor<{2}xP>) {{
  %o, %l = brt.state_attention %q, %k, %v {{scale = 0.25 : f64} : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT> -> tensor<?x{2}x{0}xP>
  %0:3 = brt.state_attention_adjoint %q, %k, %v output %o, %l gradient %g {{scale = 0.25 : f64}
      : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<?x{2}x{0}xP>
  %p, %m = brt.state_attention %q, %k, %v temperature(%t : tensor<{2}xP>) : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT> -> tensor<?x{2}x{0}xP>
  %1:4 = brt.state_attention_adjoint %q, %k, %v temperature(%t : tensor<{2}xP>) output %p, %m gradient %g
      : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<?x{2}x{0}xP>
  %r, %n = brt.state_attention %q, %k, %v temperature(%t : tensor<{2}xP>) {{temperature_kind = #brt<temperature signed>}
      : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT> -> tensor<?x{2}x{0}xP>
  %2:4 = brt.state_attention_adjoint %q, %k, %v temperature(%t : tensor<{2}xP>) output %r, %n gradient %g {{temperature_kind = #brt<temperature signed>}
      : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<?x{2}x{0}xP>
  return %l, %0#0, %0#1, %0#2, %1#0, %1#1, %1#2, %1#3, %2#3 : tensor<?x{2}x{0}xP>, tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>,
        tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>, tensor<{2}xP>, tensor<{2}xP>
}
)",
                          n, m, h, d);
  // That of a temperature is a small sum of large terms.
  check(text, {1, 3}, /*slack=*/16);
}

TEST_P(CompiledAdjoints, WindowAttention) {
  // As for the forward op. Without a cache the first query sees no key.
  std::string text;
  int sizes[][4] = {{1, 8, 4, 1},   {12, 16, 4, 1},  {12, 12, 4, 1},
                    {13, 18, 5, 1}, {37, 61, 24, 1}, {8, 12, 4, 0},
                    {11, 15, 4, 0}, {7, 12, 3, 0}};
  for (auto [n, m, w, causal] : sizes)
    text += llvm::formatv(R"(
func.func @window_{0}_{1}_{2}_{3}(%q: tensor<?x{0}x2x5xT>, %k: tensor<?x{1}x2x5xT>, %v: tensor<?x{1}x2x5xT>, %g: tensor<?x{0}x2x5xT>,
                              %t: tensor<2xP>, %b: tensor<2x{4}xP>, %s: tensor<2xP>)
    -> (tensor<?x2x{0}xP>, tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>, tensor<2x{4}xP>,
        tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>) {{
  %o, %l = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{4}xP>) {{window = {2}, causal = {3}}
      : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT> -> tensor<?x2x{0}xP>
  %0:5 = brt.window_attention_adjoint %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{4}xP>)
      output %o, %l gradient %g {{window = {2}, causal = {3}} : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x2x{0}xP>
  %p, %n = brt.window_attention %q, %k, %v sink(%s : tensor<2xP>) {{window = {2}, causal = {3}, scale = 0.5 : f64}
      : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT> -> tensor<?x2x{0}xP>
  %1:4 = brt.window_attention_adjoint %q, %k, %v sink(%s : tensor<2xP>)
      output %p, %n gradient %g {{window = {2}, causal = {3}, scale = 0.5 : f64} : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x2x{0}xP>
  return %l, %0#0, %0#1, %0#2, %0#3, %0#4, %1#0, %1#1, %1#2, %1#3 : tensor<?x2x{0}xP>, tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>, tensor<2x{4}xP>,
        tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>
}
)",
                          n, m, w, causal ? "true" : "false",
                          causal ? w : 3 * w - 1);
  check(text, {1, 3}, /*slack=*/4);
}

// Weights that dropout leaves out on both ways.
TEST_P(CompiledAdjoints, Dropout) {
  std::string text;
  for (auto [n, m, w] : {std::array{8, 12, 4}, {6, 6, 8}, {12, 12, 4}})
    for (const char *causal : {"true", "false"})
      text += llvm::formatv(R"(
func.func @attention_{0}_{1}_{3}(%q: tensor<?x{0}x2x5xT>, %k: tensor<?x{1}x2x5xT>, %v: tensor<?x{1}x2x5xT>, %g: tensor<?x{0}x2x5xT>, %t: tensor<2xP>,
                         %seed: tensor<i64> {{test.range = array<i64: 0, 9>}, %step: tensor<i64> {{test.range = array<i64: 0, 9>})
    -> (tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>) {{
  %c = tensor.extract %seed[] : tensor<i64>
  %d = tensor.extract %step[] : tensor<i64>
  %o, %l = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) draw(%c, %d) {{window = {2}, causal = {3}, dropout_rate = 0.4 : f64, dropout_site = 3}
      : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT> -> tensor<?x2x{0}xP>
  %0:4 = brt.window_attention_adjoint %q, %k, %v temperature(%t : tensor<2xP>) draw(%c, %d)
      output %o, %l gradient %g {{window = {2}, causal = {3}, dropout_rate = 0.4 : f64, dropout_site = 3} : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x2x{0}xP>
  return %0#0, %0#1, %0#2, %0#3 : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>
}
)",
                            n, m, w, causal);
  check(text, {1, 3}, /*slack=*/4);
}

TEST_P(CompiledAdjoints, WindowAttentionAtPositions) {
  std::string text;
  int sizes[][3] = {{1, 8, 4}, {4, 8, 4}, {7, 14, 7}, {16, 32, 16}};
  for (auto [n, m, w] : sizes)
    text += llvm::formatv(R"(
func.func @stream_{0}_{1}(%q: tensor<?x{0}x2x5xT>, %k: tensor<?x{1}x2x5xT>, %v: tensor<?x{1}x2x5xT>, %g: tensor<?x{0}x2x5xT>, %t: tensor<2xP>,
                          %b: tensor<2x{2}xP>, %p: tensor<?xi32> {{test.range = array<i64: 0, {3}>})
    -> (tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>, tensor<2x{2}xP>) {{
  %o, %l = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{2}xP>) positions(%p : tensor<?xi32>) {{window = {2}}
      : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT> -> tensor<?x2x{0}xP>
  %0:5 = brt.window_attention_adjoint %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{2}xP>) positions(%p : tensor<?xi32>)
      output %o, %l gradient %g {{window = {2}} : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x2x{0}xP>
  return %0#0, %0#1, %0#2, %0#3, %0#4 : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<?x{1}x2x5xT>, tensor<2xP>, tensor<2x{2}xP>
}
)",
                          n, m, w, m - n);
  check(text, {1, 2, 5}, /*slack=*/4);
}

// The forms of other ops that only gradients have.
TEST_P(CompiledAdjoints, Forms) {
  check(R"(
func.func @forms(%g: tensor<?x5x9xT>, %w: tensor<7x9xP>, %k: tensor<?x5x3x10xT>, %x: tensor<?x12x6xT>, %c: tensor<?x3x6xT>)
    -> (tensor<?x5x7xT>, tensor<?x5x3x10xT>, tensor<?x12x6xT>, tensor<?x3x6xT>) {
  %0 = brt.linear %g, transposed %w : tensor<?x5x9xT>, tensor<7x9xP>
  %1 = brt.rotary %k {first = -8, inverse} : tensor<?x5x3x10xT>
  %2:2 = brt.recurrence reverse blocks = 4 over (%b = %x : tensor<?x12x6xT>) carry (%s = %c : tensor<?x3x6xT>) {
    %3 = brt.activation tanh %s : tensor<?x3x6xT>
    %4 = arith.addf %3, %b : tensor<?x3x6xT>
    brt.yield %3 : tensor<?x3x6xT> carry %4 : tensor<?x3x6xT>
  }
  return %0, %1, %2#0, %2#1 : tensor<?x5x7xT>, tensor<?x5x3x10xT>, tensor<?x12x6xT>, tensor<?x3x6xT>
}
)",
        {1, 2, 7});
}

INSTANTIATE_TEST_SUITE_P(Types, CompiledAdjoints,
                         testing::ValuesIn(kOpTolerances), nameOf);
