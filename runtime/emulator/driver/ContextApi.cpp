//===- ContextApi.cpp - Contexts ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"

using namespace brt::emu;
using namespace brt::emu::abi;

static Result checkDevice(Device device) {
  if (!Driver::get().initialised)
    return ErrorNotInitialized;
  return device == 0 ? Success : ErrorInvalidDevice;
}

static bool isLive(Context *context) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return context == driver.primary.get() || driver.contexts.count(context);
}

BRT_CUDA_API cuDevicePrimaryCtxRetain(Context **context, Device device) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.primary) {
    driver.primary = std::make_unique<Context>();
    driver.primary->primary = true;
  }
  ++driver.primaryUses;
  *context = driver.primary.get();
  return Success;
}

BRT_CUDA_API cuDevicePrimaryCtxRelease_v2(Device device) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.primaryUses)
    return ErrorInvalidContext;
  --driver.primaryUses;
  return Success;
}

BRT_CUDA_API cuDevicePrimaryCtxReset_v2(Device device) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  Context *primary = nullptr;
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    primary = driver.primary.get();
  }
  // The object stays: threads may have it as their current context.
  if (primary) {
    driver.queue.wait(*primary);
    primary->fault = Success;
  }
  return Success;
}

BRT_CUDA_API cuDevicePrimaryCtxGetState(Device device, unsigned *flags,
                                        int *active) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  *flags = driver.primary ? driver.primary->flags : 0;
  *active = driver.primaryUses != 0;
  return Success;
}

BRT_CUDA_API cuDevicePrimaryCtxSetFlags_v2(Device device, unsigned flags) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (driver.primary)
    driver.primary->flags = flags;
  return Success;
}

BRT_CUDA_API cuCtxCreate_v2(Context **context, unsigned flags, Device device) {
  Result result = checkDevice(device);
  if (result != Success)
    return result;
  auto *made = new Context;
  made->flags = flags;
  {
    Driver &driver = Driver::get();
    std::lock_guard<std::mutex> lock(driver.mutex);
    driver.contexts.insert(made);
  }
  contextStack().push_back(made);
  *context = made;
  return Success;
}

BRT_CUDA_API cuCtxCreate_v4(Context **context, void *parameters, unsigned flags,
                            Device device) {
  if (parameters)
    return notSupported("cuCtxCreate_v4 with parameters");
  return cuCtxCreate_v2(context, flags, device);
}

BRT_CUDA_API cuCtxDestroy_v2(Context *context) {
  if (!isLive(context) || context->primary)
    return ErrorInvalidContext;
  if (currentContext() == context)
    contextStack().pop_back();
  Driver &driver = Driver::get();
  driver.queue.wait(*context);
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.contexts.erase(context);
  delete context;
  return Success;
}

BRT_CUDA_API cuCtxSetCurrent(Context *context) {
  if (!Driver::get().initialised)
    return ErrorNotInitialized;
  if (context && !isLive(context))
    return ErrorInvalidContext;
  if (!contextStack().empty())
    contextStack().pop_back();
  if (context)
    contextStack().push_back(context);
  return Success;
}

BRT_CUDA_API cuCtxGetCurrent(Context **context) {
  if (!Driver::get().initialised)
    return ErrorNotInitialized;
  *context = currentContext();
  return Success;
}

BRT_CUDA_API cuCtxPushCurrent_v2(Context *context) {
  if (!isLive(context))
    return ErrorInvalidContext;
  contextStack().push_back(context);
  return Success;
}

BRT_CUDA_API cuCtxPopCurrent_v2(Context **context) {
  if (contextStack().empty())
    return ErrorInvalidContext;
  if (context)
    *context = contextStack().back();
  contextStack().pop_back();
  return Success;
}

BRT_CUDA_API cuCtxGetDevice(Device *device) {
  if (!currentContext())
    return ErrorInvalidContext;
  *device = 0;
  return Success;
}

BRT_CUDA_API cuCtxSynchronize() {
  Result result = checkContext();
  if (result != Success)
    return result;
  Driver::get().queue.wait(*currentContext());
  return checkContext();
}

BRT_CUDA_API cuCtxGetFlags(unsigned *flags) {
  Context *context = currentContext();
  if (!context)
    return ErrorInvalidContext;
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  *flags = context->flags;
  return Success;
}

BRT_CUDA_API cuCtxGetApiVersion(Context *, unsigned *version) {
  constexpr unsigned kContextApi = 3020;
  *version = kContextApi;
  return Success;
}

BRT_CUDA_API cuCtxGetLimit(size_t *value, int limit) {
  if (!currentContext())
    return ErrorInvalidContext;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  auto found = driver.limits.find(limit);
  *value = found == driver.limits.end() ? 0 : found->second;
  return Success;
}

BRT_CUDA_API cuCtxSetLimit(int limit, size_t value) {
  if (!currentContext())
    return ErrorInvalidContext;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.limits[limit] = value;
  return Success;
}

BRT_CUDA_API cuCtxSetCacheConfig(int) { return checkContext(); }

BRT_CUDA_API cuCtxGetStreamPriorityRange(int *least, int *greatest) {
  if (least)
    *least = 0;
  if (greatest)
    *greatest = 0;
  return checkContext();
}
