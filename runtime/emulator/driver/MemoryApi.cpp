//===- MemoryApi.cpp - Allocation, copies and fills -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"

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
  if (result != Success || !address)
    return result;
  Driver &driver = Driver::get();
  driver.queue.runAlone([&] {
    result = releaseMemory(address);
    return Success;
  });
  return result;
}

BRT_CUDA_API cuMemAlloc_v2(DevicePointer *address, size_t bytes) {
  return allocate(address, bytes);
}

BRT_CUDA_API cuMemFree_v2(DevicePointer address) { return release(address); }

BRT_CUDA_API cuMemAllocPitch_v2(DevicePointer *address, size_t *pitch,
                                size_t width, size_t height, unsigned) {
  constexpr size_t kPitchAlign = 512;
  *pitch = (width + kPitchAlign - 1) & ~(kPitchAlign - 1);
  return allocate(address, *pitch * height);
}

bool brt::emu::isPinned(DevicePointer address) {
  Driver &driver = Driver::get();
  const Allocation *allocation = driver.memory.find(address);
  std::lock_guard<std::mutex> lock(driver.mutex);
  return allocation && driver.pinned.count(allocation->base);
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

/// True if every byte may be touched that lies on the device.
static bool isThere(uint64_t address, size_t bytes) {
  const DeviceMemory &memory = Driver::get().memory;
  return !memory.inRange(address) || memory.covers(address, bytes);
}

/// Device memory keeps what is known about each byte; host memory is all known.
static Result copyBytes(uint64_t to, uint64_t from, size_t bytes) {
  DeviceMemory &memory = Driver::get().memory;
  bool toDevice = memory.inRange(to), fromDevice = memory.inRange(from);
  // It may have been freed since the call.
  if (!isThere(to, bytes) || !isThere(from, bytes))
    return ErrorIllegalAddress;
  std::memmove(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from),
               bytes);
  if (toDevice && fromDevice)
    std::memmove(memory.initShadow(to), memory.initShadow(from), bytes);
  else if (toDevice)
    memory.markInitialised(to, bytes);
  return Success;
}

/// Rows of a copy; one row for plain ones.
struct CopyJob {
  uint64_t to = 0, from = 0;
  size_t toPitch = 0, fromPitch = 0, width = 0, height = 1;
};

static Result copyRows(const CopyJob &job) {
  Result result = Success;
  for (size_t row = 0; row < job.height && result == Success; ++row)
    result = copyBytes(job.to + row * job.toPitch,
                       job.from + row * job.fromPitch, job.width);
  return result;
}

/// Pageable host memory is read before the call returns and written before it
/// does, whatever the stream; pinned memory when the stream comes to it.
static Result copy(const CopyJob &job, Stream *stream, bool asynchronous) {
  if (!job.width || !job.height)
    return checkContext();
  for (size_t row = 0; row < job.height; ++row)
    if (!isThere(job.to + row * job.toPitch, job.width) ||
        !isThere(job.from + row * job.fromPitch, job.width))
      return ErrorInvalidValue;
  const DeviceMemory &memory = Driver::get().memory;
  if (!asynchronous || !memory.inRange(job.to))
    return submitAndWait(stream, GraphNodeType::Memcpy,
                         [&] { return copyRows(job); });
  if (memory.inRange(job.from))
    return submit(stream, GraphNodeType::Memcpy,
                  [job] { return copyRows(job); });
  auto staged = std::make_shared<std::vector<uint8_t>>();
  for (size_t row = 0; row < job.height; ++row) {
    const auto *from =
        reinterpret_cast<const uint8_t *>(job.from + row * job.fromPitch);
    staged->insert(staged->end(), from, from + job.width);
  }
  return submit(stream, GraphNodeType::Memcpy, [job, staged] {
    CopyJob rest = job;
    rest.from = reinterpret_cast<uint64_t>(staged->data());
    rest.fromPitch = job.width;
    return copyRows(rest);
  });
}

static Result copyNow(uint64_t to, uint64_t from, size_t bytes) {
  return copy({to, from, 0, 0, bytes, 1}, nullptr, false);
}
static Result copyLater(uint64_t to, uint64_t from, size_t bytes,
                        Stream *stream) {
  return copy({to, from, 0, 0, bytes, 1}, stream, true);
}

