//===- TensorKernelsTest.cpp - mma.sync, ldmatrix and cp.async by nvcc ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DriverFixture.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace brt::emu::test;

namespace {
/// Random bf16 values as bits, and as numbers.
struct Matrix {
  std::vector<uint16_t> bits;
  std::vector<double> values;

  Matrix(size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> between(-1, 1);
    for (size_t i = 0; i < count; ++i) {
      float value = between(random);
      uint32_t word;
      std::memcpy(&word, &value, sizeof word);
      word &= 0xffff0000;
      std::memcpy(&value, &word, sizeof word);
      bits.push_back(static_cast<uint16_t>(word >> 16));
      values.push_back(value);
    }
  }
};

class TensorKernels : public DriverTest {
protected:
  /// C = A B^T on the device; the largest error against the host's result.
  double gemmError(CUfunction function, int m, int n, int k, CUresult &result) {
    Matrix a(size_t(m) * k, 1), b(size_t(n) * k, 2);
    CUdeviceptr da = upload(a.bits), db = upload(b.bits),
                dc = upload(std::vector<float>(size_t(m) * n));
    result = run(function, {(n + 31u) / 32, (m + 31u) / 32}, {128}, 0, da, db,
                 dc, m, n, k);
    if (result != CUDA_SUCCESS)
      return HUGE_VAL;
    auto c = download<float>(dc, size_t(m) * n);
    double worst = 0;
    for (int row = 0; row < m; ++row)
      for (int col = 0; col < n; ++col) {
        double sum = 0;
        for (int i = 0; i < k; ++i)
          sum += a.values[row * k + i] * b.values[col * k + i];
        worst = std::max(worst, std::fabs(c[row * n + col] - sum));
      }
    return worst;
  }
};
} // namespace

TEST_F(TensorKernels, PipelinedGemmAgrees) {
  BRT_LOAD_COMPILED(module, "tensor");
  for (auto [m, n, k] : {std::array{32, 32, 32}, std::array{64, 96, 128},
                         std::array{50, 37, 72}}) {
    CUresult result = CUDA_SUCCESS;
    EXPECT_LT(gemmError(find(module, "tensorGemm"), m, n, k, result),
              1e-4 * k);
    EXPECT_EQ(result, CUDA_SUCCESS);
  }
}

TEST_F(TensorKernels, WaitingForTooFewGroupsIsARace) {
  BRT_LOAD_COMPILED(module, "tensor");
  CUresult result = CUDA_SUCCESS;
  gemmError(find(module, "tensorGemmHasty"), 64, 64, 128, result);
  EXPECT_EQ(result, CUDA_ERROR_LAUNCH_FAILED);
}
