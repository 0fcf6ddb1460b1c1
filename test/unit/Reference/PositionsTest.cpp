//===- PositionsTest.cpp - Biases and angles by hand ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace brt;
using namespace brt::reference;

/// The first distance of each bucket from 16 on (brt-spec 3.3, conformance item
/// 2).
static const int64_t kFirstDistances[] = {16, 19, 21, 24, 27, 31, 35, 40,
                                          46, 52, 59, 67, 77, 87, 99, 113};

TEST(RelativeBias, T5BucketsBeginWhereTheTableSays) {
  TestContext test;
  auto table = Tensor<double>::ofReals({1, 32});
  for (int64_t bucket = 0; bucket < 32; ++bucket)
    table(0, bucket) = bucket;
  Values results = test.evaluate(R"(
func.func @buckets(%t: tensor<1x32xf64>) -> tensor<1x503xf64> {
  %0 = brt.relative_bias t5 (%t) {first_distance = -3} : (tensor<1x32xf64>) -> tensor<1x503xf64>
  return %0 : tensor<1x503xf64>
})",
                                 table);
  ASSERT_EQ(test.error, "");
  for (int64_t distance = -3; distance < 500; ++distance) {
    int64_t bucket = std::max<int64_t>(std::min<int64_t>(distance, 15), 0);
    for (int64_t first : kFirstDistances)
      bucket += distance >= first;
    EXPECT_EQ(results[0](0, distance + 3), bucket) << "distance " << distance;
    EXPECT_EQ(RelativeBiasOp::getBucket(distance), bucket);
  }
}

TEST(RelativeBias, Fourier) {
  TestContext test;
  // Frequencies pi and pi / 4.
  Values results = test.evaluate(R"(
func.func @fourier(%ab: tensor<1x4xf64>) -> tensor<1x3xf64> {
  %0 = brt.relative_bias fourier (%ab) {first_distance = 1, max_keys = 16} : (tensor<1x4xf64>) -> tensor<1x3xf64>
  return %0 : tensor<1x3xf64>
})",
                                 reals({1, 4}, {2, 3, 5, 7}));
  ASSERT_EQ(test.error, "");
  double r = std::sqrt(0.5);
  expectNear(results[0],
             reals({1, 3}, {-2 + 3 * r - 7 * r, 2 - 7, -2 - 3 * r - 7 * r}));
}

TEST(RelativeBias, ALiBiHasABoundForEachHead) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @alibi(%s: tensor<1xf64>, %r: tensor<2xf64>) -> tensor<2x3xf64> {
  %0 = brt.relative_bias alibi (%s, %r) {first_distance = -1} : (tensor<1xf64>, tensor<2xf64>) -> tensor<2x3xf64>
  return %0 : tensor<2x3xf64>
})",
                                 {reals({1}, {-16}), reals({2}, {-0.5, 3})});
  ASSERT_EQ(test.error, "");
  // Slopes 1/16 and 1/256.
  expectNear(results[0], reals({2, 3}, {-0.5, 0, -0.5, -0.0625, 0, -0.0625}));
}

TEST(RelativeBias, PositionNet) {
  TestContext test;
  Values results = test.evaluate(
      R"(
func.func @net(%w1: tensor<2xf64>, %b1: tensor<2xf64>, %w2: tensor<1x2xf64>) -> tensor<1x1xf64> {
  %0 = brt.relative_bias nn (%w1, %b1, %w2) {first_distance = 4}
      : (tensor<2xf64>, tensor<2xf64>, tensor<1x2xf64>) -> tensor<1x1xf64>
  return %0 : tensor<1x1xf64>
})",
      {reals({2}, {0.5, 1}), reals({2}, {1, 7}), reals({1, 2}, {0.3, 0.6})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0],
             reals({1, 1}, {3 * std::sin(0.1) * std::asinh(1 - 0.5 * 4) +
                            3 * std::sin(0.2) * std::asinh(7.0 - 4)}));
}

/// The first pair of D = 4 turns by pi a position, the second by pi / 100.
TEST(Rotary, TurnsPairsByPosition) {
  TestContext test;
  Values results = test.evaluate(
      R"(
func.func @rotary(%x: tensor<1x2x1x4xf64>, %p: tensor<1xi32>) -> tensor<1x2x1x4xf64> {
  %0 = brt.rotary %x positions(%p : tensor<1xi32>) {first = -3} : tensor<1x2x1x4xf64>
  return %0 : tensor<1x2x1x4xf64>
})",
      {reals({1, 2, 1, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), integers({1}, {53})});
  ASSERT_EQ(test.error, "");
  // Positions 50 and 51: angles 50 pi and pi / 2, then 51 pi and 51 pi / 100.
  double c = std::cos(0.51 * M_PI), s = std::sin(0.51 * M_PI);
  expectNear(
      results[0],
      reals({1, 2, 1, 4}, {1, -4, 3, 2, -5, 6 * c - 8 * s, -7, 6 * s + 8 * c}),
      1e-12);
}

TEST(AbsolutePositions, AddCosinesThenSines) {
  TestContext test;
  Values results =
      test.evaluate(R"(
func.func @positions(%x: tensor<1x2x4xf64>) -> tensor<1x2x4xf64> {
  %0 = brt.add_absolute_positions %x : tensor<1x2x4xf64>
  return %0 : tensor<1x2x4xf64>
})",
                    reals({1, 2, 4}, {10, 20, 30, 40, 50, 60, 70, 80}));
  ASSERT_EQ(test.error, "");
  expectNear(results[0],
             reals({1, 2, 4}, {11, 21, 30, 40, 49, 60 + std::cos(0.01 * M_PI),
                               70, 80 + std::sin(0.01 * M_PI)}));
}
