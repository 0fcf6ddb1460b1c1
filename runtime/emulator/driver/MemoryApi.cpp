//===- MemoryApi.cpp - Allocation, copies and fills -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;
using namespace brt::emu::abi;

static Result allocate(DevicePointer *address, size_t bytes) {
  Result result = checkContext();
  if (result != Success)
    return result;
  if (!address || !bytes)
    return ErrorInvalidValue;
  *address = Driver::get().memory.allocate(bytes);
  return *address ? Success : ErrorOutOfMemory;
}

static Result release(DevicePointer address) {
  Result result = checkContext();
  if (result != Success)
    return result;
  if (!address)
    return Success;
  // Freeing waits for the kernel under way.
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.launchMutex);
  return driver.memory.release(address) ? Success : ErrorInvalidValue;
}

BRT_CUDA_API cuMemAlloc_v2(DevicePointer *address, size_t bytes) {
  return allocate(address, bytes);
}

BRT_CUDA_API cuMemFree_v2(DevicePointer address) { return release(address); }

BRT_CUDA_API cuMemAllocAsync(DevicePointer *address, size_t bytes, Stream *) {
  return allocate(address, bytes);
}

BRT_CUDA_API cuMemFreeAsync(DevicePointer address, Stream *) {
  return release(address);
}

BRT_CUDA_API cuMemAllocPitch_v2(DevicePointer *address, size_t *pitch,
                                size_t width, size_t height, unsigned) {
  constexpr size_t kPitchAlign = 512;
  *pitch = (width + kPitchAlign - 1) & ~(kPitchAlign - 1);
  return allocate(address, *pitch * height);
}

/// Host memory that the device sees too. The host's writes are not seen here,
/// so all of it counts as written.
static Result allocateHost(void **pointer, size_t bytes) {
  DevicePointer address = 0;
  Result result = allocate(&address, bytes);
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  driver.memory.markInitialised(address, bytes);
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.pinned.insert(address);
  *pointer = reinterpret_cast<void *>(address);
  return Success;
}

BRT_CUDA_API cuMemAllocHost_v2(void **pointer, size_t bytes) {
  return allocateHost(pointer, bytes);
}

BRT_CUDA_API cuMemHostAlloc(void **pointer, size_t bytes, unsigned) {
  return allocateHost(pointer, bytes);
}

BRT_CUDA_API cuMemAllocManaged(DevicePointer *address, size_t bytes, unsigned) {
  void *pointer = nullptr;
  Result result = allocateHost(&pointer, bytes);
  *address = reinterpret_cast<DevicePointer>(pointer);
  return result;
}

BRT_CUDA_API cuMemFreeHost(void *pointer) {
  DevicePointer address = reinterpret_cast<DevicePointer>(pointer);
  Driver &driver = Driver::get();
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!driver.pinned.erase(address))
      return ErrorInvalidValue;
  }
  return release(address);
}

BRT_CUDA_API cuMemHostGetDevicePointer_v2(DevicePointer *address, void *pointer,
                                          unsigned) {
  *address = reinterpret_cast<DevicePointer>(pointer);
  return Driver::get().memory.covers(*address, 1) ? Success : ErrorInvalidValue;
}

BRT_CUDA_API cuMemGetInfo_v2(size_t *available, size_t *total) {
  *total = DeviceMemory::kTotalBytes;
  *available = *total - Driver::get().memory.usedBytes();
  return checkContext();
}

BRT_CUDA_API cuMemGetAddressRange_v2(DevicePointer *base, size_t *size,
                                     DevicePointer address) {
  const Allocation *allocation = Driver::get().memory.find(address);
  if (!allocation || !allocation->live)
    return ErrorInvalidValue;
  if (base)
    *base = allocation->base;
  if (size)
    *size = allocation->size;
  return Success;
}

/// Device memory keeps what is known about each byte; host memory is all known.
static Result copyBytes(uint64_t to, uint64_t from, size_t bytes) {
  DeviceMemory &memory = Driver::get().memory;
  bool toDevice = memory.inRange(to), fromDevice = memory.inRange(from);
  if ((toDevice && !memory.covers(to, bytes)) ||
      (fromDevice && !memory.covers(from, bytes)))
    return ErrorInvalidValue;
  std::memmove(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from),
               bytes);
  if (toDevice && fromDevice)
    std::memmove(memory.initShadow(to), memory.initShadow(from), bytes);
  else if (toDevice)
    memory.markInitialised(to, bytes);
  return Success;
}

static Result copy(uint64_t to, uint64_t from, size_t bytes) {
  Result result = checkContext();
  if (result != Success || !bytes)
    return result;
  return copyBytes(to, from, bytes);
}

