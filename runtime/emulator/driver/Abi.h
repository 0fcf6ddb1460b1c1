//===- Abi.h - Types and numbers of the CUDA driver interface -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only what this library implements, so that it builds where no CUDA toolkit is
// installed. The test AbiTest compares it with the toolkit's header where there
// is one.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_DRIVER_ABI_H
#define BRT_EMULATOR_DRIVER_ABI_H

#include <cstddef>
#include <cstdint>

namespace brt::emu::abi {

enum Result : int {
  Success = 0,
  ErrorInvalidValue = 1,
  ErrorOutOfMemory = 2,
  ErrorNotInitialized = 3,
  ErrorDeinitialized = 4,
  ErrorNoDevice = 100,
  ErrorInvalidDevice = 101,
  ErrorInvalidImage = 200,
  ErrorInvalidContext = 201,
  ErrorNoBinaryForGpu = 209,
  ErrorInvalidPtx = 218,
  ErrorUnsupportedPtxVersion = 222,
  ErrorInvalidSource = 300,
  ErrorFileNotFound = 301,
  ErrorInvalidHandle = 400,
  ErrorNotFound = 500,
  ErrorNotReady = 600,
  ErrorIllegalAddress = 700,
  ErrorLaunchOutOfResources = 701,
  ErrorAssert = 710,
  ErrorMisalignedAddress = 716,
  ErrorLaunchFailed = 719,
  ErrorCooperativeLaunchTooLarge = 720,
  ErrorNotSupported = 801,
  ErrorSystemNotReady = 802,
  ErrorStreamCaptureUnsupported = 900,
  ErrorStreamCaptureInvalidated = 901,
  ErrorStreamCaptureMerge = 902,
  ErrorStreamCaptureUnmatched = 903,
  ErrorStreamCaptureUnjoined = 904,
  ErrorStreamCaptureIsolation = 905,
  ErrorStreamCaptureImplicit = 906,
  ErrorCapturedEvent = 907,
  ErrorGraphExecUpdateFailure = 910,
  ErrorInvalidClusterSize = 912,
  ErrorUnknown = 999
};

/// CU_STREAM_NON_BLOCKING.
constexpr uint32_t StreamNonBlocking = 1;
/// CU_EVENT_DISABLE_TIMING.
constexpr uint32_t EventDisableTiming = 2;

/// CU_STREAM_CAPTURE_STATUS_*.
enum CaptureStatus : int {
  CaptureNone = 0,
  CaptureActive = 1,
  CaptureInvalidated = 2
};

/// CU_MEMPOOL_ATTR_*: those that are kept.
enum PoolAttribute : int {
  PoolReuseFollowEvents = 1,
  PoolReuseOpportunistic = 2,
  PoolReuseInternalDependencies = 3,
  PoolReleaseThreshold = 4,
  PoolReservedCurrent = 5,
  PoolReservedHigh = 6,
  PoolUsedCurrent = 7,
  PoolUsedHigh = 8
};

using DevicePointer = uint64_t;
using Device = int;

/// CU_JIT_*: the options of cuModuleLoadDataEx that are read.
enum JitOption : int {
  JitInfoLogBuffer = 3,
  JitInfoLogBufferBytes = 4,
  JitErrorLogBuffer = 5,
  JitErrorLogBufferBytes = 6
};

/// CU_FUNC_ATTRIBUTE_*.
enum FunctionAttribute : int {
  FuncMaxThreadsPerBlock = 0,
  FuncSharedBytes = 1,
  FuncConstBytes = 2,
  FuncLocalBytes = 3,
  FuncRegisters = 4,
  FuncPtxVersion = 5,
  FuncBinaryVersion = 6,
  FuncCacheModeCa = 7,
  FuncMaxDynamicShared = 8,
  FuncPreferredCarveout = 9,
  FuncClusterMustBeSet = 10,
  FuncRequiredClusterWidth = 11,
  FuncRequiredClusterHeight = 12,
  FuncRequiredClusterDepth = 13,
  FuncMoreThanPortable = 14,
  FuncClusterPolicy = 15
};

enum LaunchAttributeId : int {
  LaunchCooperative = 2,
  LaunchClusterDimension = 4
};

struct LaunchAttribute {
  int id;
  int pad;
  union {
    char bytes[64];
    int cooperative;
    uint32_t clusterDimension[3];
  } value;
};

struct LaunchConfig {
  uint32_t gridX, gridY, gridZ;
  uint32_t blockX, blockY, blockZ;
  uint32_t sharedBytes;
  void *stream;
  LaunchAttribute *attributes;
  uint32_t attributeCount;
};

/// The `extra` argument of cuLaunchKernel: a packed parameter buffer.
constexpr uintptr_t kLaunchParamEnd = 0, kLaunchParamBufferPointer = 1,
                    kLaunchParamBufferSize = 2;

enum MemoryType : int { MemoryHost = 1, MemoryDevice = 2, MemoryUnified = 4 };

struct Memcpy2D {
  size_t srcX, srcY;
  int srcType;
  const void *srcHost;
  DevicePointer srcDevice;
  void *srcArray;
  size_t srcPitch;
  size_t dstX, dstY;
  int dstType;
  void *dstHost;
  DevicePointer dstDevice;
  void *dstArray;
  size_t dstPitch;
  size_t width, height;
};

/// CU_POINTER_ATTRIBUTE_*.
enum PointerAttribute : int {
  PointerContext = 1,
  PointerMemoryType = 2,
  PointerDevicePointer = 3,
  PointerHostPointer = 4,
  PointerIsManaged = 8,
  PointerDeviceOrdinal = 9,
  PointerRangeStart = 11,
  PointerRangeSize = 12
};

} // namespace brt::emu::abi

/// Marks a function of the driver interface.
#define BRT_CUDA_API                                                           \
  extern "C" __attribute__((visibility("default"))) ::brt::emu::abi::Result

#endif // BRT_EMULATOR_DRIVER_ABI_H
