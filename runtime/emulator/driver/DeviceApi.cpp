//===- DeviceApi.cpp - cuInit, errors, devices ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;
using namespace brt::emu::abi;

/// The interface of CUDA 13.0.
static constexpr int kDriverVersion = 13000;

BRT_CUDA_API cuInit(unsigned flags) {
  return flags ? ErrorInvalidValue : Driver::get().initialise();
}

BRT_CUDA_API cuDriverGetVersion(int *version) {
  if (!version)
    return ErrorInvalidValue;
  *version = kDriverVersion;
  return Success;
}

namespace {
struct ErrorRow {
  Result code;
  const char *name, *text;
};
} // namespace

static constexpr ErrorRow kErrors[] = {
    {Success, "CUDA_SUCCESS", "no error"},
    {ErrorInvalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {ErrorOutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {ErrorNotInitialized, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {ErrorDeinitialized, "CUDA_ERROR_DEINITIALIZED", "driver shutting down"},
    {ErrorNoDevice, "CUDA_ERROR_NO_DEVICE",
     "no CUDA-capable device is detected"},
    {ErrorInvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {ErrorInvalidImage, "CUDA_ERROR_INVALID_IMAGE",
     "device kernel image is invalid"},
    {ErrorInvalidContext, "CUDA_ERROR_INVALID_CONTEXT",
     "invalid device context"},
    {ErrorNoBinaryForGpu, "CUDA_ERROR_NO_BINARY_FOR_GPU",
     "no kernel image is available for execution on the device"},
    {ErrorInvalidPtx, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {ErrorUnsupportedPtxVersion, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
     "the provided PTX was compiled with an unsupported toolchain"},
    {ErrorInvalidSource, "CUDA_ERROR_INVALID_SOURCE",
     "device kernel image is invalid"},
    {ErrorFileNotFound, "CUDA_ERROR_FILE_NOT_FOUND", "file not found"},
    {ErrorInvalidHandle, "CUDA_ERROR_INVALID_HANDLE",
     "invalid resource handle"},
    {ErrorNotFound, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {ErrorNotReady, "CUDA_ERROR_NOT_READY", "device not ready"},
    {ErrorIllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS",
     "an illegal memory access was encountered"},
    {ErrorLaunchOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES",
     "too many resources requested for launch"},
    {ErrorAssert, "CUDA_ERROR_ASSERT", "device-side assert triggered"},
    {ErrorMisalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS",
     "misaligned address"},
    {ErrorLaunchFailed, "CUDA_ERROR_LAUNCH_FAILED",
     "unspecified launch failure"},
    {ErrorCooperativeLaunchTooLarge, "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE",
     "too many blocks in cooperative launch"},
    {ErrorNotSupported, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {ErrorSystemNotReady, "CUDA_ERROR_SYSTEM_NOT_READY",
     "system not yet initialized"},
    {ErrorGraphExecUpdateFailure, "CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE",
     "the graph update was not performed because it included changes which "
     "violated constraints specific to instantiated graph update"},
    {ErrorInvalidClusterSize, "CUDA_ERROR_INVALID_CLUSTER_SIZE",
     "misconfigured cluster"},
    {ErrorUnknown, "CUDA_ERROR_UNKNOWN", "unknown error"}};

static const ErrorRow *findError(Result code) {
  for (const ErrorRow &row : kErrors)
    if (row.code == code)
      return &row;
  return nullptr;
}

BRT_CUDA_API cuGetErrorName(Result code, const char **name) {
  const ErrorRow *row = findError(code);
  *name = row ? row->name : nullptr;
  return row ? Success : ErrorInvalidValue;
}

BRT_CUDA_API cuGetErrorString(Result code, const char **text) {
  const ErrorRow *row = findError(code);
  *text = row ? row->text : nullptr;
  return row ? Success : ErrorInvalidValue;
}

static Result checkDevice(Device device) {
  if (!Driver::get().initialised)
    return ErrorNotInitialized;
  return device == 0 ? Success : ErrorInvalidDevice;
}

BRT_CUDA_API cuDeviceGetCount(int *count) {
  if (!Driver::get().initialised)
    return ErrorNotInitialized;
  *count = 1;
  return Success;
}

BRT_CUDA_API cuDeviceGet(Device *device, int ordinal) {
  Result result = checkDevice(ordinal);
  if (result == Success)
    *device = 0;
  return result;
}

BRT_CUDA_API cuDeviceGetName(char *name, int size, Device device) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  std::string text =
      "BRT emulator sm_" + std::to_string(Driver::get().options.architecture);
  size_t length = std::min<size_t>(text.size(), size > 0 ? size - 1 : 0);
  std::memcpy(name, text.data(), length);
  name[length] = '\0';
  return Success;
}

BRT_CUDA_API cuDeviceGetUuid_v2(unsigned char *uuid, Device device) {
  static const char kUuid[17] = "brt-cuda-emulato";
  Result result = checkDevice(device);
  if (result == Success)
    std::memcpy(uuid, kUuid, 16);
  return result;
}

BRT_CUDA_API cuDeviceTotalMem_v2(size_t *bytes, Device device) {
  Result result = checkDevice(device);
  if (result == Success)
    *bytes = DeviceMemory::kTotalBytes;
  return result;
}

BRT_CUDA_API cuDeviceComputeCapability(int *major, int *minor, Device device) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  *major = static_cast<int>(Driver::get().options.architecture / 10);
  *minor = static_cast<int>(Driver::get().options.architecture % 10);
  return Success;
}

namespace {
struct AttributeRow {
  int attribute;
  int value;
};
} // namespace

/// CU_DEVICE_ATTRIBUTE_*, where they do not depend on the architecture. Rates
/// and widths are those of a small device: time is not modelled.
static constexpr AttributeRow kAttributes[] = {
    {1, 1024},        // max threads per block
    {2, 1024},        // max block x
    {3, 1024},        // max block y
    {4, 64},          // max block z
    {5, 0x7fffffff},  // max grid x
    {6, 65535},       // max grid y
    {7, 65535},       // max grid z
    {8, 48 * 1024},   // shared memory per block
    {9, 64 * 1024},   // constant memory
    {10, 32},         // warp size
    {11, 0x7fffffff}, // max pitch
    {12, 65536},      // registers per block
    {13, 1410000},    // clock, kHz
    {14, 512},        // texture alignment
    {16, Driver::kMultiprocessors},
    {18, 0},        // integrated
    {19, 1},        // can map host memory
    {20, 0},        // compute mode: default
    {31, 1},        // concurrent kernels
    {36, 1215000},  // memory clock, kHz
    {37, 5120},     // memory bus, bits
    {38, 40 << 20}, // L2, bytes
    {39, 2048},     // threads per multiprocessor
    {40, 1},        // copy engines
    {41, 1},        // unified addressing
    {78, 1},        // stream priorities
    {79, 1},        // global L1
    {80, 1},        // local L1
    {82, 65536},    // registers per multiprocessor
    {83, 1},        // managed memory
    {89, 1},        // concurrent managed access
    {90, 1},        // preemption
    {95, 1},        // cooperative launch
    {106, 32},      // blocks per multiprocessor
    {111, 1024},    // shared memory reserved per block
    {115, 1}};      // memory pools

BRT_CUDA_API cuDeviceGetAttribute(int *value, int attribute, Device device) {
  constexpr int kMajor = 75, kMinor = 76, kSharedPerMultiprocessor = 81,
                kSharedOptIn = 97, kClusterLaunch = 120, kLastAttribute = 160;
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  const Driver &driver = Driver::get();
  if (attribute <= 0 || attribute > kLastAttribute)
    return ErrorInvalidValue;
  *value = 0;
  for (const AttributeRow &row : kAttributes)
    if (row.attribute == attribute)
      *value = row.value;
  if (attribute == kMajor)
    *value = static_cast<int>(driver.options.architecture / 10);
  else if (attribute == kMinor)
    *value = static_cast<int>(driver.options.architecture % 10);
  else if (attribute == kSharedOptIn)
    *value = static_cast<int>(driver.sharedOptInLimit());
  else if (attribute == kClusterLaunch)
    *value = driver.hasClusters();
  else if (attribute == kSharedPerMultiprocessor)
    *value = static_cast<int>(driver.sharedOptInLimit() + 1024);
  return Success;
}