static uint64_t asAddress(const void *pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

BRT_CUDA_API cuMemcpy(DevicePointer to, DevicePointer from, size_t bytes) {
  return copyNow(to, from, bytes);
}
BRT_CUDA_API cuMemcpyAsync(DevicePointer to, DevicePointer from, size_t bytes,
                           Stream *stream) {
  return copyLater(to, from, bytes, stream);
}
BRT_CUDA_API cuMemcpyHtoD_v2(DevicePointer to, const void *from, size_t bytes) {
  return copyNow(to, asAddress(from), bytes);
}
BRT_CUDA_API cuMemcpyHtoDAsync_v2(DevicePointer to, const void *from,
                                  size_t bytes, Stream *stream) {
  return copyLater(to, asAddress(from), bytes, stream);
}
BRT_CUDA_API cuMemcpyDtoH_v2(void *to, DevicePointer from, size_t bytes) {
  return copyNow(asAddress(to), from, bytes);
}
BRT_CUDA_API cuMemcpyDtoHAsync_v2(void *to, DevicePointer from, size_t bytes,
                                  Stream *stream) {
  return copyLater(asAddress(to), from, bytes, stream);
}
BRT_CUDA_API cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from,
                             size_t bytes) {
  return copyNow(to, from, bytes);
}
BRT_CUDA_API cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from,
                                  size_t bytes, Stream *stream) {
  return copyLater(to, from, bytes, stream);
}

/// A side of a copy of rows in layers.
static uint64_t startOf(const Memcpy3D::Side &side, size_t pitch,
                        size_t layer) {
  uint64_t base = side.type == MemoryHost ? asAddress(side.host) : side.device;
  return base + ((side.z + layer) * side.height + side.y) * pitch + side.x;
}

Result brt::emu::makeCopy(const Memcpy3D &params, Work &work) {
  if (params.from.array || params.to.array)
    return notSupported("a copy of arrays in a graph");
  std::vector<CopyJob> layers;
  for (size_t z = 0; z < params.depth; ++z) {
    CopyJob job;
    job.fromPitch = params.from.pitch ? params.from.pitch : params.width;
    job.toPitch = params.to.pitch ? params.to.pitch : params.width;
    job.from = startOf(params.from, job.fromPitch, z);
    job.to = startOf(params.to, job.toPitch, z);
    job.width = params.width;
    job.height = params.height;
    for (size_t row = 0; row < job.height; ++row)
      if (!isThere(job.to + row * job.toPitch, job.width) ||
          !isThere(job.from + row * job.fromPitch, job.width))
        return ErrorInvalidValue;
    layers.push_back(job);
  }
  work = [layers = std::move(layers)] {
    Result result = Success;
    for (size_t i = 0; i < layers.size() && result == Success; ++i)
      result = copyRows(layers[i]);
    return result;
  };
  return Success;
}

static Result copy2D(const Memcpy2D *job, Stream *stream, bool asynchronous) {
  if (!job)
    return ErrorInvalidValue;
  if (job->srcArray || job->dstArray)
    return notSupported("cuMemcpy2D with arrays");
  CopyJob rows;
  rows.fromPitch = job->srcPitch ? job->srcPitch : job->width;
  rows.toPitch = job->dstPitch ? job->dstPitch : job->width;
  rows.from =
      (job->srcType == MemoryHost ? asAddress(job->srcHost) : job->srcDevice) +
      job->srcY * rows.fromPitch + job->srcX;
  rows.to =
      (job->dstType == MemoryHost ? asAddress(job->dstHost) : job->dstDevice) +
      job->dstY * rows.toPitch + job->dstX;
  rows.width = job->width;
  rows.height = job->height;
  return copy(rows, stream, asynchronous);
}
BRT_CUDA_API cuMemcpy2D_v2(const Memcpy2D *job) {
  return copy2D(job, nullptr, false);
}
BRT_CUDA_API cuMemcpy2DUnaligned_v2(const Memcpy2D *job) {
  return copy2D(job, nullptr, false);
}
BRT_CUDA_API cuMemcpy2DAsync_v2(const Memcpy2D *job, Stream *stream) {
  return copy2D(job, stream, true);
}

BRT_CUDA_API cuPointerGetAttribute(void *data, int attribute,
                                   DevicePointer address) {
  Driver &driver = Driver::get();
  const Allocation *allocation = driver.memory.find(address);
  if (!allocation || !allocation->live)
    return ErrorInvalidValue;
  bool host = isPinned(allocation->base);
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
