//===- UpstreamOpsTest.cpp - Ops of upstream dialects, and what is refused ===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include <cmath>

using namespace brt;
using namespace brt::reference;

TEST(Arith, RealsAndComparisons) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @f(%x: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xi1>) {
  %c = arith.constant dense<[1.0, -2.0, 4.0]> : tensor<3xf64>
  %m = arith.maximumf %x, %c : tensor<3xf64>
  %g = arith.cmpf olt, %x, %c : tensor<3xf64>
  %d = arith.divf %m, %c : tensor<3xf64>
  %s = arith.select %g, %d, %x : tensor<3xi1>, tensor<3xf64>
  return %s, %g : tensor<3xf64>, tensor<3xi1>
})",
                                 reals({3}, {0.5, 7, NAN}));
  ASSERT_EQ(test.error, "");
  EXPECT_EQ(results[0](0), 1);
  EXPECT_EQ(results[0](1), 7);
  EXPECT_TRUE(std::isnan(results[0](2)));
  expectNear(results[1], integers({3}, {1, 0, 0}));
}

TEST(Arith, IntegersWrapAndCompareBySign) {
  TestContext test;
  Values results = test.evaluate(
      R"(
func.func @f(%a: i32, %b: i32, %t: i1)
    -> (i32, i32, i32, i32, i1, i1, i64, i64, i64, i32) {
  %0 = arith.addi %a, %b : i32
  %1 = arith.floordivsi %b, %a : i32
  %2 = arith.remsi %b, %a : i32
  %3 = arith.shrui %b, %a : i32
  %4 = arith.cmpi slt, %b, %a : i32
  %5 = arith.cmpi ult, %b, %a : i32
  %6 = arith.extui %b : i32 to i64
  %7 = arith.extsi %b : i32 to i64
  %8 = arith.extsi %t : i1 to i64
  %9 = arith.ceildivsi %b, %a : i32
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9
      : i32, i32, i32, i32, i1, i1, i64, i64, i64, i32
})",
      {integers({}, {3}), integers({}, {-2147483647}), integers({}, {1})});
  ASSERT_EQ(test.error, "");
  int64_t expected[] = {-2147483644, -715827883,  -1, 268435456, 1, 0,
                        2147483649,  -2147483647, -1, -715827882};
  for (auto [result, value] : llvm::zip_equal(results, expected))
    expectNear(result, integers({}, {value}));
}

TEST(Arith, CastsBetweenKinds) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @f(%x: f64, %i: i8) -> (i32, f64, f64, index) {
  %0 = arith.fptosi %x : f64 to i32
  %1 = arith.sitofp %i : i8 to f64
  %2 = arith.uitofp %i : i8 to f64
  %3 = arith.index_cast %i : i8 to index
  return %0, %1, %2, %3 : i32, f64, f64, index
})",
                                 {reals({}, {-2.75}), integers({}, {-1})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], integers({}, {-2}));
  expectNear(results[1], reals({}, {-1}));
  expectNear(results[2], reals({}, {255}));
  expectNear(results[3], integers({}, {-1}));
}

TEST(TensorOps, CutJoinAndReshape) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @f(%x: tensor<?x4xf64>) -> (tensor<2x2xf64>, tensor<?x6xf64>, tensor<?xf64>, index) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf64>
  %0 = tensor.extract_slice %x[0, 0] [2, 2] [1, 2] : tensor<?x4xf64> to tensor<2x2xf64>
  %1 = tensor.extract_slice %x[0, 2] [%n, 2] [1, 1] : tensor<?x4xf64> to tensor<?x2xf64>
  %2 = tensor.concat dim(1) %1, %x : (tensor<?x2xf64>, tensor<?x4xf64>) -> tensor<?x6xf64>
  %row = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<?x4xf64> to tensor<4xf64>
  %3 = tensor.insert_slice %row into %x[0, 0] [1, 4] [1, 1] : tensor<4xf64> into tensor<?x4xf64>
  %4 = tensor.collapse_shape %3 [[0, 1]] : tensor<?x4xf64> into tensor<?xf64>
  return %0, %2, %4, %n : tensor<2x2xf64>, tensor<?x6xf64>, tensor<?xf64>, index
})",
                                 reals({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}));
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({2, 2}, {1, 3, 5, 7}));
  expectNear(results[1], reals({2, 6}, {3, 4, 1, 2, 3, 4, 7, 8, 5, 6, 7, 8}));
  expectNear(results[2], reals({8}, {5, 6, 7, 8, 5, 6, 7, 8}));
  expectNear(results[3], integers({}, {2}));
}

