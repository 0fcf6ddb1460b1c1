//===- OpsTest.cpp - Compiled ops against the reference evaluator ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op of the level `cell`, in each kind and element type, at odd shapes,
// compiled for each instruction set that this machine has.
//
//===----------------------------------------------------------------------===//

#include "CompiledOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace brt;
using namespace brt::test;

TEST_P(CompiledOps, Linear) {
  std::string text;
  int sizes[][3] = {{1, 1, 1},    {3, 5, 7},     {8, 16, 32},  {30, 31, 37},
                    {61, 130, 9}, {5, 256, 130}, {64, 64, 64}, {128, 70, 96}};
  for (auto [n, k, m] : sizes)
    text += llvm::formatv(R"(
func.func @linear_{0}_{1}_{2}(%x: tensor<?x{0}x{1}xT>, %w: tensor<{1}x{2}xP>, %b: tensor<{2}xP>)
    -> (tensor<?x{0}x{2}xT>, tensor<?x{0}x{2}xT>) {{
  %0 = brt.linear %x, %w : tensor<?x{0}x{1}xT>, tensor<{1}x{2}xP>
  %1 = brt.linear %x, %w bias(%b : tensor<{2}xP>) : tensor<?x{0}x{1}xT>, tensor<{1}x{2}xP>
  return %0, %1 : tensor<?x{0}x{2}xT>, tensor<?x{0}x{2}xT>
}
)",
                          n, k, m);
  check(text, {1, 2, 5});
}

/// Products whose tiles end in the middle of everything: of register tiles,
/// panels, the depth, and of the tiles of a grid; and with few rows a lane.
TEST_P(CompiledOps, Products) {
  std::string text;
  int sizes[][3] = {{8, 8, 8},    {9, 17, 33},   {13, 530, 31}, {30, 64, 97},
                    {97, 66, 48}, {401, 40, 21}, {9, 40, 515},  {1030, 37, 530},
                    {1, 70, 130}, {3, 40, 97}};
  for (auto [n, k, m] : sizes)
    text += llvm::formatv(R"(
func.func @product_{0}_{1}_{2}(%x: tensor<?x{0}x{1}xT>, %y: tensor<?x{0}x{2}xT>, %w: tensor<{1}x{2}xP>)
    -> (tensor<?x{0}x{2}xT>, tensor<?x{0}x{1}xT>, tensor<{1}x{2}xP>) {{
  %0 = brt.linear %x, %w : tensor<?x{0}x{1}xT>, tensor<{1}x{2}xP>
  %1 = brt.linear %y, transposed %w : tensor<?x{0}x{2}xT>, tensor<{1}x{2}xP>
  %2 = brt.weight_gradient %x, %y : tensor<?x{0}x{1}xT>, tensor<?x{0}x{2}xT> -> tensor<{1}x{2}xP>
  return %0, %1, %2 : tensor<?x{0}x{2}xT>, tensor<?x{0}x{1}xT>, tensor<{1}x{2}xP>
}
)",
                          n, k, m);
  check(text, {1, 3});
}

