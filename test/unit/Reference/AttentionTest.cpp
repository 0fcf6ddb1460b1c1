//===- AttentionTest.cpp - Attention by hand ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include <cmath>

using namespace brt;
using namespace brt::reference;

/// One lane and one head: the probability of each key, by values that are unit
/// vectors. `options` come between the operands and the types.
static Tensor<double> getProbabilities(int64_t queries, int64_t keys,
                                       const std::string &options,
                                       const std::string &positions = "") {
  std::string shape = std::to_string(keys) + "xf64>";
  std::string q = "tensor<1x" + std::to_string(queries) + "x1x" + shape;
  std::string k = "tensor<1x" + std::to_string(keys) + "x1x" + shape;
  std::string text = "func.func @f(%q: " + q + ", %k: " + k + ", %v: " + k +
                     ", %p: tensor<1xi32>) -> " + q +
                     " {\n  %0 = brt.window_attention %q, %k, %v " + positions +
                     options + " : " + q + ", " + k + "\n  return %0 : " + q +
                     "\n}";
  auto v = Tensor<double>::ofReals({1, keys, 1, keys});
  for (int64_t j = 0; j < keys; ++j)
    v(0, j, 0, j) = 1;
  TestContext test;
  Values results =
      test.evaluate(text, {Tensor<double>::ofReals({1, queries, 1, keys}),
                           Tensor<double>::ofReals({1, keys, 1, keys}), v,
                           integers({1}, {2})});
  EXPECT_EQ(test.error, "");
  return results[0].reshape({queries, keys});
}

/// Conformance item 1: row i sees keys i ... i + W - 1 of 2W, equally here.
TEST(WindowAttention, SeesExactlyTheWindowBefore) {
  constexpr int64_t kWindow = 5;
  Tensor<double> p = getProbabilities(kWindow, 2 * kWindow, "{window = 5}");
  for (int64_t i = 0; i < kWindow; ++i)
    for (int64_t j = 0; j < 2 * kWindow; ++j) {
      bool visible = i <= j && j < i + kWindow;
      EXPECT_NEAR(p(i, j), visible ? 1.0 / kWindow : 0, 1e-15) << i << " " << j;
    }
}

/// Conformance item 8: without a cache the first token sees nothing.
TEST(WindowAttention, RowWithoutKeysIsZero) {
  Tensor<double> p = getProbabilities(3, 3, "{window = 4}");
  expectNear(p, reals({3, 3}, {0, 0, 0, 1, 0, 0, 0.5, 0.5, 0}));
}

TEST(WindowAttention, SeesTwoBlocksWhereNotCausal) {
  Tensor<double> p = getProbabilities(2, 6, "{window = 2, causal = false}");
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < 6; ++j)
      EXPECT_NEAR(p(i, j), j < 2 ? 0 : 0.25, 1e-15) << i << " " << j;
}

/// The lane's query stands at key 2 of 6.
TEST(WindowAttention, StandsWherePositionsSay) {
  Tensor<double> p =
      getProbabilities(1, 6, "{window = 4}", "positions(%p : tensor<1xi32>) ");
  expectNear(p, reals({1, 6}, {0.5, 0.5, 0, 0, 0, 0}));
}

static const char kStart[] = R"(
func.func @start(%q: tensor<1x2x1x1xf64>, %k: tensor<1x4x1x1xf64>,
                 %v: tensor<1x4x1x1xf64>, %t: tensor<1xf64>, %b: tensor<1x2xf64>)
    -> tensor<1x2x1x1xf64> {
  %0 = brt.window_attention %q, %k, %v temperature(%t : tensor<1xf64>)
      bias(%b : tensor<1x2xf64>) {window = 2, temperature_kind = #brt<temperature KIND>, scale = 0.5 : f64}
      : tensor<1x2x1x1xf64>, tensor<1x4x1x1xf64>
  return %0 : tensor<1x2x1x1xf64>
}
)";