TEST(TensorOps, GenerateAndPad) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @f(%n: index) -> tensor<?x3xindex> {
  %0 = tensor.generate %n {
  ^bb0(%i: index, %j: index):
    %1 = arith.muli %i, %j : index
    tensor.yield %1 : index
  } : tensor<?x2xindex>
  %2 = tensor.pad %0 low[0, 1] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %n : index
  } : tensor<?x2xindex> to tensor<?x3xindex>
  return %2 : tensor<?x3xindex>
})",
                                 integers({}, {3}));
  ASSERT_EQ(test.error, "");
  expectNear(results[0], integers({3, 3}, {3, 0, 0, 3, 0, 1, 3, 0, 2}));
}

TEST(Linalg, ReducesAndContracts) {
  TestContext test;
  Values results =
      test.evaluate(R"(
func.func @f(%a: tensor<?x2xf64>, %b: tensor<2x2xf64>) -> (tensor<?x2xf64>, tensor<?xf64>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %n = tensor.dim %a, %c0 : tensor<?x2xf64>
  %e = tensor.empty(%n) : tensor<?x2xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x2xf64>) -> tensor<?x2xf64>
  %p = linalg.matmul ins(%a, %b : tensor<?x2xf64>, tensor<2x2xf64>) outs(%f : tensor<?x2xf64>) -> tensor<?x2xf64>
  %g = tensor.empty(%n) : tensor<?xf64>
  %h = linalg.fill ins(%zero : f64) outs(%g : tensor<?xf64>) -> tensor<?xf64>
  %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%p : tensor<?x2xf64>) outs(%h : tensor<?xf64>) {
  ^bb0(%x: f64, %y: f64):
    %j = linalg.index 1 : index
    %k = arith.index_cast %j : index to i64
    %w = arith.sitofp %k : i64 to f64
    %1 = arith.mulf %x, %w : f64
    %2 = arith.addf %1, %y : f64
    linalg.yield %2 : f64
  } -> tensor<?xf64>
  return %p, %s : tensor<?x2xf64>, tensor<?xf64>
})",
                    {reals({2, 2}, {1, 2, 3, 4}), reals({2, 2}, {5, 6, 7, 8})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({2, 2}, {19, 22, 43, 50}));
  expectNear(results[1], reals({2}, {22, 50}));
}

TEST(ControlFlow, LoopsBranchesAndCalls) {
  TestContext test;
  Values results = test.evaluate(R"(
func.func @f(%n: index, %x: f64) -> (f64, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> f64 {
    %1 = func.call @twice(%a) : (f64) -> f64
    scf.yield %1 : f64
  }
  %2 = scf.while (%k = %n) : (index) -> index {
    %3 = arith.cmpi sgt, %k, %c1 : index
    scf.condition(%3) %k : index
  } do {
  ^bb0(%k: index):
    %4 = arith.subi %k, %c1 : index
    scf.yield %4 : index
  }
  %5 = arith.cmpi eq, %2, %c1 : index
  %6 = scf.if %5 -> f64 {
    scf.yield %0 : f64
  } else {
    scf.yield %x : f64
  }
  return %6, %2 : f64, index
}
func.func private @twice(%x: f64) -> f64 {
  %0 = arith.addf %x, %x : f64
  return %0 : f64
})",
                                 {integers({}, {5}), reals({}, {3})});
  ASSERT_EQ(test.error, "");
  expectNear(results[0], reals({}, {96}));
  expectNear(results[1], integers({}, {1}));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static const char kThird[] = R"(
func.func @third(%x: bf16, %y: f32) -> (bf16, f32) {
  %three = arith.constant 3.0 : bf16
  %0 = arith.divf %x, %three : bf16
  %e = arith.extf %three : bf16 to f32
  %1 = arith.divf %y, %e : f32
  return %0, %1 : bf16, f32
})";

