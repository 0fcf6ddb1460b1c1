//===- DropoutTest.cpp - Masks and what shares them -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include "brt/dialects/Brt/Brt.h"
#include "lib/Reference/Philox.h"
#include <cmath>

using namespace brt;
using namespace brt::reference;

/// The known answers of Random123, which the authors of the generator publish
/// (kat_vectors, philox4x32 10).
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, 0),
            (PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, 0xffffffffffffffff),
            (PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                   0x299f31d0a4093822),
            (PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// The result of dropout on ones, [lanes, length, width].
static Tensor<double> drop(const std::string &options, int64_t seed,
                           int64_t step, std::array<int64_t, 3> shape) {
  std::string type = "tensor<" + std::to_string(shape[0]) + "x" +
                     std::to_string(shape[1]) + "x" + std::to_string(shape[2]) +
                     "xf64>";
  auto x = Tensor<double>::ofReals(shape);
  for (double &element : x.getReals())
    element = 1;
  TestContext test;
  Values results = test.evaluate(
      "func.func @f(%x: " + type + ", %seed: i64, %step: i64) -> " + type +
          " {\n  %0 = brt.dropout %x draw(%seed, %step) {" + options +
          "} : " + type + "\n  return %0 : " + type + "\n}",
      {x, integers({}, {seed}), integers({}, {step})});
  EXPECT_EQ(test.error, "");
  return results[0];
}

/// The first word at counter 0 under key 0 is 6627e8d5.
TEST(Dropout, DropsByTheFirstWord) {
  double word = 0x6627e8d5 * 0x1p-32;
  std::array<int64_t, 3> one = {1, 1, 1};
  auto options = [](double rate) {
    return "site = 0, rate = " + std::to_string(rate);
  };
  EXPECT_EQ(drop(options(word + 1e-5), 0, 0, one)(0, 0, 0), 0);
  double rate = std::stod(std::to_string(word - 1e-5));
  EXPECT_EQ(drop(options(rate), 0, 0, one)(0, 0, 0), 1 / (1 - rate));
}

TEST(Dropout, SharesMasksAmongLanesAndTiles) {
  Tensor<double> y = drop("site = 1, rate = 0.3", 5, 7, {2, 256, 3});
  bool differs = false;
  for (int64_t i = 0; i < 256; ++i)
    for (int64_t e = 0; e < 3; ++e) {
      EXPECT_EQ(y(0, i, e), y(1, i, e));
      EXPECT_EQ(y(0, i, e), y(0, i % 128, e));
      differs |= y(0, i, e) != y(0, i % 64, e);
    }
  EXPECT_TRUE(differs);
  // 128 is halved until it divides 96, and 13 has no divisor of 8 or more.
  EXPECT_EQ(DropoutOp::getTile(512), 128);
  EXPECT_EQ(DropoutOp::getTile(96), 96);
  EXPECT_EQ(DropoutOp::getTile(160), 32);
  EXPECT_EQ(DropoutOp::getTile(136), 8);
  EXPECT_EQ(DropoutOp::getTile(130), 130);
  EXPECT_EQ(DropoutOp::getTile(13), 13);
}

TEST(Dropout, DependsOnSeedStepAndSite) {
  std::array<int64_t, 3> shape = {1, 16, 16};
  auto get = [&](int64_t seed, int64_t step, int64_t site) {
    return drop("rate = 0.5, site = " + std::to_string(site), seed, step,
                shape);
  };
  auto isSame = [&](const Tensor<double> &a, const Tensor<double> &b) {
    return llvm::equal(a.getReals(), b.getReals());
  };
  Tensor<double> y = get(1, 2, 3);
  EXPECT_TRUE(isSame(y, get(1, 2, 3)));
  EXPECT_FALSE(isSame(y, get(2, 2, 3)));
  EXPECT_FALSE(isSame(y, get(1, 3, 3)));
  EXPECT_FALSE(isSame(y, get(1, 2, 4)));
}

TEST(Dropout, DropsAtItsRate) {
  Tensor<double> y = drop("rate = 0.2, site = 0", 3, 4, {1, 128, 128});
  double dropped = 0;
  for (double element : y.getReals())
    dropped += element == 0;
  double count = y.getSize(), deviation = std::sqrt(0.2 * 0.8 / count);
  EXPECT_NEAR(dropped / count, 0.2, 4 * deviation);
}

/// Two blocks of a window have one mask, and a block alone has it too: weights
/// of equal keys are 1/W, times what dropout makes of them.
TEST(Dropout, SharesTheMaskOfAttentionAmongBlocks) {
  constexpr int64_t kWindow = 4, kKeys = 12;
  auto attend = [&](int64_t queries, int64_t keys) {
    std::string q = "tensor<1x" + std::to_string(queries) + "x2x12xf64>";
    std::string k = "tensor<1x" + std::to_string(keys) + "x2x12xf64>";
    auto v = Tensor<double>::ofReals({1, keys, 2, kKeys});
    for (int64_t j = 0; j < keys; ++j)
      for (int64_t h = 0; h < 2; ++h)
        v(0, j, h, j) = 1;
    TestContext test;
    Values results = test.evaluate(
        "func.func @f(%q: " + q + ", %k: " + k + ", %v: " + k +
            ", %seed: i64, %step: i64) -> " + q +
            " {\n  %0 = brt.window_attention %q, %k, %v draw(%seed, %step) "
            "{window = 4, dropout_rate = 0.5, dropout_site = 1} : " +
            q + ", " + k + "\n  return %0 : " + q + "\n}",
        {Tensor<double>::ofReals({1, queries, 2, kKeys}),
         Tensor<double>::ofReals({1, keys, 2, kKeys}), v, integers({}, {8}),
         integers({}, {9})});
    EXPECT_EQ(test.error, "");
    return results[0];
  };
  Tensor<double> two = attend(2 * kWindow, kKeys);
  Tensor<double> one = attend(kWindow, 2 * kWindow);
  double dropped = 0;
  for (int64_t i = 0; i < kWindow; ++i)
    for (int64_t h = 0; h < 2; ++h)
      for (int64_t j = 0; j < 2 * kWindow; ++j) {
        EXPECT_EQ(two(0, i, h, j), one(0, i, h, j));
        EXPECT_EQ(two(0, kWindow + i, h, kWindow + j), one(0, i, h, j));
        bool visible = i <= j && j < i + kWindow;
        double weight = one(0, i, h, j);
        EXPECT_TRUE(weight == 0 || (visible && weight == 0.5)) << weight;
        dropped += visible && weight == 0;
      }
  EXPECT_GT(dropped, 4);
  EXPECT_LT(dropped, 28);
}
