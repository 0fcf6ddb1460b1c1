//===- CellOpsTest.cpp - Embedding, norms, projections, loss by hand ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include <cmath>

using namespace brt;
using namespace brt::reference;

TEST(Embed, TakesTokensModuloTheVocabulary) {
  TestContext test;
  Values results = test.evaluate(
      R"(
func.func @embed(%t: tensor<?x4xi32>, %e: tensor<3x2xf64>) -> tensor<?x4x2xf64> {
  %0 = brt.embed %t, %e : tensor<?x4xi32>, tensor<3x2xf64> -> tensor<?x4x2xf64>
  return %0 : tensor<?x4x2xf64>
})",
      {integers({1, 4}, {2, 4, -1, 0}), reals({3, 2}, {1, 2, 3, 4, 5, 6})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 4, 2}, {5, 6, 3, 4, 5, 6, 1, 2}));
}

TEST(Norm, RMS) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @norm(%x: tensor<1x2xf64>, %g: tensor<2xf64>) -> tensor<1x2xf64> {
  %0 = brt.norm rms %x, %g {epsilon = 3.5} : tensor<1x2xf64>, tensor<2xf64>
  return %0 : tensor<1x2xf64>
})",
                                 {reals({1, 2}, {3, 4}), reals({2}, {1, 10})});
  ASSERT_EQ(test.error, "");
  // mean(x^2) + epsilon = 12.5 + 3.5.
  expectNear(results[0], reals({1, 2}, {0.75, 10}));
}

TEST(Norm, LayerWithBias) {
  TestContext test;
  Values results = test.evaluate(
      R"(
func.func @norm(%x: tensor<1x2xf64>, %g: tensor<2xf64>, %b: tensor<2xf64>) -> tensor<1x2xf64> {
  %0 = brt.norm layer %x, %g bias(%b : tensor<2xf64>) {epsilon = 3.0} : tensor<1x2xf64>, tensor<2xf64>
  return %0 : tensor<1x2xf64>
})",
      {reals({1, 2}, {8, 10}), reals({2}, {1, 10}), reals({2}, {100, 200})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 2}, {99.5, 205}));
}

/// The sum of squares, not their mean.
TEST(UnitNormalize, DividesByTheLength) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @unit(%x: tensor<1x1x2x2xf64>) -> tensor<1x1x2x2xf64> {
  %0 = brt.unit_normalize %x {epsilon = 11.0} : tensor<1x1x2x2xf64>
  return %0 : tensor<1x1x2x2xf64>
})",
                                 reals({1, 1, 2, 2}, {3, 4, 0, 0}));
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 1, 2, 2}, {0.5, 4.0 / 6, 0, 0}));
}

TEST(Linear, AddsBias) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @linear(%x: tensor<?x2x2xf64>, %w: tensor<2x1xf64>, %b: tensor<1xf64>) -> tensor<?x2x1xf64> {
  %0 = brt.linear %x, %w bias(%b : tensor<1xf64>) : tensor<?x2x2xf64>, tensor<2x1xf64>
  return %0 : tensor<?x2x1xf64>
})",
                                 {reals({1, 2, 2}, {1, 2, 3, 4}),
                                  reals({2, 1}, {10, 100}), reals({1}, {7})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 2, 1}, {217, 437}));
}

TEST(Logits, DivideByTheDivisor) {
  TestContext test;
  Values results = test.evaluate(
      R"(
func.func @logits(%y: tensor<?x1x2xf64>, %e: tensor<3x2xf64>) -> tensor<?x1x3xf64> {
  %0 = brt.logits %y, %e {divisor = 2.0} : tensor<?x1x2xf64>, tensor<3x2xf64> -> tensor<?x1x3xf64>
  return %0 : tensor<?x1x3xf64>
})",
      {reals({1, 1, 2}, {1, 10}), reals({3, 2}, {1, 2, 3, 4, 5, 6})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 1, 3}, {10.5, 21.5, 32.5}));
}

