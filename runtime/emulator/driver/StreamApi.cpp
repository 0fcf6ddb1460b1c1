//===- StreamApi.cpp - Streams and events ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work is done when it is submitted, so a stream never has anything to wait
// for.
//
//===----------------------------------------------------------------------===//

#include "driver/State.h"

#include <chrono>

using namespace brt::emu;
using namespace brt::emu::abi;

/// The default streams: null, legacy (1) and per-thread (2).
static bool isStream(Stream *stream) {
  constexpr uintptr_t kLastDefault = 2;
  if (reinterpret_cast<uintptr_t>(stream) <= kLastDefault)
    return true;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return driver.streams.count(stream);
}

static bool isEvent(Event *event) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return driver.events.count(event);
}

static Result onStream(Stream *stream) {
  return isStream(stream) ? checkContext() : ErrorInvalidHandle;
}

BRT_CUDA_API cuStreamCreateWithPriority(Stream **stream, unsigned flags,
                                        int priority) {
  Result result = checkContext();
  if (result != Success)
    return result;
  *stream = new Stream{flags, priority};
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.streams.insert(*stream);
  return Success;
}

BRT_CUDA_API cuStreamCreate(Stream **stream, unsigned flags) {
  return cuStreamCreateWithPriority(stream, flags, 0);
}

BRT_CUDA_API cuStreamDestroy_v2(Stream *stream) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.streams.erase(stream))
    return ErrorInvalidHandle;
  delete stream;
  return Success;
}

BRT_CUDA_API cuStreamSynchronize(Stream *stream) { return onStream(stream); }
BRT_CUDA_API cuStreamQuery(Stream *stream) { return onStream(stream); }

BRT_CUDA_API cuStreamWaitEvent(Stream *stream, Event *event, unsigned) {
  return isEvent(event) ? onStream(stream) : ErrorInvalidHandle;
}

BRT_CUDA_API cuStreamIsCapturing(Stream *stream, int *status) {
  constexpr int kNone = 0;
  *status = kNone;
  return isStream(stream) ? Success : ErrorInvalidHandle;
}

BRT_CUDA_API cuStreamGetFlags(Stream *stream, unsigned *flags) {
  if (!isStream(stream))
    return ErrorInvalidHandle;
  constexpr uintptr_t kLastDefault = 2;
  bool isDefault = reinterpret_cast<uintptr_t>(stream) <= kLastDefault;
  *flags = isDefault ? 0 : stream->flags;
  return Success;
}

BRT_CUDA_API cuStreamGetCtx(Stream *stream, Context **context) {
  *context = currentContext();
  return isStream(stream) ? Success : ErrorInvalidHandle;
}

BRT_CUDA_API cuEventCreate(Event **event, unsigned) {
  Result result = checkContext();
  if (result != Success)
    return result;
  *event = new Event;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.events.insert(*event);
  return Success;
}

BRT_CUDA_API cuEventDestroy_v2(Event *event) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.events.erase(event))
    return ErrorInvalidHandle;
  delete event;
  return Success;
}

BRT_CUDA_API cuEventRecord(Event *event, Stream *stream) {
  if (!isEvent(event) || !isStream(stream))
    return ErrorInvalidHandle;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  event->recorded = true;
  event->nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(
                           std::chrono::steady_clock::now().time_since_epoch())
                           .count();
  return Success;
}

BRT_CUDA_API cuEventRecordWithFlags(Event *event, Stream *stream, unsigned) {
  return cuEventRecord(event, stream);
}

BRT_CUDA_API cuEventQuery(Event *event) {
  return isEvent(event) ? checkContext() : ErrorInvalidHandle;
}

BRT_CUDA_API cuEventSynchronize(Event *event) {
  return isEvent(event) ? checkContext() : ErrorInvalidHandle;
}

BRT_CUDA_API cuEventElapsedTime(float *milliseconds, Event *start, Event *end) {
  if (!isEvent(start) || !isEvent(end))
    return ErrorInvalidHandle;
  constexpr double kNanosecondsPerMillisecond = 1e6;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!start->recorded || !end->recorded)
    return ErrorInvalidHandle;
  *milliseconds = static_cast<float>((static_cast<double>(end->nanoseconds) -
                                      static_cast<double>(start->nanoseconds)) /
                                     kNanosecondsPerMillisecond);
  return Success;
}

BRT_CUDA_API cuEventElapsedTime_v2(float *milliseconds, Event *start,
                                   Event *end) {
  return cuEventElapsedTime(milliseconds, start, end);
}
