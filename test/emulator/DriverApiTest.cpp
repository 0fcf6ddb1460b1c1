//===- DriverApiTest.cpp - The driver interface itself --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DriverFixture.h"

#include <cstring>

using namespace brt::emu::test;

namespace {
class DriverApi : public DriverTest {
protected:
  std::string kernel(const std::string &body) {
    return ".version 8.0\n.target sm_80\n.address_size 64\n.visible .entry "
           "k(.param .u64 p, .param .u32 n)\n{ .reg .b64 %rd<9>; .reg .b32 "
           "%r<9>;\n ld.param.u64 %rd0, [p]; ld.param.u32 %r0, [n];\n" +
           body + "\nret; }\n";
  }
};
} // namespace

TEST_F(DriverApi, DeviceTellsWhatItIs) {
  int count = 0, major = 0, minor = 0, warp = 0, version = 0;
  EXPECT_EQ(cuDeviceGetCount(&count), CUDA_SUCCESS);
  EXPECT_EQ(count, 1);
  cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0);
  cuDeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 0);
  cuDeviceGetAttribute(&warp, CU_DEVICE_ATTRIBUTE_WARP_SIZE, 0);
  EXPECT_EQ(major * 10 + minor, 80);
  EXPECT_EQ(warp, 32);
  EXPECT_EQ(cuDriverGetVersion(&version), CUDA_SUCCESS);
  EXPECT_GE(version, 12000);
  char name[64];
  EXPECT_EQ(cuDeviceGetName(name, sizeof name, 0), CUDA_SUCCESS);
  EXPECT_STREQ(name, "BRT emulator sm_80");
  EXPECT_EQ(cuDeviceGet(&count, 1), CUDA_ERROR_INVALID_DEVICE);
  const char *text = nullptr;
  EXPECT_EQ(cuGetErrorName(CUDA_ERROR_ILLEGAL_ADDRESS, &text), CUDA_SUCCESS);
  EXPECT_STREQ(text, "CUDA_ERROR_ILLEGAL_ADDRESS");
}

TEST_F(DriverApi, EntryPointsByVersion) {
  void *function = nullptr;
  CUdriverProcAddressQueryResult status;
  EXPECT_EQ(cuGetProcAddress("cuMemAlloc", &function, 3020, 0, &status),
            CUDA_SUCCESS);
  EXPECT_EQ(function, reinterpret_cast<void *>(&cuMemAlloc));
  EXPECT_EQ(cuGetProcAddress("cuCtxCreate", &function, 11000, 0, &status),
            CUDA_SUCCESS);
  EXPECT_NE(function, reinterpret_cast<void *>(&cuCtxCreate));
  EXPECT_EQ(cuGetProcAddress("cuNoSuchThing", &function, 13000, 0, &status),
            CUDA_SUCCESS);
  EXPECT_EQ(function, nullptr);
  EXPECT_EQ(status, CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);
}

TEST_F(DriverApi, JitLogNamesLineAndColumn) {
  char log[256] = "";
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER,
                            CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {log, reinterpret_cast<void *>(sizeof log)};
  CUmodule module = nullptr;
  std::string bad = kernel("add.s32 %r1, %r0;");
  EXPECT_EQ(cuModuleLoadDataEx(&module, bad.c_str(), 2, options, values),
            CUDA_ERROR_INVALID_PTX);
  EXPECT_NE(std::strstr(log, "line 7, column 1"), nullptr) << log;
  std::string newer = kernel("");
  newer.replace(newer.find("sm_80"), 5, "sm_90");
  EXPECT_EQ(cuModuleLoadData(&module, newer.c_str()),
            CUDA_ERROR_NO_BINARY_FOR_GPU);
}

TEST_F(DriverApi, FaultsShowAtTheNextSynchronisingCallAndStay) {
  CUfunction function =
      find(load(kernel("st.global.u32 [%rd0+64], %r0;")), "k");
  CUdeviceptr word = upload(std::vector<unsigned>{1});
  unsigned n = 3;
  void *parameters[] = {&word, &n};
  EXPECT_EQ(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, parameters,
                           nullptr),
            CUDA_SUCCESS);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT_EQ(cuMemcpyHtoD(word, &n, sizeof n), CUDA_ERROR_ILLEGAL_ADDRESS);

  CUcontext other = nullptr;
  CUctxCreateParams *none = nullptr;
  ASSERT_EQ(cuCtxCreate(&other, none, 0, device), CUDA_SUCCESS);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
  function = find(load(kernel("add.u64 %rd0, %rd0, 1; st.global.u16 [%rd0], "
                              "%r0;")),
                  "k");
  EXPECT_EQ(run(function, {1}, {1}, 0, word, n), CUDA_ERROR_MISALIGNED_ADDRESS);
  cuCtxDestroy(other);
}

