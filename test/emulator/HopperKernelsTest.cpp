//===- HopperKernelsTest.cpp - sm_90a kernels by nvcc ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Run with BRT_EMU_ARCH=sm_90a.
//
//===----------------------------------------------------------------------===//

#include "DriverFixture.h"
#include "RandomMatrix.h"

#include <array>

using namespace brt::emu::test;

namespace {
class HopperKernels : public DriverTest {};
} // namespace

TEST_F(HopperKernels, GemmByTmaAndWgmma) {
  BRT_LOAD_COMPILED(module, "hopper");
  // k need not be whole tiles: what is outside reads as zero.
  for (auto [m, n, k] : {std::array{64, 64, 64}, std::array{128, 192, 320},
                         std::array{64, 128, 200}}) {
    RandomMatrix a(size_t(m) * k, 1), b(size_t(n) * k, 2);
    CUtensorMap mapA = mapOf(upload(a.bits), k, m);
    CUtensorMap mapB = mapOf(upload(b.bits), k, n);
    CUdeviceptr dc = upload(std::vector<float>(size_t(m) * n));
    ASSERT_EQ(run(find(module, "hopperGemm"), {n / 64u, m / 64u}, {128}, 0,
                  mapA, mapB, dc, n, k),
              CUDA_SUCCESS);
    auto c = download<float>(dc, size_t(m) * n);
    for (int row = 0; row < m; ++row)
      for (int col = 0; col < n; ++col)
        ASSERT_NEAR(c[row * n + col], productOf(a, b, row, col, k), 1e-5 * k)
            << row << ", " << col;
  }
}

TEST_F(HopperKernels, BytesThatAreNotWaitedForAreARace) {
  BRT_LOAD_COMPILED(module, "hopper");
  RandomMatrix a(64 * 256, 1), b(64 * 256, 2);
  CUtensorMap mapA = mapOf(upload(a.bits), 256, 64);
  CUtensorMap mapB = mapOf(upload(b.bits), 256, 64);
  CUdeviceptr dc = upload(std::vector<float>(64 * 64));
  int n = 64, k = 256;
  EXPECT_EQ(
      run(find(module, "hopperGemmHasty"), {1}, {128}, 0, mapA, mapB, dc, n, k),
      CUDA_ERROR_LAUNCH_FAILED);
}

TEST_F(HopperKernels, GemmByMulticast) {
  BRT_LOAD_COMPILED(module, "hopper");
  int m = 128, n = 256, k = 320;
  RandomMatrix a(size_t(m) * k, 1), b(size_t(n) * k, 2);
  CUtensorMap mapA = mapOf(upload(a.bits), k, m, 32);
  CUtensorMap mapB = mapOf(upload(b.bits), k, n);
  CUdeviceptr dc = upload(std::vector<float>(size_t(m) * n));
  ASSERT_EQ(run(find(module, "hopperGemmMulticast"), {n / 64u, m / 64u}, {128},
                0, mapA, mapB, dc, n, k),
            CUDA_SUCCESS);
  auto c = download<float>(dc, size_t(m) * n);
  for (int row = 0; row < m; ++row)
    for (int col = 0; col < n; ++col)
      ASSERT_NEAR(c[row * n + col], productOf(a, b, row, col, k), 1e-5 * k)
          << row << ", " << col;
  // Whoever does not wait for the other block overwrites what it reads.
  EXPECT_EQ(run(find(module, "hopperGemmMulticastHasty"), {n / 64u, m / 64u},
                {128}, 0, mapA, mapB, dc, n, k),
            CUDA_ERROR_LAUNCH_FAILED);
}

TEST_F(HopperKernels, TensorMapsHaveRules) {
  CUdeviceptr base = upload(std::vector<uint16_t>(4096));
  CUtensorMap map{};
  cuuint64_t extents[] = {64, 64}, strides[] = {128}, odd[] = {120};
  cuuint32_t box[] = {64, 64}, wide[] = {64, 257}, steps[] = {1, 1};
  auto encode = [&](CUdeviceptr at, const cuuint64_t *pitch,
                    const cuuint32_t *shape, CUtensorMapSwizzle swizzle) {
    return cuTensorMapEncodeTiled(
        &map, CU_TENSOR_MAP_DATA_TYPE_FLOAT16, 2, reinterpret_cast<void *>(at),
        extents, pitch, shape, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, swizzle,
        CU_TENSOR_MAP_L2_PROMOTION_NONE, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  };
  EXPECT_EQ(encode(base, strides, box, CU_TENSOR_MAP_SWIZZLE_128B),
            CUDA_SUCCESS);
  steps[1] = 9;
  EXPECT_EQ(encode(base, strides, box, CU_TENSOR_MAP_SWIZZLE_128B),
            CUDA_ERROR_INVALID_VALUE);
  steps[1] = 2;
  EXPECT_EQ(encode(base, strides, box, CU_TENSOR_MAP_SWIZZLE_128B),
            CUDA_SUCCESS);
  EXPECT_EQ(encode(base + 8, strides, box, CU_TENSOR_MAP_SWIZZLE_NONE),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(encode(base, odd, box, CU_TENSOR_MAP_SWIZZLE_NONE),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(encode(base, strides, wide, CU_TENSOR_MAP_SWIZZLE_NONE),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(encode(base, strides, box, CU_TENSOR_MAP_SWIZZLE_64B),
            CUDA_ERROR_INVALID_VALUE);
}
