//===- PoolApi.cpp - Memory pools and stream-ordered allocation -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Addresses are never handed out twice, so that a pool has nothing to keep: it
// counts. An allocation is there when the call returns, earlier than it must
// be; it goes when its stream comes to it.
//
//===----------------------------------------------------------------------===//

#include "driver/State.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

/// The pool itself, or the default one for its handle; null for a stranger.
/// Driver::mutex is held.
static Pool *findPool(Pool *pool) {
  Driver &driver = Driver::get();
  bool known = pool == &driver.defaultPool || driver.pools.count(pool);
  return known ? pool : nullptr;
}

Result brt::emu::releaseMemory(DevicePointer address) {
  Driver &driver = Driver::get();
  const Allocation *allocation = driver.memory.find(address);
  if (!allocation || !driver.memory.release(address))
    return ErrorInvalidValue;
  std::lock_guard<std::mutex> lock(driver.mutex);
  auto found = driver.poolOf.find(address);
  if (found != driver.poolOf.end()) {
    found->second->used -= allocation->size;
    driver.poolOf.erase(found);
  }
  return Success;
}

BRT_CUDA_API cuDeviceGetDefaultMemPool(Pool **pool, Device device) {
  if (device != 0)
    return ErrorInvalidDevice;
  *pool = &Driver::get().defaultPool;
  return Success;
}

BRT_CUDA_API cuDeviceGetMemPool(Pool **pool, Device device) {
  if (device != 0)
    return ErrorInvalidDevice;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  *pool = driver.currentPool ? driver.currentPool : &driver.defaultPool;
  return Success;
}

BRT_CUDA_API cuDeviceSetMemPool(Device device, Pool *pool) {
  if (device != 0)
    return ErrorInvalidDevice;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!findPool(pool))
    return ErrorInvalidValue;
  driver.currentPool = pool;
  return Success;
}

BRT_CUDA_API cuMemPoolCreate(Pool **pool, const void *) {
  Result result = checkContext();
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  *pool = new Pool;
  driver.pools.insert(*pool);
  return Success;
}

BRT_CUDA_API cuMemPoolDestroy(Pool *pool) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.pools.erase(pool))
    return ErrorInvalidValue;
  if (driver.currentPool == pool)
    driver.currentPool = nullptr;
  // What it gave away lives on.
  for (auto at = driver.poolOf.begin(); at != driver.poolOf.end();)
    at = at->second == pool ? driver.poolOf.erase(at) : std::next(at);
  delete pool;
  return Success;
}

/// The first three attributes are ints, the others have 64 bits.
static bool isNarrow(int attribute) {
  return attribute <= PoolReuseInternalDependencies;
}

BRT_CUDA_API cuMemPoolGetAttribute(Pool *pool, int attribute, void *value) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!findPool(pool) || attribute < PoolReuseFollowEvents ||
      attribute > PoolUsedHigh)
    return ErrorInvalidValue;
  if (isNarrow(attribute)) {
    auto found = pool->attributes.find(attribute);
    *static_cast<int *>(value) =
        found == pool->attributes.end() ? 1 : static_cast<int>(found->second);
    return Success;
  }
  bool isHigh = attribute == PoolReservedHigh || attribute == PoolUsedHigh;
  *static_cast<uint64_t *>(value) = attribute == PoolReleaseThreshold
                                        ? pool->attributes[attribute]
                                    : isHigh ? pool->usedHigh
                                             : pool->used;
  return Success;
}

BRT_CUDA_API cuMemPoolSetAttribute(Pool *pool, int attribute,
                                   const void *value) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!findPool(pool))
    return ErrorInvalidValue;
  if (isNarrow(attribute)) {
    pool->attributes[attribute] =
        static_cast<uint64_t>(*static_cast<const int *>(value));
    return Success;
  }
  uint64_t number = *static_cast<const uint64_t *>(value);
  if (attribute == PoolReleaseThreshold) {
    pool->attributes[attribute] = number;
    return Success;
  }
  // High marks may only be set back.
  bool isHigh = attribute == PoolReservedHigh || attribute == PoolUsedHigh;
  if (!isHigh || number != 0)
    return ErrorInvalidValue;
  pool->usedHigh = pool->used;
  return Success;
}

BRT_CUDA_API cuMemPoolTrimTo(Pool *pool, size_t) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return findPool(pool) ? Success : ErrorInvalidValue;
}

BRT_CUDA_API cuMemAllocFromPoolAsync(DevicePointer *address, size_t bytes,
                                     Pool *pool, Stream *handle) {
  Result result = checkContext();
  if (result != Success)
    return result;
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  if (!address || !bytes)
    return ErrorInvalidValue;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (stream->capture)
    return notSupported("cuMemAllocAsync in a stream capture");
  if (!findPool(pool))
    return ErrorInvalidValue;
  *address = driver.memory.allocate(bytes);
  if (!*address)
    return ErrorOutOfMemory;
  driver.poolOf[*address] = pool;
  pool->used += bytes;
  pool->usedHigh = std::max(pool->usedHigh, pool->used);
  return Success;
}

BRT_CUDA_API cuMemAllocAsync(DevicePointer *address, size_t bytes,
                             Stream *stream) {
  Pool *pool = nullptr;
  cuDeviceGetMemPool(&pool, 0);
  return cuMemAllocFromPoolAsync(address, bytes, pool, stream);
}

BRT_CUDA_API cuMemFreeAsync(DevicePointer address, Stream *stream) {
  Driver &driver = Driver::get();
  const Allocation *allocation = driver.memory.find(address);
  if (!allocation || !allocation->live || allocation->base != address)
    return ErrorInvalidValue;
  return submit(stream, GraphNodeType::Empty,
                [address] { return releaseMemory(address); });
}