TEST_P(CompiledOps, Norm) {
  std::string text;
  for (int e : {1, 3, 16, 37, 130})
    text += llvm::formatv(R"(
func.func @norm_{0}(%x: tensor<?x5x{0}xT>, %g: tensor<{0}xP>, %b: tensor<{0}xP>)
    -> (tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>) {{
  %0 = brt.norm rms %x, %g : tensor<?x5x{0}xT>, tensor<{0}xP>
  %1 = brt.norm layer %x, %g {{epsilon = 1.0e-3 : f64} : tensor<?x5x{0}xT>, tensor<{0}xP>
  %2 = brt.norm layer %x, %g bias(%b : tensor<{0}xP>) {{epsilon = 1.0e-3 : f64} : tensor<?x5x{0}xT>, tensor<{0}xP>
  %3 = brt.unit_normalize %x : tensor<?x5x{0}xT>
  return %0, %1, %2, %3 : tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>
}
)",
                          e);
  check(text);
}

TEST_P(CompiledOps, Activation) {
  std::string text;
  for (const char *kind :
       {"none", "relu", "swish", "sigmoid", "tanh", "softmax", "gelu"})
    for (int m : {1, 5, 37, 128})
      text += llvm::formatv(R"(
func.func @{0}_{1}(%x: tensor<?x3x{1}xT>) -> tensor<?x3x{1}xT> {{
  %0 = brt.activation {0} %x : tensor<?x3x{1}xT>
  return %0 : tensor<?x3x{1}xT>
}
)",
                            kind, m);
  check(text);
}

TEST_P(CompiledOps, Gate) {
  std::string text;
  for (int e : {1, 16, 37})
    text += llvm::formatv(R"(
func.func @gate_{0}(%c: tensor<?x5x{0}xT>, %y: tensor<?x5x{0}xT>, %b: tensor<{0}xP>, %f: tensor<?x5x{0}xT>,
                    %i: tensor<?x5x{0}xT>, %s: tensor<5x{0}xP>)
    -> (tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>) {{
  %0 = brt.gate fixed %c, %y (%b : tensor<{0}xP>) : tensor<?x5x{0}xT>
  %1 = brt.gate full %c, %y (%f : tensor<?x5x{0}xT>) : tensor<?x5x{0}xT>
  %2 = brt.gate lstm %c, %y (%f, %i : tensor<?x5x{0}xT>, tensor<?x5x{0}xT>) : tensor<?x5x{0}xT>
  %3 = brt.gate residual %c, %y : tensor<?x5x{0}xT>
  %4 = brt.add_state_ids %c, %s : tensor<?x5x{0}xT>, tensor<5x{0}xP>
  return %0, %1, %2, %3, %4 : tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>, tensor<?x5x{0}xT>
}
)",
                          e);
  check(text);
}

TEST_P(CompiledOps, EmbedAndLogits) {
  std::string text;
  int sizes[][3] = {{1, 1, 2}, {5, 31, 16}, {12, 256, 37}};
  for (auto [n, v, e] : sizes) {
    bool bf16 = StringRef(GetParam().type) == "bf16";
    text += llvm::formatv(R"(
func.func @embed_{0}(%t: tensor<?x{0}xi32> {{test.range = array<i64: -300, 600>}, %e: tensor<{1}x{2}xP>, %x: tensor<?x{0}x{2}xT>)
    -> (tensor<?x{0}x{2}xT>, tensor<?x{0}x{1}x{3}>) {{
  %0 = brt.embed %t, %e : tensor<?x{0}xi32>, tensor<{1}x{2}xP> -> tensor<?x{0}x{2}xT>
  %1 = brt.logits %x, %e {{divisor = 3.0 : f64} : tensor<?x{0}x{2}xT>, tensor<{1}x{2}xP> -> tensor<?x{0}x{1}x{3}>
  return %0, %1 : tensor<?x{0}x{2}xT>, tensor<?x{0}x{1}x{3}>
}
)",
                          n, v, e, bf16 ? "f32" : GetParam().type);
  }
  check(text);
}

TEST_P(CompiledOps, Loss) {
  check(R"(
func.func @loss(%l: tensor<?x9x37xT>, %t: tensor<?x9xi32> {test.range = array<i64: -2, 3>}, %m: tensor<?x9xi1>)
    -> (tensor<?x9xi32>, tensor<?x9xi1>, tensor<?x9xi1>, tensor<?x9xi1>, tensor<?x9xT>, tensor<T>, tensor<i64>) {
  %0, %1 = brt.shift_targets %t : tensor<?x9xi32>
  %2, %3 = brt.shift_targets %t mask(%m : tensor<?x9xi1>) : tensor<?x9xi32>
  %4, %5 = brt.shift_targets %t mask(%m : tensor<?x9xi1>) {shift_mask} : tensor<?x9xi32>
  %6, %7, %8 = brt.cross_entropy %l, %0, %3 : tensor<?x9x37xT>, tensor<?x9xi32>, tensor<?x9xi1>
  return %0, %1, %3, %5, %6, %7, %8 : tensor<?x9xi32>, tensor<?x9xi1>, tensor<?x9xi1>, tensor<?x9xi1>, tensor<?x9xT>, tensor<T>, tensor<i64>
}
)");
}

TEST_P(CompiledOps, Heads) {
  check(R"(
func.func @heads(%x: tensor<?x5x12xT>, %y: tensor<?x5x12xT>) -> (tensor<?x5x4x3xT>, tensor<?x5x12xT>, tensor<?x5x24xT>) {
  %0 = brt.split_heads %x into 4 : tensor<?x5x12xT>
  %1 = brt.split_heads %y into 4 : tensor<?x5x12xT>
  %2 = brt.merge_heads %1 : tensor<?x5x4x3xT>
  %3 = brt.merge_heads %0, %1 : tensor<?x5x4x3xT>, tensor<?x5x4x3xT>
  return %0, %2, %3 : tensor<?x5x4x3xT>, tensor<?x5x12xT>, tensor<?x5x24xT>
}
)");
}

TEST_P(CompiledOps, StateAttention) {
  std::string text;
  int sizes[][4] = {
      {1, 1, 1, 1}, {5, 7, 3, 10}, {37, 61, 2, 16}, {3, 130, 4, 31}};
  for (auto [n, m, h, d] : sizes)
    text += llvm::formatv(R"(
func.func @state_{0}_{1}(%q: tensor<?x{0}x{2}x{3}xT>, %k: tensor<?x{1}x{2}x{3}xT>, %v: tensor<?x{1}x{2}x{3}xT>, %t: tensor<{2}xP>)
    -> (tensor<?x{0}x{2}x{3}xT>, tensor<?x{0}x{2}x{3}xT>, tensor<?x{0}x{2}x{3}xT>) {{
  %0 = brt.state_attention %q, %k, %v {{scale = 0.25 : f64} : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>
  %1 = brt.state_attention %q, %k, %v temperature(%t : tensor<{2}xP>) : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>
  %2 = brt.state_attention %q, %k, %v temperature(%t : tensor<{2}xP>) {{temperature_kind = #brt<temperature signed>}
      : tensor<?x{0}x{2}x{3}xT>, tensor<?x{1}x{2}x{3}xT>
  return %0, %1, %2 : tensor<?x{0}x{2}x{3}xT>, tensor<?x{0}x{2}x{3}xT>, tensor<?x{0}x{2}x{3}xT>
}
)",
                          n, m, h, d);
  check(text);
}

TEST_P(CompiledOps, WindowAttention) {
  // Queries, keys, window, causal: the cache whole, in part and not there, one
  // block and many, blocks that do not divide the queries.
  std::string text;
  int sizes[][4] = {{1, 8, 4, 1},   {12, 16, 4, 1},  {12, 12, 4, 1},
                    {13, 18, 5, 1}, {37, 61, 24, 1}, {8, 12, 4, 0},
                    {11, 15, 4, 0}, {7, 12, 3, 0}};
  for (auto [n, m, w, causal] : sizes)
    text += llvm::formatv(R"(
func.func @window_{0}_{1}_{2}_{3}(%q: tensor<?x{0}x2x5xT>, %k: tensor<?x{1}x2x5xT>, %v: tensor<?x{1}x2x5xT>, %t: tensor<2xP>,
                              %b: tensor<2x{4}xP>, %s: tensor<2xP>)
    -> (tensor<?x{0}x2x5xT>, tensor<?x{0}x2x5xT>) {{
  %0 = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{4}xP>) {{window = {2}, causal = {3}}
      : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>
  %1 = brt.window_attention %q, %k, %v sink(%s : tensor<2xP>) {{window = {2}, causal = {3}, scale = 0.5 : f64}
      : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>
  return %0, %1 : tensor<?x{0}x2x5xT>, tensor<?x{0}x2x5xT>
}
)",
                          n, m, w, causal ? "true" : "false",
                          causal ? w : 3 * w - 1);
  check(text);
}

TEST_P(CompiledOps, WindowAttentionAtPositions) {
  std::string text;
  int sizes[][3] = {{1, 8, 4}, {4, 8, 4}, {7, 14, 7}, {16, 32, 16}};
  for (auto [n, m, w] : sizes)
    text += llvm::formatv(R"(
func.func @stream_{0}_{1}(%q: tensor<?x{0}x2x5xT>, %k: tensor<?x{1}x2x5xT>, %v: tensor<?x{1}x2x5xT>, %t: tensor<2xP>,
                          %b: tensor<2x{2}xP>, %p: tensor<?xi32> {{test.range = array<i64: 0, {3}>})
    -> tensor<?x{0}x2x5xT> {{
  %0 = brt.window_attention %q, %k, %v temperature(%t : tensor<2xP>) bias(%b : tensor<2x{2}xP>) positions(%p : tensor<?xi32>) {{window = {2}}
      : tensor<?x{0}x2x5xT>, tensor<?x{1}x2x5xT>
  return %0 : tensor<?x{0}x2x5xT>
}
)",
                          n, m, w, m - n);
  check(text, {1, 2, 5});
}

TEST_P(CompiledOps, Positions) {
  check(R"(
func.func @rotary(%x: tensor<?x5x3x10xT>, %p: tensor<?xi32> {test.range = array<i64: 0, 5000>}) -> (tensor<?x5x3x10xT>, tensor<?x5x3x10xT>) {
  %0 = brt.rotary %x {first = -8} : tensor<?x5x3x10xT>
  %1 = brt.rotary %x positions(%p : tensor<?xi32>) {first = 3} : tensor<?x5x3x10xT>
  return %0, %1 : tensor<?x5x3x10xT>, tensor<?x5x3x10xT>
}
func.func @absolute(%x: tensor<?x5x14xT>, %p: tensor<?xi32> {test.range = array<i64: 0, 5000>}) -> (tensor<?x5x14xT>, tensor<?x5x14xT>) {
  %0 = brt.add_absolute_positions %x : tensor<?x5x14xT>
  %1 = brt.add_absolute_positions %x positions(%p : tensor<?xi32>) : tensor<?x5x14xT>
  return %0, %1 : tensor<?x5x14xT>, tensor<?x5x14xT>
}
)");
}

TEST_P(CompiledOps, RelativeBias) {
  check(R"(
func.func @t5(%t: tensor<3x32xP>) -> (tensor<3x200xP>, tensor<3x23xP>) {
  %0 = brt.relative_bias t5 (%t) {first_distance = 1} : (tensor<3x32xP>) -> tensor<3x200xP>
  %1 = brt.relative_bias t5 (%t) {first_distance = -7} : (tensor<3x32xP>) -> tensor<3x23xP>
  return %0, %1 : tensor<3x200xP>, tensor<3x23xP>
}
func.func @fourier(%t: tensor<3x16xP>) -> tensor<3x23xP> {
  %0 = brt.relative_bias fourier (%t) {first_distance = -3, max_keys = 24} : (tensor<3x16xP>) -> tensor<3x23xP>
  return %0 : tensor<3x23xP>
}
func.func @alibi(%s: tensor<1xP>, %r: tensor<1xP>, %h: tensor<3xP>) -> (tensor<3x23xP>, tensor<3x23xP>) {
  %0 = brt.relative_bias alibi (%s, %r) {first_distance = -3} : (tensor<1xP>, tensor<1xP>) -> tensor<3x23xP>
  %1 = brt.relative_bias alibi (%s, %h) {first_distance = 1} : (tensor<1xP>, tensor<3xP>) -> tensor<3x23xP>
  return %0, %1 : tensor<3x23xP>, tensor<3x23xP>
}
func.func @nn(%a: tensor<9xP>, %b: tensor<9xP>, %c: tensor<3x9xP>) -> tensor<3x23xP> {
  %0 = brt.relative_bias nn (%a, %b, %c) {first_distance = -3} : (tensor<9xP>, tensor<9xP>, tensor<3x9xP>) -> tensor<3x23xP>
  return %0 : tensor<3x23xP>
}
)");
}

TEST_P(CompiledOps, State) {
  check(R"(
func.func @lanes(%f: tensor<?xi1>, %i: tensor<5x12xT>, %x: tensor<?x5x12xT>, %y: tensor<?x5x12xT>)
    -> (tensor<?x5x12xT>, tensor<?x5x12xT>, tensor<i1>) {
  %0 = brt.select_lanes %f, %i, %x : tensor<?xi1>, tensor<5x12xT>, tensor<?x5x12xT>
  %1 = brt.select_lanes %f, %x, %y : tensor<?xi1>, tensor<?x5x12xT>, tensor<?x5x12xT>
  %2 = brt.any_lane %f : tensor<?xi1>
  %3 = tensor.from_elements %2 : tensor<i1>
  return %0, %1, %3 : tensor<?x5x12xT>, tensor<?x5x12xT>, tensor<i1>
}
func.func @write(%c: tensor<?x8x2x3xT>, %r: tensor<?x4x2x3xT>, %p: tensor<?xi32> {test.range = array<i64: -2, 9>},
                 %n: tensor<?xi32> {test.range = array<i64: 0, 4>}) -> tensor<?x8x2x3xT> {
  %0 = brt.cache_write %c, %r at %p count %n : tensor<?x8x2x3xT>, tensor<?x4x2x3xT>, tensor<?xi32>
  return %0 : tensor<?x8x2x3xT>
}
func.func @recurrence(%x: tensor<?x12x5xT>, %c: tensor<?x3x5xT>, %d: tensor<?x3x5xT>)
    -> (tensor<?x12x5xT>, tensor<?x3x5xT>, tensor<?x3x5xT>) {
  %0:3 = brt.recurrence blocks = 4 over (%b = %x : tensor<?x12x5xT>) carry (%s = %c : tensor<?x3x5xT>, %t = %d : tensor<?x3x5xT>) {
    %1 = brt.gate residual %s, %b : tensor<?x3x5xT>
    %2 = brt.activation tanh %1 : tensor<?x3x5xT>
    brt.yield %2 : tensor<?x3x5xT> carry %t, %1 : tensor<?x3x5xT>, tensor<?x3x5xT>
  }
  return %0#0, %0#1, %0#2 : tensor<?x12x5xT>, tensor<?x3x5xT>, tensor<?x3x5xT>
}
)",
        {1, 2, 7});
}

TEST_P(CompiledOps, Random) {
  check(R"(
func.func @random(%seed: tensor<i64> {test.range = array<i64: -1000000000000, 1000000000000>}) -> (tensor<37xP>, tensor<31x130xP>, tensor<5x3x7xP>) {
  %s = tensor.extract %seed[] : tensor<i64>
  %0 = brt.random normal %s {mean = 1.0 : f64, stddev = 2.0 : f64, stream = 7 : i64} : tensor<37xP>
  %1 = brt.random truncated_normal %s {mean = 0.0 : f64, stddev = 0.1 : f64, stream = -5843858341529559141 : i64} : tensor<31x130xP>
  %2 = brt.random normal %s {mean = 0.0 : f64, stddev = 1.0 : f64, stream = 9 : i64} : tensor<5x3x7xP>
  return %0, %1, %2 : tensor<37xP>, tensor<31x130xP>, tensor<5x3x7xP>
}
)");
}

// Results that start as one tensor, and a result that another overwrites.
TEST_P(CompiledOps, Results) {
  check(R"(
#all = affine_map<(b, i) -> (b, i)>
#rows = affine_map<(b, i) -> (i)>
func.func @sums(%x: tensor<?x5xT>, %y: tensor<?x5xT>) -> (tensor<5xT>, tensor<5xT>, tensor<5xT>) {
  %c = arith.constant 0.0 : T
  %e = tensor.empty() : tensor<5xT>
  %z = linalg.fill ins(%c : T) outs(%e : tensor<5xT>) -> tensor<5xT>
  %0 = linalg.generic {indexing_maps = [#all, #rows], iterator_types = ["reduction", "parallel"]} ins(%x : tensor<?x5xT>) outs(%z : tensor<5xT>) {
  ^bb0(%in: T, %out: T):
    %a = arith.addf %in, %out : T
    linalg.yield %a : T
  } -> tensor<5xT>
  %1 = linalg.generic {indexing_maps = [#all, #rows], iterator_types = ["reduction", "parallel"]} ins(%y : tensor<?x5xT>) outs(%z : tensor<5xT>) {
  ^bb0(%in: T, %out: T):
    %a = arith.addf %in, %out : T
    linalg.yield %a : T
  } -> tensor<5xT>
  %2 = linalg.generic {indexing_maps = [#all, #rows], iterator_types = ["reduction", "parallel"]} ins(%y : tensor<?x5xT>) outs(%0 : tensor<5xT>) {
  ^bb0(%in: T, %out: T):
    %a = arith.addf %in, %out : T
    linalg.yield %a : T
  } -> tensor<5xT>
  return %0, %1, %2 : tensor<5xT>, tensor<5xT>, tensor<5xT>
}
)",
        {1, 3}, /*slack=*/4);
}

TEST_P(CompiledOps, Dropout) {
  check(R"(
func.func @features(%x: tensor<?x12x5xT>, %y: tensor<?x256x3xT>, %seed: tensor<i64> {test.range = array<i64: -1000000000000, 1000000000000>},
                    %step: tensor<i64> {test.range = array<i64: 0, 100000>}) -> (tensor<?x12x5xT>, tensor<?x256x3xT>) {
  %a = tensor.extract %seed[] : tensor<i64>
  %b = tensor.extract %step[] : tensor<i64>
  %0 = brt.dropout %x draw(%a, %b) {rate = 0.3 : f64, site = 2} : tensor<?x12x5xT>
  %1 = brt.dropout %y draw(%a, %b) {rate = 0.05 : f64, site = 2147483647} : tensor<?x256x3xT>
  return %0, %1 : tensor<?x12x5xT>, tensor<?x256x3xT>
}
func.func @attention(%q: tensor<?x12x2x5xT>, %k: tensor<?x16x2x5xT>, %p: tensor<?x8x2x5xT>, %seed: tensor<i64> {test.range = array<i64: 0, 9>},
                     %step: tensor<i64> {test.range = array<i64: 0, 9>}) -> (tensor<?x12x2x5xT>, tensor<?x12x2x5xT>, tensor<?x8x2x5xT>, tensor<?x12x2x5xT>) {
  %a = tensor.extract %seed[] : tensor<i64>
  %b = tensor.extract %step[] : tensor<i64>
  %0 = brt.window_attention %q, %k, %k draw(%a, %b) {window = 4, dropout_rate = 0.4 : f64, dropout_site = 1} : tensor<?x12x2x5xT>, tensor<?x16x2x5xT>
  %1 = brt.window_attention %q, %q, %q draw(%a, %b) {window = 6, dropout_rate = 0.4 : f64, dropout_site = 1} : tensor<?x12x2x5xT>, tensor<?x12x2x5xT>
  %2 = brt.window_attention %p, %p, %p draw(%a, %b) {window = 9, dropout_rate = 0.2 : f64, dropout_site = 3} : tensor<?x8x2x5xT>, tensor<?x8x2x5xT>
  %3 = brt.window_attention %q, %k, %k draw(%a, %b) {window = 4, causal = false, dropout_rate = 0.4 : f64, dropout_site = 1} : tensor<?x12x2x5xT>, tensor<?x16x2x5xT>
  return %0, %1, %2, %3 : tensor<?x12x2x5xT>, tensor<?x12x2x5xT>, tensor<?x8x2x5xT>, tensor<?x12x2x5xT>
}
)",
        {1, 3});
}

// Ops of upstream dialects that a cell of the user's own is made of. The sum
// rounds each of its four additions to its type, in an order that vectors
// change.
TEST_P(CompiledOps, Upstream) {
  check(R"(
func.func @upstream(%x: tensor<?x6x5xT>, %y: tensor<?x6x5xT>) -> (tensor<?x12x5xT>, tensor<?x6x5xT>, tensor<?x6xT>) {
  %0 = tensor.concat dim(1) %x, %y : (tensor<?x6x5xT>, tensor<?x6x5xT>) -> tensor<?x12x5xT>
  %1 = arith.addf %x, %y : tensor<?x6x5xT>
  %2 = arith.mulf %1, %x : tensor<?x6x5xT>
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?x6x5xT>
  %e = tensor.empty(%d) : tensor<?x6xT>
  %c = arith.constant 0.0 : T
  %z = linalg.fill ins(%c : T) outs(%e : tensor<?x6xT>) -> tensor<?x6xT>
  %3 = linalg.generic {indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>, affine_map<(b, i, j) -> (b, i)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<?x6x5xT>) outs(%z : tensor<?x6xT>) {
  ^bb0(%in: T, %out: T):
    %a = arith.addf %in, %out : T
    linalg.yield %a : T
  } -> tensor<?x6xT>
  return %0, %2, %3 : tensor<?x12x5xT>, tensor<?x6x5xT>, tensor<?x6xT>
}
)",
        {1, 3}, /*slack=*/4);
}

INSTANTIATE_TEST_SUITE_P(Types, CompiledOps, testing::ValuesIn(kOpTolerances),
                         nameOf);