TEST(Arithmetic, RoundsEachResultWhereAsTyped) {
  Values ones = {reals({}, {1}), reals({}, {1})};
  TestContext test;
  Values typed = test.evaluate(kThird, ones, Arithmetic::AsTyped);
  Values f32 = test.evaluate(kThird, ones, Arithmetic::F32);
  Values f64 = test.evaluate(kThird, ones, Arithmetic::F64);
  ASSERT_EQ(test.error, "");
  EXPECT_EQ(typed[0](), 0.333984375);
  EXPECT_EQ(typed[1](), double(1.0f / 3));
  EXPECT_EQ(f32[0](), double(1.0f / 3));
  EXPECT_EQ(f64[0](), 1.0 / 3);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

static std::string getError(llvm::StringRef text,
                            llvm::ArrayRef<Tensor<double>> arguments) {
  TestContext test;
  EXPECT_TRUE(test.evaluate(text, arguments).empty());
  return test.error;
}

TEST(Errors, AnOpWithoutEvaluation) {
  EXPECT_EQ(getError(R"(
func.func @f(%x: f64) -> i64 {
  %0 = arith.bitcast %x : f64 to i64
  return %0 : i64
})",
                     reals({}, {1})),
            "expects an op that the reference evaluator knows, but got "
            "'arith.bitcast'");
}

TEST(Errors, DivisionByZero) {
  EXPECT_EQ(getError(R"(
func.func @f(%x: i32, %y: i32) -> i32 {
  %0 = arith.divsi %x, %y : i32
  return %0 : i32
})",
                     {integers({}, {7}), integers({}, {0})}),
            "'arith.divsi' op expects operands at which it is defined, but got "
            "7 and 0");
}

TEST(Errors, ACallWithoutEnd) {
  EXPECT_EQ(getError(R"(
func.func @f(%x: f64) -> f64 {
  %0 = func.call @f(%x) : (f64) -> f64
  return %0 : f64
})",
                     reals({}, {1})),
            "'func.call' op expects calls to end, but got 256 of them, one in "
            "another");
}

TEST(Errors, ASliceThatLeavesItsTensor) {
  EXPECT_EQ(getError(R"(
func.func @f(%x: tensor<?xf64>) -> tensor<2xf64> {
  %0 = tensor.extract_slice %x[1] [2] [1] : tensor<?xf64> to tensor<2xf64>
  return %0 : tensor<2xf64>
})",
                     reals({2}, {1, 2})),
            "'tensor.extract_slice' op expects a slice within the extent 2 of "
            "axis 0, but got 2 elements from 1 by 1");
}

TEST(Errors, ShapesThatDisagreeAtRunTime) {
  EXPECT_EQ(getError(R"(
func.func @f(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = arith.addf %x, %y : tensor<?xf64>
  return %0 : tensor<?xf64>
})",
                     {reals({2}, {1, 2}), reals({3}, {1, 2, 3})}),
            "'arith.addf' op expects operands of one shape, but got [2] and "
            "[3]");
}

TEST(Errors, NumbersThatAreTooWide) {
  EXPECT_EQ(getError(R"(
func.func @f() -> i128 {
  %0 = arith.constant 170141183460469231731687303715884105727 : i128
  return %0 : i128
})",
                     {}),
            "expects numbers of at most 64 bits, or tensors or buffers of at "
            "most 2^31 of them, but got 'i128'");
}

TEST(Errors, TensorsThatAreTooLarge) {
  EXPECT_EQ(
      getError(R"(
func.func @f(%n: index) -> tensor<?x?xf64> {
  %0 = tensor.empty(%n, %n) : tensor<?x?xf64>
  return %0 : tensor<?x?xf64>
})",
               integers({}, {1 << 20})),
      "'tensor.empty' op expects a shape of at most 2^31 elements, but got "
      "[1048576, 1048576]");
}

TEST(Errors, IndicesThatLeaveAnOperand) {
  EXPECT_EQ(
      getError(
          R"(
func.func @f(%x: tensor<?xf64>, %y: tensor<?xf64>, %k: tensor<2xf64>) -> tensor<?xf64> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i + j)>, affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%x, %k : tensor<?xf64>, tensor<2xf64>) outs(%y : tensor<?xf64>) {
  ^bb0(%a: f64, %b: f64, %c: f64):
    linalg.yield %a : f64
  } -> tensor<?xf64>
  return %0 : tensor<?xf64>
})",
          {reals({3}, {1, 2, 3}), reals({3}, {1, 2, 3}), reals({2}, {1, 2})}),
      "'linalg.generic' op expects indices below the extents [3], but got "
      "[3]");
}
