//===- StateOpsTest.cpp - Recurrence, lanes and caches by hand ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"

using namespace brt;
using namespace brt::reference;

/// Pieces are cut and joined along axis 1; what is carried is the running sum.
TEST(Recurrence, CarriesFromBlockToBlock) {
  TestContext test;
  Values results =
      test.evaluate(R"(
func.func @sum(%x: tensor<?x6xf64>, %c: tensor<?x2xf64>) -> (tensor<?x6xf64>, tensor<?x2xf64>) {
  %0:2 = brt.recurrence blocks = 3 over (%b = %x : tensor<?x6xf64>) carry (%s = %c : tensor<?x2xf64>) {
    %1 = arith.addf %b, %s : tensor<?x2xf64>
    brt.yield %s : tensor<?x2xf64> carry %1 : tensor<?x2xf64>
  }
  return %0#0, %0#1 : tensor<?x6xf64>, tensor<?x2xf64>
})",
                    {reals({2, 6}, {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}),
                     reals({2, 2}, {0, 0, 0.5, 0.5})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({2, 6}, {0, 0, 1, 2, 4, 6, 0.5, 0.5, 10.5, 20.5,
                                        40.5, 60.5}));
  expectNear(results[1], reals({2, 2}, {9, 12, 90.5, 120.5}));
}

/// A cell that doubles its lanes is no cell.
TEST(Recurrence, RefusesPiecesThatDiffer) {
  TestContext test;
  test.evaluate(R"(
func.func @grow(%c: tensor<?x1xf64>) -> tensor<?x2xf64> {
  %0:2 = brt.recurrence blocks = 2 carry (%s = %c : tensor<?x1xf64>) {
    %1 = tensor.concat dim(0) %s, %s : (tensor<?x1xf64>, tensor<?x1xf64>) -> tensor<?x1xf64>
    brt.yield %1 : tensor<?x1xf64> carry %1 : tensor<?x1xf64>
  }
  return %0#0 : tensor<?x2xf64>
})",
                reals({1, 1}, {1}));
  EXPECT_EQ(test.error, "'brt.recurrence' op expects every block to yield a "
                        "piece of shape [2, 1], but got [4, 1] from block 1");
}

TEST(Heads, SplitAndMerge) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @heads(%x: tensor<?x1x4xf64>) -> (tensor<?x1x2x2xf64>, tensor<?x1x8xf64>) {
  %0 = brt.split_heads %x into 2 : tensor<?x1x4xf64>
  %1 = arith.negf %0 : tensor<?x1x2x2xf64>
  %2 = brt.merge_heads %0, %1 : tensor<?x1x2x2xf64>, tensor<?x1x2x2xf64>
  return %0, %2 : tensor<?x1x2x2xf64>, tensor<?x1x8xf64>
})",
                                 reals({1, 1, 4}, {1, 2, 3, 4}));
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({1, 1, 2, 2}, {1, 2, 3, 4}));
  expectNear(results[1], reals({1, 1, 8}, {1, 2, 3, 4, -1, -2, -3, -4}));
}

TEST(AddStateIds, TellsVectorsApart) {
  TestContext test;
  Values results =
      test.evaluate(R"(
func.func @ids(%s: tensor<?x2x1xf64>, %i: tensor<2x1xf64>) -> tensor<?x2x1xf64> {
  %0 = brt.add_state_ids %s, %i : tensor<?x2x1xf64>, tensor<2x1xf64>
  return %0 : tensor<?x2x1xf64>
})",
                    {reals({2, 2, 1}, {1, 2, 3, 4}), reals({2, 1}, {10, 20})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({2, 2, 1}, {11, 22, 13, 24}));
}

TEST(SelectLanes, TakesOneForAllLanesOrOneForEach) {
  TestContext test;
  Values results =
      test.evaluate(R"(
func.func @reset(%f: tensor<?xi1>, %shared: tensor<2xf64>, %x: tensor<?x2xf64>, %y: tensor<?x2xf64>)
    -> (tensor<?x2xf64>, tensor<?x2xf64>, i1) {
  %0 = brt.select_lanes %f, %shared, %x : tensor<?xi1>, tensor<2xf64>, tensor<?x2xf64>
  %1 = brt.select_lanes %f, %y, %x : tensor<?xi1>, tensor<?x2xf64>, tensor<?x2xf64>
  %2 = brt.any_lane %f : tensor<?xi1>
  return %0, %1, %2 : tensor<?x2xf64>, tensor<?x2xf64>, i1
})",
                    {integers({2}, {0, 1}), reals({2}, {8, 9}),
                     reals({2, 2}, {1, 2, 3, 4}), reals({2, 2}, {5, 6, 7, 0})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({2, 2}, {1, 2, 8, 9}));
  expectNear(results[1], reals({2, 2}, {1, 2, 7, 0}));
  expectNear(results[2], integers({}, {1}));
}

TEST(AnyLane, IsFalseForNoLane) {
  TestContext test;
  Values results = test.evaluate(
      "func.func @any(%f: tensor<?xi1>) -> i1 {\n"
      "  %0 = brt.any_lane %f : tensor<?xi1>\n  return %0 : i1\n}",
      Tensor<double>::ofIntegers({0}));
  ASSERT_EQ(test.error, "");
  expectNear(results[0], integers({}, {0}));
}

/// Lane 0 writes nothing, lane 1 two rows, lane 2 beyond the end, lane 3 before
/// the begin.
TEST(CacheWrite, WritesWhatIsInside) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @write(%c: tensor<?x3x1xf64>, %r: tensor<?x2x1xf64>, %p: tensor<?xi32>, %n: tensor<?xi32>)
    -> tensor<?x3x1xf64> {
  %0 = brt.cache_write %c, %r at %p count %n : tensor<?x3x1xf64>, tensor<?x2x1xf64>, tensor<?xi32>
  return %0 : tensor<?x3x1xf64>
})",
                                 {Tensor<double>::ofReals({4, 3, 1}),
                                  reals({4, 2, 1}, {1, 2, 3, 4, 5, 6, 7, 8}),
                                  integers({4}, {0, 1, 2, -1}),
                                  integers({4}, {0, 2, 2, 2})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0],
             reals({4, 3, 1}, {0, 0, 0, 0, 3, 4, 0, 0, 5, 8, 0, 0}));
}