static Tensor<double> activate(const std::string &kind) {
  TestContext test;
  Values results =
      test.evaluate("func.func @f(%x: tensor<1x2xf64>) -> tensor<1x2xf64> {\n"
                    "  %0 = brt.activation " +
                        kind +
                        " %x : tensor<1x2xf64>\n"
                        "  return %0 : tensor<1x2xf64>\n}",
                    reals({1, 2}, {-2, 1}));
  EXPECT_EQ(test.error, "");
  return results[0];
}

TEST(Activation, HasTheValuesOfItsTable) {
  auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  auto expect = [](const char *kind, double atMinusTwo, double atOne) {
    SCOPED_TRACE(kind);
    expectNear(activate(kind), reals({1, 2}, {atMinusTwo, atOne}));
  };
  expect("none", -2, 1);
  expect("relu", 0, 1);
  expect("swish", -2 * sigmoid(-2), sigmoid(1));
  expect("sigmoid", sigmoid(-2), sigmoid(1));
  expect("tanh", std::tanh(-2), std::tanh(1));
  expect("softmax", sigmoid(-3), sigmoid(3));
  // By the normal distribution.
  expect("gelu", -2 * 0.022750131948179195, 0.84134474606854293);
}

static const char kLoss[] = R"(
func.func @loss(%t: tensor<?x4xi32>, %m: tensor<?x4xi1>, %l: tensor<?x4x2xf64>)
    -> (tensor<?x4xi32>, tensor<?x4xi1>, tensor<?x4xf64>, tensor<f64>, tensor<i64>) {
  %0, %1 = brt.shift_targets %t mask(%m : tensor<?x4xi1>) OPTIONS : tensor<?x4xi32>
  %2, %3, %4 = brt.cross_entropy %l, %0, %1 : tensor<?x4x2xf64>, tensor<?x4xi32>, tensor<?x4xi1>
  return %0, %1, %2, %3, %4 : tensor<?x4xi32>, tensor<?x4xi1>, tensor<?x4xf64>, tensor<f64>, tensor<i64>
})";

/// Two lanes; padding in the second. Each logit is ln 3 for token 1, 0 for 0.
static Values evaluateLoss(TestContext &test, const std::string &options) {
  std::string text = kLoss;
  text.replace(text.find("OPTIONS"), 7, options);
  auto logits = Tensor<double>::ofReals({2, 4, 2});
  for (int64_t n = 0; n < 8; ++n)
    logits.getReals()[2 * n + 1] = std::log(3);
  return test.evaluate(text,
                       {integers({2, 4}, {1, 3, 2, 5, 1, 1, 0, 1}),
                        integers({2, 4}, {0, 1, 1, 1, 1, 1, 1, 1}), logits});
}

TEST(Loss, MasksPaddingAndTheLastPosition) {
  TestContext test;
  Values results = evaluateLoss(test, "");
  ASSERT_EQ(test.error, "");
  expectNear(results[0], integers({2, 4}, {3, 2, 5, 0, 1, 0, 1, 0}));
  expectNear(results[1], integers({2, 4}, {0, 1, 1, 0, 1, 0, 0, 0}));
  // Targets count modulo the vocabulary: 2 is 0 and 5 is 1.
  double rare = std::log(4), likely = std::log(4.0 / 3);
  expectNear(results[2], reals({2, 4}, {0, rare, likely, 0, likely, 0, 0, 0}));
  expectNear(results[3], reals({}, {rare + 2 * likely}));
  expectNear(results[4], integers({}, {3}));
}

TEST(Loss, ShiftedMaskMarksWhatIsPredicted) {
  TestContext test;
  Values results = evaluateLoss(test, "{shift_mask}");
  ASSERT_EQ(test.error, "");
  expectNear(results[1], integers({2, 4}, {1, 1, 1, 0, 1, 0, 0, 0}));
}
