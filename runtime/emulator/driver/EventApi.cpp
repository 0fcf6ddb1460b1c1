//===- EventApi.cpp - Events ----------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

BRT_CUDA_API cuEventCreate(Event **event, unsigned flags) {
  Result result = checkContext();
  if (result != Success)
    return result;
  *event = new Event;
  (*event)->flags = flags;
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

BRT_CUDA_API cuEventRecord(Event *event, Stream *handle) {
  Result result = checkContext();
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::shared_ptr<Stream> stream = findStream(handle);
  Task task;
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!stream || !driver.events.count(event))
      return ErrorInvalidHandle;
    event->capture = stream->capture;
    event->frontier = stream->frontier;
    if (stream->capture)
      return Success;
    task.marks = event->moment = std::make_shared<Moment>();
  }
  task.context = currentContext();
  driver.queue.submit(stream, std::move(task));
  return Success;
}

Result brt::emu::markEvent(Event *event) {
  Driver &driver = Driver::get();
  auto moment = std::make_shared<Moment>();
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    // A graph may outlive its events.
    if (!driver.events.count(event))
      return ErrorInvalidHandle;
    event->moment = moment;
  }
  driver.queue.mark(*moment);
  return Success;
}

BRT_CUDA_API cuEventRecordWithFlags(Event *event, Stream *stream, unsigned) {
  return cuEventRecord(event, stream);
}

/// In a capture: what follows on the stream comes after the event's nodes too.
static Result joinCapture(Stream &stream, const Event &event) {
  if (stream.capture && stream.capture != event.capture) {
    stream.capture->invalid = true;
    return event.capture ? ErrorStreamCaptureMerge
                         : ErrorStreamCaptureIsolation;
  }
  stream.capture = event.capture;
  for (GraphNode *node : event.frontier)
    if (std::find(stream.frontier.begin(), stream.frontier.end(), node) ==
        stream.frontier.end())
      stream.frontier.push_back(node);
  return Success;
}

BRT_CUDA_API cuStreamWaitEvent(Stream *handle, Event *event, unsigned) {
  Result result = checkContext();
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::shared_ptr<Stream> stream = findStream(handle);
  Task task;
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!stream || !driver.events.count(event))
      return ErrorInvalidHandle;
    if (stream->capture || event->capture)
      return joinCapture(*stream, *event);
    // Never recorded: nothing to wait for.
    if (!event->moment)
      return Success;
    task.waitsFor = event->moment;
  }
  task.context = currentContext();
  driver.queue.submit(stream, std::move(task));
  return Success;
}

/// The event's last moment; null where it was never recorded.
static Result momentOf(Event *event, std::shared_ptr<Moment> &moment) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.events.count(event))
    return ErrorInvalidHandle;
  moment = event->moment;
  return event->capture ? ErrorCapturedEvent : Success;
}

BRT_CUDA_API cuEventQuery(Event *event) {
  std::shared_ptr<Moment> moment;
  Result result = momentOf(event, moment);
  if (result != Success)
    return result;
  bool reached = !moment || Driver::get().queue.isReached(*moment);
  result = checkContext();
  return result == Success && !reached ? ErrorNotReady : result;
}

BRT_CUDA_API cuEventSynchronize(Event *event) {
  std::shared_ptr<Moment> moment;
  Result result = momentOf(event, moment);
  if (result != Success)
    return result;
  if (moment)
    Driver::get().queue.wait(*moment);
  return checkContext();
}

BRT_CUDA_API cuEventElapsedTime(float *milliseconds, Event *start, Event *end) {
  constexpr double kNanosecondsPerMillisecond = 1e6;
  std::shared_ptr<Moment> from, to;
  Result result = momentOf(start, from);
  if (result == Success)
    result = momentOf(end, to);
  if (result != Success)
    return result;
  if (!from || !to || ((start->flags | end->flags) & EventDisableTiming))
    return ErrorInvalidHandle;
  Queue &queue = Driver::get().queue;
  if (!queue.isReached(*from) || !queue.isReached(*to))
    return ErrorNotReady;
  *milliseconds = static_cast<float>((static_cast<double>(to->nanoseconds) -
                                      static_cast<double>(from->nanoseconds)) /
                                     kNanosecondsPerMillisecond);
  return Success;
}

BRT_CUDA_API cuEventElapsedTime_v2(float *milliseconds, Event *start,
                                   Event *end) {
  return cuEventElapsedTime(milliseconds, start, end);
}
