//===- EntryPoints.cpp - cuGetProcAddress and calls that are missing ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"

#include <cstring>
#include <dlfcn.h>

using namespace brt::emu;
using namespace brt::emu::abi;

namespace {
/// A name without suffix, the CUDA version from which on it means `symbol`.
struct Variant {
  const char *base;
  int version;
  const char *symbol;
};
} // namespace

/// Where the interface changed; all other names mean themselves. The variants
/// for a default stream per thread are the same functions, whose legacy default
/// stream keeps a stricter order.
static constexpr Variant kVariants[] = {
    {"cuCtxCreate", 3020, "cuCtxCreate_v2"},
    {"cuCtxCreate", 12050, "cuCtxCreate_v4"},
    {"cuCtxDestroy", 4000, "cuCtxDestroy_v2"},
    {"cuCtxPopCurrent", 4000, "cuCtxPopCurrent_v2"},
    {"cuCtxPushCurrent", 4000, "cuCtxPushCurrent_v2"},
    {"cuDeviceGetUuid", 11040, "cuDeviceGetUuid_v2"},
    {"cuDevicePrimaryCtxRelease", 11000, "cuDevicePrimaryCtxRelease_v2"},
    {"cuDevicePrimaryCtxReset", 11000, "cuDevicePrimaryCtxReset_v2"},
    {"cuDevicePrimaryCtxSetFlags", 11000, "cuDevicePrimaryCtxSetFlags_v2"},
    {"cuDeviceTotalMem", 3020, "cuDeviceTotalMem_v2"},
    {"cuEventDestroy", 4000, "cuEventDestroy_v2"},
    {"cuEventElapsedTime", 12080, "cuEventElapsedTime_v2"},
    {"cuGraphAddDependencies", 10000, "cuGraphAddDependencies"},
    {"cuGraphAddDependencies", 12030, "cuGraphAddDependencies_v2"},
    {"cuGraphAddKernelNode", 12000, "cuGraphAddKernelNode_v2"},
    {"cuGraphAddNode", 12020, "cuGraphAddNode"},
    {"cuGraphAddNode", 12030, "cuGraphAddNode_v2"},
    {"cuGraphExecKernelNodeSetParams", 12000,
     "cuGraphExecKernelNodeSetParams_v2"},
    {"cuGraphExecUpdate", 12000, "cuGraphExecUpdate_v2"},
    {"cuGraphGetEdges", 10000, "cuGraphGetEdges"},
    {"cuGraphGetEdges", 12030, "cuGraphGetEdges_v2"},
    {"cuGraphInstantiate", 11000, "cuGraphInstantiate_v2"},
    {"cuGraphInstantiate", 12000, "cuGraphInstantiateWithFlags"},
    {"cuGraphKernelNodeGetParams", 12000, "cuGraphKernelNodeGetParams_v2"},
    {"cuGraphKernelNodeSetParams", 12000, "cuGraphKernelNodeSetParams_v2"},
    {"cuGraphNodeGetDependencies", 10000, "cuGraphNodeGetDependencies"},
    {"cuGraphNodeGetDependencies", 12030, "cuGraphNodeGetDependencies_v2"},
    {"cuGraphNodeGetDependentNodes", 10000, "cuGraphNodeGetDependentNodes"},
    {"cuGraphNodeGetDependentNodes", 12030, "cuGraphNodeGetDependentNodes_v2"},
    {"cuGraphRemoveDependencies", 10000, "cuGraphRemoveDependencies"},
    {"cuGraphRemoveDependencies", 12030, "cuGraphRemoveDependencies_v2"},
    {"cuGetProcAddress", 12000, "cuGetProcAddress_v2"},
    {"cuMemAlloc", 3020, "cuMemAlloc_v2"},
    {"cuMemAllocHost", 3020, "cuMemAllocHost_v2"},
    {"cuMemAllocPitch", 3020, "cuMemAllocPitch_v2"},
    {"cuMemFree", 3020, "cuMemFree_v2"},
    {"cuMemGetAddressRange", 3020, "cuMemGetAddressRange_v2"},
    {"cuMemGetInfo", 3020, "cuMemGetInfo_v2"},
    {"cuMemHostGetDevicePointer", 3020, "cuMemHostGetDevicePointer_v2"},
    {"cuMemcpy2D", 3020, "cuMemcpy2D_v2"},
    {"cuMemcpy2DAsync", 3020, "cuMemcpy2DAsync_v2"},
    {"cuMemcpy2DUnaligned", 3020, "cuMemcpy2DUnaligned_v2"},
    {"cuMemcpyDtoD", 3020, "cuMemcpyDtoD_v2"},
    {"cuMemcpyDtoDAsync", 3020, "cuMemcpyDtoDAsync_v2"},
    {"cuMemcpyDtoH", 3020, "cuMemcpyDtoH_v2"},
    {"cuMemcpyDtoHAsync", 3020, "cuMemcpyDtoHAsync_v2"},
    {"cuMemcpyHtoD", 3020, "cuMemcpyHtoD_v2"},
    {"cuMemcpyHtoDAsync", 3020, "cuMemcpyHtoDAsync_v2"},
    {"cuMemsetD16", 3020, "cuMemsetD16_v2"},
    {"cuMemsetD2D32", 3020, "cuMemsetD2D32_v2"},
    {"cuMemsetD2D8", 3020, "cuMemsetD2D8_v2"},
    {"cuMemsetD32", 3020, "cuMemsetD32_v2"},
    {"cuMemsetD8", 3020, "cuMemsetD8_v2"},
    {"cuModuleGetGlobal", 3020, "cuModuleGetGlobal_v2"},
    {"cuStreamBeginCapture", 10010, "cuStreamBeginCapture_v2"},
    {"cuStreamDestroy", 4000, "cuStreamDestroy_v2"},
    {"cuStreamGetCaptureInfo", 10010, "cuStreamGetCaptureInfo"},
    {"cuStreamGetCaptureInfo", 11030, "cuStreamGetCaptureInfo_v2"},
    {"cuStreamGetCaptureInfo", 12030, "cuStreamGetCaptureInfo_v3"},
    {"cuStreamUpdateCaptureDependencies", 11030,
     "cuStreamUpdateCaptureDependencies"},
    {"cuStreamUpdateCaptureDependencies", 12030,
     "cuStreamUpdateCaptureDependencies_v2"}};

