//===- ExactKernelsTest.cpp - Kernels that have to agree bit for bit ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Run with BRT_EMU_EXACT=1, but for the last suite; ExactHopper on sm_90a.
//
//===----------------------------------------------------------------------===//

#include "DriverFixture.h"
#include "RandomMatrix.h"

#include <array>

using namespace brt::emu::test;

namespace {
/// Runs the products of kernels/*.cu on one pair of random matrices.
class ExactKernels : public DriverTest {
protected:
  using Bits = std::vector<uint32_t>;
  int m = 64, n = 96, k = 128;
  CUdeviceptr a = 0, b = 0;

  void setMatrices(int rows, int columns, int depth) {
    m = rows;
    n = columns;
    k = depth;
    a = upload(RandomMatrix(size_t(m) * k, 1).bits);
    b = upload(RandomMatrix(size_t(n) * k, 2).bits);
  }
  void SetUp() override {
    DriverTest::SetUp();
    setMatrices(m, n, k);
  }

  /// C = A B^T, one thread an element, from the last pair of terms to the
  /// first.
  Bits scalarProduct(CUmodule module, int skip, int twice) {
    CUdeviceptr c = upload(Bits(size_t(m) * n));
    EXPECT_EQ(run(find(module, "scalarGemm"), {(n + 15u) / 16, (m + 15u) / 16},
                  {16, 16}, 0, a, b, c, m, n, k, skip, twice),
              CUDA_SUCCESS);
    return download<uint32_t>(c, size_t(m) * n);
  }
  Bits scalarProduct(CUmodule module) { return scalarProduct(module, k, k); }

  /// The same by mma.sync, in steps of 16.
  Bits tensorProduct(CUmodule module) {
    CUdeviceptr c = upload(Bits(size_t(m) * n));
    EXPECT_EQ(run(find(module, "tensorGemm"), {(n + 31u) / 32, (m + 31u) / 32},
                  {128}, 0, a, b, c, m, n, k),
              CUDA_SUCCESS);
    return download<uint32_t>(c, size_t(m) * n);
  }

  static constexpr int kRows = 32, kWidth = 50;
  /// Softmax of random rows.
  template <class... Piece>
  Bits softmaxBy(CUmodule module, const char *kernel, Piece... piece) {
    std::vector<float> rows;
    for (double value : RandomMatrix(kRows * kWidth, 3).values)
      rows.push_back(static_cast<float>(8 * value));
    CUdeviceptr in = upload(rows), out = upload(Bits(rows.size()));
    EXPECT_EQ(
        run(find(module, kernel), {1}, {kRows}, 0, in, out, kWidth, piece...),
        CUDA_SUCCESS);
    return download<uint32_t>(out, rows.size());
  }
};
class ExactHopper : public ExactKernels {};
/// Without exact mode, to see what it is needed for.
class FloatsInOtherOrders : public ExactKernels {};
} // namespace

TEST_F(ExactKernels, ProductsAgree) {
  BRT_LOAD_COMPILED(scalar, "exact");
  BRT_LOAD_COMPILED(tensor, "tensor");
  for (auto [rows, columns, depth] :
       {std::array{64, 96, 128}, std::array{50, 37, 72}}) {
    setMatrices(rows, columns, depth);
    EXPECT_EQ(scalarProduct(scalar), tensorProduct(tensor));
  }
}

TEST_F(ExactKernels, WmmaAgrees) {
  BRT_LOAD_COMPILED(scalar, "exact");
  BRT_LOAD_COMPILED(tensor, "tensor");
  // Any bits do.
  setMatrices(32, 48, 64);
  Bits results[2];
  unsigned columns = static_cast<unsigned>(n), rows = static_cast<unsigned>(m);
  for (bool isTensor : {false, true}) {
    CUdeviceptr c = upload(Bits(size_t(m) * n));
    ASSERT_EQ(isTensor
                  ? run(find(tensor, "wmmaHalf"), {columns / 16, rows / 16},
                        {32}, 0, a, b, c, m, n, k)
                  : run(find(scalar, "scalarHalves"), {columns / 16, rows / 16},
                        {16, 16}, 0, a, b, c, m, n, k),
              CUDA_SUCCESS);
    results[isTensor] = download<uint32_t>(c, size_t(m) * n);
  }
  EXPECT_EQ(results[0], results[1]);
}

TEST_F(ExactHopper, WgmmaAgrees) {
  BRT_LOAD_COMPILED(scalar, "exact");
  BRT_LOAD_COMPILED(hopper, "hopper");
  setMatrices(128, 192, 200);
  CUtensorMap mapA = mapOf(a, k, m), mapB = mapOf(b, k, n);
  CUdeviceptr c = upload(Bits(size_t(m) * n));
  ASSERT_EQ(run(find(hopper, "hopperGemm"), {n / 64u, m / 64u}, {128}, 0, mapA,
                mapB, c, n, k),
            CUDA_SUCCESS);
  EXPECT_EQ(download<uint32_t>(c, size_t(m) * n), scalarProduct(scalar));
}

/// In every element: a step of two terms is left out, or taken twice.
TEST_F(ExactKernels, WrongStepsDiffer) {
  BRT_LOAD_COMPILED(scalar, "exact");
  BRT_LOAD_COMPILED(tensor, "tensor");
  Bits right = tensorProduct(tensor);
  for (int step : {0, k / 4, k / 2 - 1}) {
    Bits dropped = scalarProduct(scalar, step, k);
    Bits doubled = scalarProduct(scalar, k, step);
    for (size_t i = 0; i < right.size(); ++i) {
      ASSERT_NE(dropped[i], right[i]) << i;
      ASSERT_NE(doubled[i], right[i]) << i;
    }
  }
}

TEST_F(ExactKernels, SoftmaxesAgree) {
  BRT_LOAD_COMPILED(module, "exact");
  Bits plain = softmaxBy(module, "softmax");
  for (int piece : {1, 7, 64})
    EXPECT_EQ(softmaxBy(module, "softmaxOnline", piece), plain);
  EXPECT_NE(softmaxBy(module, "softmaxForgetful", 7), plain);
}

TEST_F(ExactKernels, ExponentsAreNoIntegers) {
  BRT_LOAD_COMPILED(module, "exact");
  CUdeviceptr in = upload(std::vector<float>(32, 1)),
              out = upload(std::vector<float>(32));
  EXPECT_EQ(run(find(module, "halveByExponent"), {1}, {32}, 0, in, out),
            CUDA_ERROR_LAUNCH_FAILED);
}

TEST_F(FloatsInOtherOrders, Differ) {
  BRT_LOAD_COMPILED(scalar, "exact");
  BRT_LOAD_COMPILED(tensor, "tensor");
  EXPECT_NE(scalarProduct(scalar), tensorProduct(tensor));
  EXPECT_NE(softmaxBy(scalar, "softmax"),
            softmaxBy(scalar, "softmaxOnline", 7));
}