static uint64_t asAddress(const void *pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

BRT_CUDA_API cuMemcpy(DevicePointer to, DevicePointer from, size_t bytes) {
  return copy(to, from, bytes);
}
BRT_CUDA_API cuMemcpyAsync(DevicePointer to, DevicePointer from, size_t bytes,
                           Stream *) {
  return copy(to, from, bytes);
}
BRT_CUDA_API cuMemcpyHtoD_v2(DevicePointer to, const void *from, size_t bytes) {
  return copy(to, asAddress(from), bytes);
}
BRT_CUDA_API cuMemcpyHtoDAsync_v2(DevicePointer to, const void *from,
                                  size_t bytes, Stream *) {
  return copy(to, asAddress(from), bytes);
}
BRT_CUDA_API cuMemcpyDtoH_v2(void *to, DevicePointer from, size_t bytes) {
  return copy(asAddress(to), from, bytes);
}
BRT_CUDA_API cuMemcpyDtoHAsync_v2(void *to, DevicePointer from, size_t bytes,
                                  Stream *) {
  return copy(asAddress(to), from, bytes);
}
BRT_CUDA_API cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from,
                             size_t bytes) {
  return copy(to, from, bytes);
}
BRT_CUDA_API cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from,
                                  size_t bytes, Stream *) {
  return copy(to, from, bytes);
}

BRT_CUDA_API cuMemcpy2D_v2(const Memcpy2D *job) {
  Result result = checkContext();
  if (result != Success)
    return result;
  if (!job || job->srcArray || job->dstArray)
    return notSupported("cuMemcpy2D with arrays");
  uint64_t from =
      job->srcType == MemoryHost ? asAddress(job->srcHost) : job->srcDevice;
  uint64_t to =
      job->dstType == MemoryHost ? asAddress(job->dstHost) : job->dstDevice;
  size_t fromPitch = job->srcPitch ? job->srcPitch : job->width;
  size_t toPitch = job->dstPitch ? job->dstPitch : job->width;
  for (size_t row = 0; row < job->height && result == Success; ++row)
    result =
        copyBytes(to + (job->dstY + row) * toPitch + job->dstX,
                  from + (job->srcY + row) * fromPitch + job->srcX, job->width);
  return result;
}
BRT_CUDA_API cuMemcpy2DUnaligned_v2(const Memcpy2D *job) {
  return cuMemcpy2D_v2(job);
}
BRT_CUDA_API cuMemcpy2DAsync_v2(const Memcpy2D *job, Stream *) {
  return cuMemcpy2D_v2(job);
}

template <class T>
static Result fill(DevicePointer address, size_t pitch, T value, size_t width,
                   size_t height) {
  Result result = checkContext();
  if (result != Success)
    return result;
  DeviceMemory &memory = Driver::get().memory;
  for (size_t row = 0; row < height; ++row) {
    DevicePointer start = address + row * pitch;
    if (width && !memory.covers(start, width * sizeof(T)))
      return ErrorInvalidValue;
    std::fill_n(reinterpret_cast<T *>(start), width, value);
    memory.markInitialised(start, width * sizeof(T));
  }
  return Success;
}

BRT_CUDA_API cuMemsetD8_v2(DevicePointer address, unsigned char value,
                           size_t count) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD16_v2(DevicePointer address, unsigned short value,
                            size_t count) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD32_v2(DevicePointer address, unsigned value,
                            size_t count) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD8Async(DevicePointer address, unsigned char value,
                             size_t count, Stream *) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD16Async(DevicePointer address, unsigned short value,
                              size_t count, Stream *) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD32Async(DevicePointer address, unsigned value,
                              size_t count, Stream *) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD2D8_v2(DevicePointer address, size_t pitch,
                             unsigned char value, size_t width, size_t height) {
  return fill(address, pitch, value, width, height);
}
BRT_CUDA_API cuMemsetD2D32_v2(DevicePointer address, size_t pitch,
                              unsigned value, size_t width, size_t height) {
  return fill(address, pitch, value, width, height);
}

BRT_CUDA_API cuPointerGetAttribute(void *data, int attribute,
                                   DevicePointer address) {
  Driver &driver = Driver::get();
  const Allocation *allocation = driver.memory.find(address);
  if (!allocation || !allocation->live)
    return ErrorInvalidValue;
  bool host = false;
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    host = driver.pinned.count(allocation->base);
  }
  switch (attribute) {
  case PointerContext:
    *static_cast<Context **>(data) = currentContext();
    return Success;
  case PointerMemoryType:
    *static_cast<unsigned *>(data) = host ? MemoryHost : MemoryDevice;
    return Success;
  case PointerDevicePointer:
    *static_cast<DevicePointer *>(data) = address;
    return Success;
  case PointerHostPointer:
    *static_cast<DevicePointer *>(data) = address;
    return host ? Success : ErrorInvalidValue;
  case PointerIsManaged:
  case PointerDeviceOrdinal:
    *static_cast<int *>(data) = 0;
    return Success;
  case PointerRangeStart:
    *static_cast<DevicePointer *>(data) = allocation->base;
    return Success;
  case PointerRangeSize:
    *static_cast<size_t *>(data) = allocation->size;
    return Success;
  default:
    return notSupported("cuPointerGetAttribute with this attribute");
  }
}
