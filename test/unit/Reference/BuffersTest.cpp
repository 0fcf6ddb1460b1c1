//===- BuffersTest.cpp - Buffers, views of them, tiles, grids -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include <cmath>

using namespace mlir;
using namespace brt::reference;

namespace {
struct BuffersTest : testing::Test {
  TestContext test;
  Builder b{&test.context};

  Buffer fill(Type type, const Tensor<double> &tensor) {
    Buffer buffer(type, tensor.getShape());
    buffer.write(tensor);
    return buffer;
  }

  /// Evaluates the first function of a text; its error, or nothing.
  std::string run(StringRef text, ArrayRef<Buffer> arguments) {
    OwningOpRef<ModuleOp> module = test.parse(text);
    if (!module)
      return "does not parse";
    auto function = *module->getOps<func::FuncOp>().begin();
    bool ok = succeeded(evaluateOnBuffers(function, arguments));
    EXPECT_EQ(ok, test.error.empty());
    return test.error;
  }
};
} // namespace

TEST_F(BuffersTest, HoldsElementsAsTyped) {
  Buffer halves = fill(b.getBF16Type(), reals({2}, {1.0 + 0x1p-9, -2}));
  expectNear(halves.read<double>(), reals({2}, {1, -2}), 0);
  Buffer flags = fill(b.getI1Type(), integers({3}, {1, 0, 1}));
  expectNear(flags.read<double>(), integers({3}, {1, 0, 1}), 0);
  Buffer bytes = fill(b.getI8Type(), integers({1}, {-3}));
  expectNear(bytes.read<double>(), integers({1}, {-3}), 0);
  EXPECT_TRUE(std::isnan(Buffer(b.getF32Type(), {1}).read<double>()(0)));
}

TEST_F(BuffersTest, ViewsShareBytes) {
  Buffer bytes(b.getI8Type(), {32});
  Buffer result(b.getF32Type(), {3, 2});
  EXPECT_EQ(run(R"(
func.func @f(%bytes: memref<32xi8>, %result: memref<3x2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %x = arith.constant 5.0 : f32
  %y = arith.constant 7.0 : f32
  %view = memref.view %bytes[%c8][] : memref<32xi8> to memref<6xf32>
  linalg.fill ins(%x : f32) outs(%view : memref<6xf32>)
  %rows = memref.expand_shape %view [[0, 1]] output_shape [2, 3] : memref<6xf32> into memref<2x3xf32>
  %column = memref.subview %rows[0, 1] [2, 1] [1, 1] : memref<2x3xf32> to memref<2xf32, strided<[3], offset: 1>>
  memref.store %y, %column[%c1] : memref<2xf32, strided<[3], offset: 1>>
  %flat = memref.collapse_shape %rows [[0, 1]] : memref<2x3xf32> into memref<6xf32>
  %pairs = memref.expand_shape %flat [[0, 1]] output_shape [3, 2] : memref<6xf32> into memref<3x2xf32>
  memref.copy %pairs, %result : memref<3x2xf32> to memref<3x2xf32>
  return
})",
                {bytes, result}),
            "");
  expectNear(result.read<double>(), reals({3, 2}, {5, 5, 5, 5, 7, 5}), 0);
}

TEST_F(BuffersTest, TilesArePaddedAndCut) {
  Buffer view = fill(b.getF32Type(), reals({3, 2}, {1, 2, 3, 4, 5, 6}));
  Buffer result(b.getF32Type(), {3, 2});
  EXPECT_EQ(run(R"(
func.func @f(%view: memref<3x2xf32>, %result: memref<3x2xf32>) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  scf.forall (%i) in (2) {
    %tile = tile.load %view[%i, %c0] axes [0, 1] {padding = 9.0 : f64} : memref<3x2xf32> -> tensor<2x4xf32>
    %out = tensor.empty() : tensor<2x4xf32>
    %sum = linalg.map {arith.addf} ins(%tile, %tile : tensor<2x4xf32>, tensor<2x4xf32>) outs(%out : tensor<2x4xf32>)
    tile.store %sum, %result[%i, %c0] axes [0, 1] : tensor<2x4xf32>, memref<3x2xf32>
  }
  return
})",
                {view, result}),
            "");
  expectNear(result.read<double>(), reals({3, 2}, {2, 4, 6, 8, 10, 12}), 0);
}

