//===- RandomTest.cpp - The counter-based generator -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include <cmath>

using namespace brt;
using namespace brt::reference;

static Tensor<double> draw(const std::string &distribution, int64_t seed,
                           const std::string &options, int64_t count) {
  std::string type = "tensor<" + std::to_string(count) + "xf64>";
  TestContext test;
  Values results = test.evaluate("func.func @f(%seed: i64) -> " + type +
                                     " {\n  %0 = brt.random " + distribution +
                                     " %seed {" + options + "} : " + type +
                                     "\n  return %0 : " + type + "\n}",
                                 integers({}, {seed}));
  EXPECT_EQ(test.error, "");
  return results[0];
}

static double getNormal(double x) { return std::erfc(-x / std::sqrt(2)) / 2; }

/// Philox4x32-10 at counter 0 under key 0 is 6627e8d5 e169c58d bc57ac4c
/// 9b00dbd8 (the known answers of its authors' Random123).
TEST(Random, IsPhilox) {
  Tensor<double> x =
      draw("normal", 5, "mean = 0.0, stddev = 1.0, stream = -5", 1);
  double u =
      (double(0x6627e8d5) * 0x1p20 + double(0xe169c58d >> 12) + 0.5) * 0x1p-52;
  EXPECT_NEAR(getNormal(x(0)), u, 2e-9);
}

/// An element does not depend on how many others are drawn, and does on the
/// key.
TEST(Random, IsOfItsCounterAndKey) {
  std::string options = "mean = 0.0, stddev = 1.0, stream = 3";
  Tensor<double> few = draw("normal", 1, options, 4);
  Tensor<double> many = draw("normal", 1, options, 9);
  Tensor<double> other = draw("normal", 2, options, 4);
  for (int64_t n = 0; n < 4; ++n) {
    EXPECT_EQ(few(n), many(n));
    EXPECT_NE(few(n), other(n));
  }
}

static void expectMoments(const Tensor<double> &x, double mean,
                          double deviation) {
  double sum = 0, squares = 0;
  for (double value : x.getReals()) {
    sum += value;
    squares += (value - mean) * (value - mean);
  }
  double count = x.getSize(), error = 5 * deviation / std::sqrt(count);
  EXPECT_NEAR(sum / count, mean, error);
  EXPECT_NEAR(std::sqrt(squares / count), deviation, error);
}

TEST(Random, HasTheMomentsAskedFor) {
  constexpr int64_t kCount = 20000;
  expectMoments(
      draw("normal", 7, "mean = 3.0, stddev = 0.5, stream = 0", kCount), 3,
      0.5);
  Tensor<double> cut = draw("truncated_normal", 7,
                            "mean = 3.0, stddev = 0.5, stream = 0", kCount);
  expectMoments(cut, 3, 0.5);
  double bound = 2 * 0.5 / 0.87962566103423978;
  for (double value : cut.getReals())
    EXPECT_LE(std::abs(value - 3), bound * (1 + 1e-8));
}
