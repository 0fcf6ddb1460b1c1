//===- AbiTest.cpp - Our numbers against the toolkit's --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/GraphAbi.h"

#include <cuda.h>
#include <gtest/gtest.h>

namespace ours = brt::emu::abi;

#define BRT_SAME_OFFSET(mine, theirs, a, b)                                    \
  static_assert(offsetof(ours::mine, a) == offsetof(theirs, b))

static_assert(sizeof(ours::LaunchConfig) == sizeof(CUlaunchConfig));
static_assert(sizeof(ours::LaunchAttribute) == sizeof(CUlaunchAttribute));
static_assert(sizeof(ours::Memcpy2D) == sizeof(CUDA_MEMCPY2D));
BRT_SAME_OFFSET(LaunchConfig, CUlaunchConfig, stream, hStream);
BRT_SAME_OFFSET(LaunchConfig, CUlaunchConfig, attributes, attrs);
BRT_SAME_OFFSET(LaunchConfig, CUlaunchConfig, attributeCount, numAttrs);
BRT_SAME_OFFSET(LaunchAttribute, CUlaunchAttribute, value, value);
static_assert(sizeof(ours::GraphNodeParams) == sizeof(CUgraphNodeParams));
static_assert(sizeof(ours::GraphUpdateInfo) ==
              sizeof(CUgraphExecUpdateResultInfo));
static_assert(sizeof(ours::KernelNodeParams) ==
              sizeof(CUDA_KERNEL_NODE_PARAMS));
static_assert(sizeof(ours::Memcpy3D) == sizeof(CUDA_MEMCPY3D));
static_assert(sizeof(ours::MemsetFields) == sizeof(CUDA_MEMSET_NODE_PARAMS));
BRT_SAME_OFFSET(GraphNodeParams, CUgraphNodeParams, kernel, kernel);
BRT_SAME_OFFSET(KernelNodeParams, CUDA_KERNEL_NODE_PARAMS, parameters,
                kernelParams);
BRT_SAME_OFFSET(KernelNodeParams, CUDA_KERNEL_NODE_PARAMS, kernel, kern);
BRT_SAME_OFFSET(MemcpyNodeParams, CUDA_MEMCPY_NODE_PARAMS, copy, copyParams);
BRT_SAME_OFFSET(Memcpy3D, CUDA_MEMCPY3D, from.device, srcDevice);
BRT_SAME_OFFSET(Memcpy3D, CUDA_MEMCPY3D, to.pitch, dstPitch);
BRT_SAME_OFFSET(Memcpy3D, CUDA_MEMCPY3D, depth, Depth);
BRT_SAME_OFFSET(MemsetFields, CUDA_MEMSET_NODE_PARAMS, height, height);
BRT_SAME_OFFSET(Memcpy2D, CUDA_MEMCPY2D, srcDevice, srcDevice);
BRT_SAME_OFFSET(Memcpy2D, CUDA_MEMCPY2D, dstPitch, dstPitch);
BRT_SAME_OFFSET(Memcpy2D, CUDA_MEMCPY2D, height, Height);

TEST(Abi, ErrorCodes) {
  EXPECT_EQ(int(ours::ErrorInvalidPtx), int(CUDA_ERROR_INVALID_PTX));
  EXPECT_EQ(int(ours::ErrorNoBinaryForGpu), int(CUDA_ERROR_NO_BINARY_FOR_GPU));
  EXPECT_EQ(int(ours::ErrorUnsupportedPtxVersion),
            int(CUDA_ERROR_UNSUPPORTED_PTX_VERSION));
  EXPECT_EQ(int(ours::ErrorInvalidHandle), int(CUDA_ERROR_INVALID_HANDLE));
  EXPECT_EQ(int(ours::ErrorNotFound), int(CUDA_ERROR_NOT_FOUND));
  EXPECT_EQ(int(ours::ErrorIllegalAddress), int(CUDA_ERROR_ILLEGAL_ADDRESS));
  EXPECT_EQ(int(ours::ErrorMisalignedAddress),
            int(CUDA_ERROR_MISALIGNED_ADDRESS));
  EXPECT_EQ(int(ours::ErrorAssert), int(CUDA_ERROR_ASSERT));
  EXPECT_EQ(int(ours::ErrorLaunchFailed), int(CUDA_ERROR_LAUNCH_FAILED));
  EXPECT_EQ(int(ours::ErrorNotSupported), int(CUDA_ERROR_NOT_SUPPORTED));
  EXPECT_EQ(int(ours::ErrorSystemNotReady), int(CUDA_ERROR_SYSTEM_NOT_READY));
  EXPECT_EQ(int(ours::ErrorGraphExecUpdateFailure),
            int(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE));
  EXPECT_EQ(int(ours::ErrorInvalidClusterSize),
            int(CUDA_ERROR_INVALID_CLUSTER_SIZE));
  EXPECT_EQ(int(ours::ErrorCooperativeLaunchTooLarge),
            int(CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE));
}

TEST(Abi, Attributes) {
  EXPECT_EQ(int(ours::JitErrorLogBuffer), int(CU_JIT_ERROR_LOG_BUFFER));
  EXPECT_EQ(int(ours::JitErrorLogBufferBytes),
            int(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES));
  EXPECT_EQ(int(ours::FuncMaxDynamicShared),
            int(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES));
  EXPECT_EQ(int(ours::FuncPtxVersion), int(CU_FUNC_ATTRIBUTE_PTX_VERSION));
  EXPECT_EQ(int(ours::LaunchCooperative), int(CU_LAUNCH_ATTRIBUTE_COOPERATIVE));
  EXPECT_EQ(int(ours::LaunchClusterDimension),
            int(CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION));
  EXPECT_EQ(int(ours::FuncClusterMustBeSet),
            int(CU_FUNC_ATTRIBUTE_CLUSTER_SIZE_MUST_BE_SET));
  EXPECT_EQ(int(ours::FuncRequiredClusterDepth),
            int(CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH));
  EXPECT_EQ(int(ours::FuncMoreThanPortable),
            int(CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED));
  EXPECT_EQ(int(ours::PointerDevicePointer),
            int(CU_POINTER_ATTRIBUTE_DEVICE_POINTER));
  EXPECT_EQ(int(ours::PointerRangeSize), int(CU_POINTER_ATTRIBUTE_RANGE_SIZE));
}