TEST_F(BuffersTest, DiagonalsAreReadAndAdded) {
  Buffer table = fill(b.getF32Type(), reals({1, 3}, {1, 2, 3}));
  Buffer tile(b.getF32Type(), {2, 3});
  EXPECT_EQ(run(R"(
func.func @f(%table: memref<1x3xf32>, %result: memref<2x3xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %tile = tile.load_toeplitz %table[%c0, %c1] {padding = -4.0 : f64} : memref<1x3xf32> -> tensor<2x3xf32>
  tile.store %tile, %result[%c0, %c0] axes [0, 1] : tensor<2x3xf32>, memref<2x3xf32>
  tile.add_toeplitz %tile, %table[%c0, %c1] : tensor<2x3xf32>, memref<1x3xf32>
  return
})",
                {table, tile}),
            "");
  expectNear(tile.read<double>(), reals({2, 3}, {2, 1, -4, 3, 2, 1}), 0);
  // Distances 0, 1 and 2 have two, two and one elements.
  expectNear(table.read<double>(), reals({1, 3}, {3, 6, 6}), 0);
}

TEST_F(BuffersTest, ContractionsAreRoundedOnce) {
  Buffer left = fill(b.getF32Type(), reals({1, 3}, {0x1p24, 1, -0x1p24}));
  Buffer right = fill(b.getF32Type(), reals({3, 1}, {1, 1, 1}));
  Buffer sum = fill(b.getF32Type(), reals({1, 1}, {0.5}));
  EXPECT_EQ(run(R"(
func.func @f(%left: memref<1x3xf32>, %right: memref<3x1xf32>, %sum: memref<1x1xf32>) {
  linalg.contract indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>,
                                   affine_map<(i, j, k) -> (i, j)>]
      ins(%left, %right : memref<1x3xf32>, memref<3x1xf32>) outs(%sum : memref<1x1xf32>)
  return
})",
                {left, right, sum}),
            "");
  expectNear(sum.read<double>(), reals({1, 1}, {1.5}), 0);
}

TEST_F(BuffersTest, AnIndexThatLeavesItsBuffer) {
  EXPECT_EQ(run(R"(
func.func @f(%x: memref<?xf32>) {
  %c2 = arith.constant 2 : index
  %0 = memref.load %x[%c2] : memref<?xf32>
  return
})",
                Buffer(b.getF32Type(), {2})),
            "'memref.load' op expects indices below the extents [2], but got "
            "[2]");
}

TEST_F(BuffersTest, AViewThatLeavesItsBuffer) {
  EXPECT_EQ(run(R"(
func.func @f(%x: memref<?xi8>) {
  %c4 = arith.constant 4 : index
  %0 = memref.view %x[%c4][] : memref<?xi8> to memref<2xf32>
  return
})",
                Buffer(b.getI8Type(), {8})),
            "'memref.view' op expects a view within its buffer, but got one "
            "that leaves it");
}

TEST_F(BuffersTest, ASliceThatLeavesItsBuffer) {
  EXPECT_EQ(run(R"(
func.func @f(%x: memref<?xf32>) {
  %0 = memref.subview %x[1] [2] [1] : memref<?xf32> to memref<2xf32, strided<[1], offset: 1>>
  return
})",
                Buffer(b.getF32Type(), {2})),
            "'memref.subview' op expects a slice within the extent 2 of axis "
            "0, but got 2 elements from 1 by 1");
}

TEST_F(BuffersTest, AnAxisWithoutExtent) {
  EXPECT_EQ(run(R"(
func.func @f(%x: memref<?xf32>) {
  %c1 = arith.constant 1 : index
  %0 = memref.dim %x, %c1 : memref<?xf32>
  return
})",
                Buffer(b.getF32Type(), {2})),
            "'memref.dim' op expects an axis below the rank 1, but got 1");
}

TEST_F(BuffersTest, CopiesOfAnotherShape) {
  EXPECT_EQ(run(R"(
func.func @f(%x: memref<?xf32>, %y: memref<?xf32>) {
  memref.copy %x, %y : memref<?xf32> to memref<?xf32>
  return
})",
                {Buffer(b.getF32Type(), {2}), Buffer(b.getF32Type(), {3})}),
            "'memref.copy' op expects buffers of one shape, but got [2] and "
            "[3]");
}

TEST_F(BuffersTest, ATensorWhereABufferIsExpected) {
  test.evaluate("func.func @f(%x: memref<2xf64>) { return }",
                reals({2}, {1, 2}));
  EXPECT_EQ(test.error, "'func.func' op expects a value of type "
                        "'memref<2xf64>', but got a tensor");
}