/// The shared object this code is in.
static void *ownHandle() {
  static void *handle = [] {
    Dl_info info;
    bool known = dladdr(reinterpret_cast<void *>(&ownHandle), &info) != 0;
    return known ? dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD) : nullptr;
  }();
  return handle;
}

static void *findSymbol(const char *name, int version) {
  const char *symbol = name;
  bool changed = false, found = false;
  for (const Variant &variant : kVariants) {
    if (std::strcmp(variant.base, name) != 0)
      continue;
    changed = true;
    if (variant.version <= version) {
      symbol = variant.symbol;
      found = true;
    }
  }
  if ((changed && !found) || !ownHandle())
    return nullptr;
  return dlsym(ownHandle(), symbol);
}

BRT_CUDA_API cuGetProcAddress_v2(const char *name, void **function, int version,
                                 uint64_t, int *status) {
  constexpr int kFound = 0, kNotFound = 1;
  if (!name || !function)
    return ErrorInvalidValue;
  *function = findSymbol(name, version);
  if (status)
    *status = *function ? kFound : kNotFound;
  return *function || status ? Success : ErrorNotFound;
}

BRT_CUDA_API cuGetProcAddress(const char *name, void **function, int version,
                              uint64_t flags) {
  return cuGetProcAddress_v2(name, function, version, flags, nullptr);
}

/// The tables behind this are NVIDIA's own and not public.
BRT_CUDA_API cuGetExportTable(const void **table, const void *) {
  *table = nullptr;
  return ErrorNotSupported;
}

// Calls that programs link against or look up and that are not there yet.
#define BRT_CUDA_MISSING(name)                                                 \
  BRT_CUDA_API name() { return notSupported(#name); }
BRT_CUDA_MISSING(cuTensorMapEncodeIm2col)
BRT_CUDA_MISSING(cuGraphAddMemAllocNode)
BRT_CUDA_MISSING(cuGraphInstantiateWithParams)
BRT_CUDA_MISSING(cuGraphKernelNodeSetAttribute)
BRT_CUDA_MISSING(cuTexObjectCreate)
BRT_CUDA_MISSING(cuSurfObjectCreate)
BRT_CUDA_MISSING(cuArrayCreate_v2)
BRT_CUDA_MISSING(cuArray3DCreate_v2)
BRT_CUDA_MISSING(cuLinkCreate_v2)
BRT_CUDA_MISSING(cuMemHostRegister_v2)
#undef BRT_CUDA_MISSING
