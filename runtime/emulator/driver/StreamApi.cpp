//===- StreamApi.cpp - Streams --------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"

using namespace brt::emu;
using namespace brt::emu::abi;

BRT_CUDA_API cuStreamCreateWithPriority(Stream **stream, unsigned flags,
                                        int priority) {
  Result result = checkContext();
  if (result != Success)
    return result;
  auto made = std::make_shared<Stream>();
  made->flags = flags;
  made->priority = priority;
  made->context = currentContext();
  *stream = made.get();
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.streams[made.get()] = made;
  return Success;
}

BRT_CUDA_API cuStreamCreate(Stream **stream, unsigned flags) {
  return cuStreamCreateWithPriority(stream, flags, 0);
}

/// What the stream still holds is carried out all the same.
BRT_CUDA_API cuStreamDestroy_v2(Stream *stream) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return driver.streams.erase(stream) ? Success : ErrorInvalidHandle;
}

/// True where the stream takes part in a capture, which waiting would break.
static bool breaksCapture(Stream &stream) {
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  if (stream.capture)
    stream.capture->invalid = true;
  return stream.capture != nullptr;
}

BRT_CUDA_API cuStreamSynchronize(Stream *handle) {
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  if (breaksCapture(*stream))
    return ErrorStreamCaptureUnsupported;
  Result result = checkContext();
  if (result != Success)
    return result;
  Driver::get().queue.wait(*stream);
  return checkContext();
}

BRT_CUDA_API cuStreamQuery(Stream *handle) {
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  if (breaksCapture(*stream))
    return ErrorStreamCaptureUnsupported;
  bool idle = Driver::get().queue.isIdle(*stream);
  Result result = checkContext();
  return result == Success && !idle ? ErrorNotReady : result;
}

BRT_CUDA_API cuStreamGetFlags(Stream *handle, unsigned *flags) {
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  *flags = stream->flags;
  return Success;
}

BRT_CUDA_API cuStreamGetPriority(Stream *handle, int *priority) {
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  *priority = stream->priority;
  return Success;
}

BRT_CUDA_API cuStreamGetCtx(Stream *handle, Context **context) {
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  *context = stream->context ? stream->context : currentContext();
  return Success;
}
