//===- TensorKernelsTest.cpp - mma.sync, ldmatrix and cp.async by nvcc ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DriverFixture.h"
#include "RandomMatrix.h"

#include <cmath>

using namespace brt::emu::test;

namespace {
class TensorKernels : public DriverTest {
protected:
  /// C = A B^T on the device; the largest error against the host's result.
  double gemmError(CUfunction function, int m, int n, int k, CUresult &result) {
    RandomMatrix a(size_t(m) * k, 1), b(size_t(n) * k, 2);
    CUdeviceptr da = upload(a.bits), db = upload(b.bits),
                dc = upload(std::vector<float>(size_t(m) * n));
    result = run(function, {(n + 31u) / 32, (m + 31u) / 32}, {128}, 0, da, db,
                 dc, m, n, k);
    if (result != CUDA_SUCCESS)
      return HUGE_VAL;
    auto c = download<float>(dc, size_t(m) * n);
    double worst = 0;
    for (int row = 0; row < m; ++row)
      for (int col = 0; col < n; ++col)
        worst = std::max(
            worst, std::fabs(c[row * n + col] - productOf(a, b, row, col, k)));
    return worst;
  }
};
} // namespace

TEST_F(TensorKernels, PipelinedGemmAgrees) {
  BRT_LOAD_COMPILED(module, "tensor");
  for (auto [m, n, k] : {std::array{32, 32, 32}, std::array{64, 96, 128},
                         std::array{50, 37, 72}}) {
    CUresult result = CUDA_SUCCESS;
    EXPECT_LT(gemmError(find(module, "tensorGemm"), m, n, k, result), 1e-4 * k);
    EXPECT_EQ(result, CUDA_SUCCESS);
  }
}

TEST_F(TensorKernels, WaitingForTooFewGroupsIsARace) {
  BRT_LOAD_COMPILED(module, "tensor");
  CUresult result = CUDA_SUCCESS;
  gemmError(find(module, "tensorGemmHasty"), 64, 64, 128, result);
  EXPECT_EQ(result, CUDA_ERROR_LAUNCH_FAILED);
}

TEST_F(TensorKernels, Wmma) {
  BRT_LOAD_COMPILED(module, "tensor");
  // f16 bits of 0, 1, 2, 3.
  const uint16_t small[] = {0, 0x3c00, 0x4000, 0x4200};
  int m = 32, n = 48, k = 64;
  std::vector<uint16_t> a(m * k), b(k * n);
  auto valueA = [](int row, int i) { return (row * 3 + i) % 4; };
  auto valueB = [](int i, int col) { return (i + col * 5) % 4; };
  for (int i = 0; i < k; ++i) {
    for (int row = 0; row < m; ++row)
      a[row * k + i] = small[valueA(row, i)];
    for (int col = 0; col < n; ++col)
      b[i * n + col] = small[valueB(i, col)];
  }
  CUdeviceptr da = upload(a), db = upload(b),
              dc = upload(std::vector<float>(m * n));
  ASSERT_EQ(run(find(module, "wmmaHalf"), {3, 2}, {32}, 0, da, db, dc, m, n, k),
            CUDA_SUCCESS);
  auto c = download<float>(dc, m * n);
  for (int row = 0; row < m; ++row)
    for (int col = 0; col < n; ++col) {
      int sum = 0;
      for (int i = 0; i < k; ++i)
        sum += valueA(row, i) * valueB(i, col);
      ASSERT_EQ(c[row * n + col], 2.0f * sum) << row << ", " << col;
    }

  std::vector<signed char> x(256), y(256);
  for (int i = 0; i < 256; ++i) {
    x[i] = static_cast<signed char>(i * 7 - 100);
    y[i] = static_cast<signed char>(50 - i * 3);
  }
  CUdeviceptr dx = upload(x), dy = upload(y),
              dz = upload(std::vector<int>(256));
  ASSERT_EQ(run(find(module, "wmmaBytes"), {1}, {32}, 0, dx, dy, dz),
            CUDA_SUCCESS);
  auto z = download<int>(dz, 256);
  for (int row = 0; row < 16; ++row)
    for (int col = 0; col < 16; ++col) {
      int sum = 1;
      for (int i = 0; i < 16; ++i)
        sum += x[row * 16 + i] * y[col * 16 + i];
      EXPECT_EQ(z[col * 16 + row], sum);
    }
}
