//===- SamplerTest.cpp - Choosing tokens ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Sampler.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <map>

using namespace brt::rt;

/// How often each token comes in `count` draws.
static std::map<int32_t, int> draw(const SamplerOptions &options,
                                   const std::vector<double> &logits,
                                   int count) {
  Result<Sampler> sampler = Sampler::create(options);
  EXPECT_TRUE(sampler.ok());
  std::map<int32_t, int> counts;
  for (int i = 0; i < count; ++i)
    ++counts[*sampler->sample(logits)];
  return counts;
}

/// Probabilities 1/2, 1/4, 1/8, 1/8 of tokens 3, 1, 2, 4.
static const std::vector<double> kLogits = {50, std::log(0.25), std::log(0.125),
                                            std::log(0.5), std::log(0.125)};

TEST(Sampler, FollowsTheProbabilities) {
  std::map<int32_t, int> counts = draw({}, kLogits, 8000);
  EXPECT_NEAR(counts[3], 4000, 200);
  EXPECT_NEAR(counts[1], 2000, 200);
  EXPECT_NEAR(counts[2], 1000, 150);
  EXPECT_NEAR(counts[4], 1000, 150);
  EXPECT_EQ(counts.count(0), 0u) << "padding";
}

TEST(Sampler, SharpensWithTheTemperature) {
  SamplerOptions options;
  options.temperature = 0.5; // 16 : 4 : 1 : 1
  EXPECT_NEAR(draw(options, kLogits, 8800)[3], 6400, 250);
}

TEST(Sampler, KeepsTheTopK) {
  SamplerOptions options;
  options.topK = 2;
  std::map<int32_t, int> counts = draw(options, kLogits, 3000);
  EXPECT_EQ(counts.size(), 2u);
  EXPECT_NEAR(counts[3], 2000, 150);
  // Of two equal logits the lower token.
  options.topK = 3;
  counts = draw(options, kLogits, 3000);
  EXPECT_EQ(counts.count(2), 1u);
  EXPECT_EQ(counts.count(4), 0u);
  options.topK = 1;
  EXPECT_EQ(draw(options, kLogits, 100)[3], 100);
  options.topK = 1000;
  EXPECT_EQ(draw(options, kLogits, 3000).size(), 4u);
}

TEST(Sampler, KeepsTheTopP) {
  SamplerOptions options;
  options.topP = 0.5;
  EXPECT_EQ(draw(options, kLogits, 100)[3], 100);
  options.topP = 0.51;
  EXPECT_EQ(draw(options, kLogits, 3000).size(), 2u);
  options.topP = 1e-9;
  EXPECT_EQ(draw(options, kLogits, 100)[3], 100);
}

TEST(Sampler, IsGreedyAtTemperatureZero) {
  SamplerOptions options;
  options.temperature = 0;
  EXPECT_EQ(draw(options, kLogits, 100)[3], 100);
  EXPECT_EQ(draw(options, {9, 1, 1}, 1)[1], 1) << "the lower of two equals";
}

TEST(Sampler, RepeatsWithItsSeed) {
  auto getText = [](uint64_t seed) {
    SamplerOptions options;
    options.seed = seed;
    Result<Sampler> sampler = Sampler::create(options);
    std::vector<int32_t> tokens;
    for (int i = 0; i < 40; ++i)
      tokens.push_back(*sampler->sample(kLogits));
    return tokens;
  };
  EXPECT_EQ(getText(1), getText(1));
  EXPECT_NE(getText(1), getText(2));
}

TEST(Sampler, TakesExtremeLogits) {
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(draw({}, {0, -infinity, 1, -infinity}, 50)[2], 50);
  EXPECT_EQ(draw({}, {0, 1, infinity, 2}, 50)[2], 50);
  EXPECT_EQ(draw({}, {0, -1e300, 1e300}, 50)[2], 50);
  Result<Sampler> sampler = Sampler::create({});
  EXPECT_EQ(sampler->sample({0, 1, std::nan("")}).status().code(),
            StatusCode::DataLoss);
}

TEST(Sampler, RefusesOptionsOutOfRange) {
  auto refuses = [](double temperature, int64_t topK, double topP) {
    return !Sampler::create({temperature, topK, topP, 0}).ok();
  };
  EXPECT_FALSE(refuses(1, 0, 1));
  EXPECT_TRUE(refuses(-1, 0, 1));
  EXPECT_TRUE(refuses(std::nan(""), 0, 1));
  EXPECT_TRUE(refuses(INFINITY, 0, 1));
  EXPECT_TRUE(refuses(1, -1, 1));
  EXPECT_TRUE(refuses(1, 0, 0));
  EXPECT_TRUE(refuses(1, 0, 1.1));
  EXPECT_TRUE(refuses(1, 0, std::nan("")));
}
