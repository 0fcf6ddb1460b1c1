//===- ArenaPlanTest.cpp - No two live buffers overlap --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Memory/ArenaPlan.h"
#include <gtest/gtest.h>
#include <random>

using namespace brt;

/// Expects, for a number of lanes, every buffer to lie in the arena, and of two
/// that are alive at the same time one before the other.
static void checkPlan(llvm::ArrayRef<ArenaBuffer> buffers,
                      const ArenaPlan &plan, int64_t lanes) {
  ASSERT_EQ(plan.offsets.size(), buffers.size());
  auto getBegin = [&](unsigned i) { return plan.offsets[i].at(lanes); };
  auto getEnd = [&](unsigned i) {
    return getBegin(i) + buffers[i].size.at(lanes);
  };
  for (unsigned i = 0; i < buffers.size(); ++i) {
    ASSERT_EQ(getBegin(i) % 64, 0);
    ASSERT_LE(getEnd(i), plan.size.at(lanes));
    for (unsigned j = 0; j < i; ++j) {
      bool live = std::max(buffers[i].begin, buffers[j].begin) <=
                  std::min(buffers[i].end, buffers[j].end);
      bool apart = getEnd(i) <= getBegin(j) || getEnd(j) <= getBegin(i);
      ASSERT_TRUE(!live || apart)
          << "buffers " << j << " and " << i << ", " << lanes << " lanes";
    }
  }
}

static llvm::SmallVector<ArenaBuffer> makeBuffers(std::mt19937 &engine) {
  auto draw = [&](int most) {
    return std::uniform_int_distribution<int>(0, most)(engine);
  };
  llvm::SmallVector<ArenaBuffer> buffers;
  int time = 1 + draw(60), count = 1 + draw(80);
  for (int i = 0; i < count; ++i) {
    ArenaBuffer buffer;
    // With lanes, fixed, and both; also empty ones.
    int kind = draw(4);
    if (kind != 0)
      buffer.size.perLane = draw(40) * (draw(1) ? 64 : 4);
    if (kind <= 1)
      buffer.size.fixed = draw(40) * (draw(1) ? 64 : 4);
    buffer.begin = draw(time);
    buffer.end =
        std::min<unsigned>(time, buffer.begin + draw(draw(1) ? 3 : time));
    buffers.push_back(buffer);
  }
  return buffers;
}

TEST(ArenaPlan, RandomBuffersDoNotOverlap) {
  std::mt19937 engine(1);
  for (int round = 0; round < 400; ++round) {
    llvm::SmallVector<ArenaBuffer> buffers = makeBuffers(engine);
    ArenaPlan plan = planArena(buffers);
    for (int64_t lanes : {1, 2, 3, 16, 1000})
      ASSERT_NO_FATAL_FAILURE(checkPlan(buffers, plan, lanes)) << round;
  }
}

/// Sizes that are given and sizes of the plan.
TEST(ArenaPlan, IsAsSmallAsPossible) {
  // A chain, in which two are alive at once.
  llvm::SmallVector<ArenaBuffer> chain;
  for (unsigned i = 0; i < 10; ++i)
    chain.push_back({{640, 0}, i, i + 1});
  EXPECT_EQ(planArena(chain).size.at(7), 7 * 2 * 640);
  // Activations that are given up one after the other, and gradients that come.
  llvm::SmallVector<ArenaBuffer> training;
  for (unsigned i = 0; i < 10; ++i) {
    training.push_back({{1280, 0}, i, 20 - i});
    training.push_back({{0, 1280}, 21 - i, 30});
  }
  EXPECT_EQ(planArena(training).size.at(1), 10 * 1280);
  EXPECT_EQ(planArena({}).size.at(1), 0);
}

TEST(ArenaPlan, FindsThePeak) {
  llvm::SmallVector<ArenaBuffer> buffers = {
      {{64, 0}, 0, 1}, {{0, 640}, 1, 3}, {{320, 64}, 2, 4}, {{64, 0}, 4, 5}};
  EXPECT_EQ(findPeak(buffers), (llvm::SmallVector<unsigned>{1, 2}));
}

TEST(LaneBytes, OrderHoldsForEveryNumberOfLanes) {
  LaneBytes lanes = {64, 0}, fixed = {0, 640};
  EXPECT_FALSE(fixed.isAtMost(lanes));
  EXPECT_FALSE(lanes.isAtMost(fixed));
  for (int64_t count : {1, 5, 10, 100}) {
    EXPECT_GE(lanes.max(fixed).at(count), lanes.at(count));
    EXPECT_GE(lanes.max(fixed).at(count), fixed.at(count));
  }
}