/// Two tokens at the start of a document: the zero keys of the cache are not
/// masked (conformance item 7).
static Values evaluateStart(TestContext &test, const std::string &kind) {
  std::string text = kStart;
  text.replace(text.find("KIND"), 4, kind);
  return test.evaluate(text, {reals({1, 2, 1, 1}, {3, 2}),
                              reals({1, 4, 1, 1}, {0, 0, 0.7, 9}),
                              reals({1, 4, 1, 1}, {0, 0, 5, 9}),
                              reals({1}, {-1.5}), reals({1, 2}, {0.1, 0.4})});
}

TEST(WindowAttention, ZeroKeysOfAStartDilute) {
  TestContext test;
  Values results = evaluateStart(test, "absolute");
  ASSERT_EQ(test.error, "");
  // Token 1 sees the zero key at distance 2 and token 0 at distance 1.
  double zeroKey = std::exp(1.5 * 0.4), token = std::exp(1.5 * (0.7 + 0.1));
  expectNear(results[0],
             reals({1, 2, 1, 1}, {0, 5 * token / (token + zeroKey)}));
}

TEST(WindowAttention, SignedTemperatureTurnsLogits) {
  TestContext test;
  Values results = evaluateStart(test, "signed");
  ASSERT_EQ(test.error, "");
  double zeroKey = std::exp(-1.5 * 0.4), token = std::exp(-1.5 * (0.7 + 0.1));
  expectNear(results[0],
             reals({1, 2, 1, 1}, {0, 5 * token / (token + zeroKey)}));
}

TEST(WindowAttention, SinkTakesItsShare) {
  TestContext test;
  Values results =
      test.evaluate(R"(
func.func @sink(%q: tensor<1x2x1x1xf64>, %v: tensor<1x2x1x1xf64>, %z: tensor<1xf64>)
    -> tensor<1x2x1x1xf64> {
  %0 = brt.window_attention %q, %q, %v sink(%z : tensor<1xf64>) {window = 2}
      : tensor<1x2x1x1xf64>, tensor<1x2x1x1xf64>
  return %0 : tensor<1x2x1x1xf64>
})",
                    {reals({1, 2, 1, 1}, {0, 0}), reals({1, 2, 1, 1}, {8, 1}),
                     reals({1}, {std::log(3)})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 2, 1, 1}, {0, 8.0 / 4}));
}

static const char kState[] = R"(
func.func @read(%q: tensor<?x1x1x2xf64>, %k: tensor<?x2x1x2xf64>, %v: tensor<?x2x1x2xf64>,
                %t: tensor<1xf64>) -> tensor<?x1x1x2xf64> {
  %0 = brt.state_attention %q, %k, %v temperature(%t : tensor<1xf64>) {scale = 2.0 : f64}
      : tensor<?x1x1x2xf64>, tensor<?x2x1x2xf64>
  return %0 : tensor<?x1x1x2xf64>
})";

TEST(StateAttention, ReadsAllKeys) {
  TestContext test;
  Values results = test.evaluate(
      kState,
      {reals({1, 1, 1, 2}, {1, 2}), reals({1, 2, 1, 2}, {0.5, 0, 0, 0.25}),
       reals({1, 2, 1, 2}, {1, 3, 5, 7}), reals({1}, {-0.5})});
  ASSERT_EQ(test.error, "");
  // Both logits are 0.5.
  expectNear(results[0], reals({1, 1, 1, 2}, {3, 5}));
}

/// Logits far below -1000 lose against the virtual one.
TEST(StateAttention, VirtualLogitTakesWhatNothingWants) {
  TestContext test;
  Values results = test.evaluate(kState, {reals({1, 1, 1, 2}, {-4000, 0}),
                                          reals({1, 2, 1, 2}, {1, 0, 1, 0}),
                                          reals({1, 2, 1, 2}, {1, 3, 5, 7}),
                                          reals({1}, {0.5})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 1, 1, 2}, {0, 0}));
}

TEST(StateAttention, RefusesLanesThatDiffer) {
  TestContext test;
  test.evaluate(kState,
                {Tensor<double>::ofReals({2, 1, 1, 2}),
                 Tensor<double>::ofReals({1, 2, 1, 2}),
                 Tensor<double>::ofReals({1, 2, 1, 2}), reals({1}, {1})});
  EXPECT_EQ(test.error, "'brt.state_attention' op expects operands of equally "
                        "many lanes, but got 2 and 1");
}
