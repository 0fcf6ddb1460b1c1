//===- DriverFixture.h - Programs of the CUDA driver interface ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_EMULATOR_DRIVERFIXTURE_H
#define BRT_TEST_EMULATOR_DRIVERFIXTURE_H

#include <cstdlib>
#include <cuda.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <vector>

namespace brt::emu::test {

/// A context of its own for each test; written against the toolkit's header, as
/// a user's program would be.
class DriverTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(cuInit(0), CUDA_SUCCESS);
    ASSERT_EQ(cuDeviceGet(&device, 0), CUDA_SUCCESS);
    CUctxCreateParams *none = nullptr;
    ASSERT_EQ(cuCtxCreate(&context, none, 0, device), CUDA_SUCCESS);
  }
  void TearDown() override { cuCtxDestroy(context); }

  /// Loads a kernel file that nvcc compiled, or with BRT_TEST_COMPILER=-clang
  /// what clang made of it; null where it was not built.
  CUmodule loadCompiled(const std::string &name) {
    const char *compiler = std::getenv("BRT_TEST_COMPILER");
    std::ifstream file(std::string(BRT_TEST_PTX_DIR) + "/" + name +
                       (compiler ? compiler : "") + ".ptx");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    return text.empty() ? nullptr : load(text);
  }

  CUmodule load(const std::string &ptx) {
    CUmodule module = nullptr;
    EXPECT_EQ(cuModuleLoadData(&module, ptx.c_str()), CUDA_SUCCESS);
    return module;
  }

  CUfunction find(CUmodule module, const char *name) {
    CUfunction function = nullptr;
    EXPECT_EQ(cuModuleGetFunction(&function, module, name), CUDA_SUCCESS);
    return function;
  }

  template <class T>
  CUdeviceptr upload(const std::vector<T> &values) {
    CUdeviceptr address = 0;
    EXPECT_EQ(cuMemAlloc(&address, values.size() * sizeof(T)), CUDA_SUCCESS);
    EXPECT_EQ(cuMemcpyHtoD(address, values.data(), values.size() * sizeof(T)),
              CUDA_SUCCESS);
    return address;
  }

  template <class T>
  std::vector<T> download(CUdeviceptr address, size_t count) {
    std::vector<T> values(count);
    EXPECT_EQ(cuMemcpyDtoH(values.data(), address, count * sizeof(T)),
              CUDA_SUCCESS);
    return values;
  }

  /// Tiles of `boxRows` x 64 in a matrix of bf16, under the swizzle of 128
  /// bytes.
  CUtensorMap mapOf(CUdeviceptr base, cuuint64_t columns, cuuint64_t rows,
                    cuuint32_t boxRows = 64) {
    CUtensorMap map{};
    cuuint64_t extents[] = {columns, rows}, strides[] = {columns * 2};
    cuuint32_t box[] = {64, boxRows}, steps[] = {1, 1};
    EXPECT_EQ(cuTensorMapEncodeTiled(
                  &map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2,
                  reinterpret_cast<void *>(base), extents, strides, box, steps,
                  CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                  CU_TENSOR_MAP_L2_PROMOTION_NONE,
                  CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
              CUDA_SUCCESS);
    return map;
  }

  struct Extent {
    unsigned x = 1, y = 1, z = 1;
  };
  /// Launches and synchronises.
  template <class... Args>
  CUresult run(CUfunction function, Extent grid, Extent block, unsigned shared,
               Args... args) {
    void *pointers[] = {static_cast<void *>(&args)..., nullptr};
    CUresult result =
        cuLaunchKernel(function, grid.x, grid.y, grid.z, block.x, block.y,
                       block.z, shared, nullptr, pointers, nullptr);
    return result == CUDA_SUCCESS ? cuCtxSynchronize() : result;
  }

  CUdevice device = 0;
  CUcontext context = nullptr;
};

/// x = 2 x + n, so that the order of two launches shows.
inline const char *const kStep = R"(.version 8.0
.target sm_80
.address_size 64
.visible .entry step(.param .u64 x, .param .u32 n)
{ .reg .b64 %rd; .reg .b32 %r<3>;
  ld.param.u64 %rd, [x]; ld.param.u32 %r0, [n];
  ld.global.u32 %r1, [%rd]; mad.lo.u32 %r2, %r1, 2, %r0;
  st.global.u32 [%rd], %r2; ret; }
)";

/// Why a test of compiled kernels is skipped.
#define BRT_LOAD_COMPILED(variable, name)                                      \
  CUmodule variable = loadCompiled(name);                                      \
  if (!variable)                                                               \
  GTEST_SKIP() << "nvcc was not found when the tests were built"

} // namespace brt::emu::test

#endif // BRT_TEST_EMULATOR_DRIVERFIXTURE_H