TEST_F(DriverApi, ParametersInAPackedBuffer) {
  CUfunction function = find(load(kernel("st.global.u32 [%rd0], %r0;")), "k");
  CUdeviceptr word = upload(std::vector<unsigned>{1});
  struct {
    CUdeviceptr p;
    unsigned n;
  } packed = {word, 77};
  size_t size = sizeof packed;
  void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed,
                   CU_LAUNCH_PARAM_BUFFER_SIZE, &size, CU_LAUNCH_PARAM_END};
  EXPECT_EQ(
      cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, extra),
      CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 77u);
}

TEST_F(DriverApi, LaunchLimits) {
  CUfunction function = find(load(kernel("")), "k");
  CUdeviceptr word = upload(std::vector<unsigned>{1});
  unsigned n = 0;
  EXPECT_EQ(run(function, {1}, {1025}, 0, word, n), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(run(function, {0}, {32}, 0, word, n), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(run(function, {1}, {32}, 50000, word, n), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuFuncSetAttribute(function,
                               CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                               100000),
            CUDA_SUCCESS);
  EXPECT_EQ(run(function, {1}, {32}, 50000, word, n), CUDA_SUCCESS);
  EXPECT_EQ(cuFuncSetAttribute(function,
                               CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                               200000),
            CUDA_ERROR_INVALID_VALUE);
  CUlaunchConfig config{};
  config.gridDimX = 2;
  config.gridDimY = config.gridDimZ = 1;
  config.blockDimX = config.blockDimY = config.blockDimZ = 1;
  CUlaunchAttribute attribute{};
  attribute.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
  attribute.value.clusterDim.x = 2;
  attribute.value.clusterDim.y = attribute.value.clusterDim.z = 1;
  config.attrs = &attribute;
  config.numAttrs = 1;
  void *parameters[] = {&word, &n};
  EXPECT_EQ(cuLaunchKernelEx(&config, function, parameters, nullptr),
            CUDA_ERROR_NOT_SUPPORTED);
  attribute.value.clusterDim.x = 1;
  EXPECT_EQ(cuLaunchKernelEx(&config, function, parameters, nullptr),
            CUDA_SUCCESS);
}

TEST_F(DriverApi, CopiesAndFills) {
  CUdeviceptr a = 0, b = 0;
  ASSERT_EQ(cuMemAlloc(&a, 64), CUDA_SUCCESS);
  ASSERT_EQ(cuMemAlloc(&b, 64), CUDA_SUCCESS);
  EXPECT_EQ(cuMemsetD32(a, 0x01020304, 16), CUDA_SUCCESS);
  EXPECT_EQ(cuMemcpyDtoD(b, a, 64), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(b, 16), std::vector<unsigned>(16, 0x01020304));
  EXPECT_EQ(cuMemcpyDtoD(b, a, 65), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemsetD32(a, 0, 17), CUDA_ERROR_INVALID_VALUE);
  // The middle 2 x 4 bytes of a 4 x 8 picture.
  unsigned char picture[32], part[8];
  for (int i = 0; i < 32; ++i)
    picture[i] = static_cast<unsigned char>(i);
  ASSERT_EQ(cuMemcpyHtoD(a, picture, 32), CUDA_SUCCESS);
  CUDA_MEMCPY2D job{};
  job.srcMemoryType = CU_MEMORYTYPE_DEVICE;
  job.srcDevice = a;
  job.srcPitch = 8;
  job.srcXInBytes = 2;
  job.srcY = 1;
  job.dstMemoryType = CU_MEMORYTYPE_HOST;
  job.dstHost = part;
  job.WidthInBytes = 4;
  job.Height = 2;
  EXPECT_EQ(cuMemcpy2D(&job), CUDA_SUCCESS);
  const unsigned char expected[] = {10, 11, 12, 13, 18, 19, 20, 21};
  EXPECT_EQ(std::memcmp(part, expected, sizeof part), 0);
  EXPECT_EQ(cuMemFree(a), CUDA_SUCCESS);
  EXPECT_EQ(cuMemFree(a), CUDA_ERROR_INVALID_VALUE);
  void *pinned = nullptr;
  ASSERT_EQ(cuMemAllocHost(&pinned, 16), CUDA_SUCCESS);
  EXPECT_EQ(cuMemHostGetDevicePointer(&a, pinned, 0), CUDA_SUCCESS);
  EXPECT_EQ(cuMemFreeHost(pinned), CUDA_SUCCESS);
}

TEST_F(DriverApi, MissingCallsSayTheirName) {
  testing::internal::CaptureStderr();
  CUarray array = nullptr;
  CUDA_ARRAY_DESCRIPTOR shape{};
  EXPECT_EQ(cuArrayCreate(&array, &shape), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(cuArrayCreate(&array, &shape), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "brt-emu: the driver call cuArrayCreate_v2 is not supported\n");
}
