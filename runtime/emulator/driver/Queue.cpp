//===- Queue.cpp - Work that streams hold ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Queue.h"

#include "exec/Block.h"

#include <algorithm>
#include <chrono>

using namespace brt::emu;
using namespace brt::emu::abi;

bool Stream::isBlocking() const { return !(flags & StreamNonBlocking); }

Queue::Queue()
    : legacy(std::make_shared<Stream>()),
      perThread(std::make_shared<Stream>()) {}

void Queue::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
  }
  arrived.notify_all();
  if (thread.joinable())
    thread.join();
}

void Queue::submit(const std::shared_ptr<Stream> &stream, Task task) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!started)
      thread = std::thread([this] { loop(); });
    started = true;
    task.number = ++submitted;
    if (stream->tasks.empty())
      streams.push_back(stream);
    stream->tasks.push_back(std::move(task));
  }
  arrived.notify_all();
}

void Queue::runAlone(Work work) {
  // A stream of its own, so that no other has to be in order.
  auto stream = std::make_shared<Stream>();
  stream->flags = StreamNonBlocking;
  Task task;
  task.work = std::move(work);
  task.alone = true;
  submit(stream, std::move(task));
  wait(*stream);
}

void Queue::wait(const Stream &stream) {
  std::unique_lock<std::mutex> lock(mutex);
  uint64_t last = stream.tasks.empty() ? 0 : stream.tasks.back().number;
  finished.wait(lock, [&] {
    return stopping || stream.tasks.empty() ||
           stream.tasks.front().number > last;
  });
}

void Queue::wait(const Context &context) {
  std::unique_lock<std::mutex> lock(mutex);
  uint64_t last = submitted;
  finished.wait(lock, [&] {
    return stopping ||
           std::none_of(streams.begin(), streams.end(), [&](const auto &each) {
             return std::any_of(
                 each->tasks.begin(), each->tasks.end(), [&](const Task &task) {
                   return task.context == &context && task.number <= last;
                 });
           });
  });
}

void Queue::wait(const Moment &moment) {
  std::unique_lock<std::mutex> lock(mutex);
  finished.wait(lock, [&] { return stopping || moment.reached; });
}

bool Queue::isIdle(const Stream &stream) {
  std::lock_guard<std::mutex> lock(mutex);
  return stream.tasks.empty();
}

bool Queue::isReached(const Moment &moment) {
  std::lock_guard<std::mutex> lock(mutex);
  return moment.reached;
}

/// True unless the stream's next task has to wait for another stream.
bool Queue::mayRun(const Stream &stream) const {
  const Task &task = stream.tasks.front();
  if (stream.running)
    return false;
  if (task.waitsFor && !task.waitsFor->reached)
    return false;
  for (const auto &other : streams) {
    if (other.get() == &stream || other->tasks.front().number > task.number)
      continue;
    // The legacy default stream waits for blocking ones, and they for it.
    bool ordered = stream.isBlocking() && other->isBlocking() &&
                   (&stream == legacy.get() || other == legacy);
    if (ordered || task.alone || other->tasks.front().alone)
      return false;
  }
  return true;
}

std::shared_ptr<Stream> Queue::choose() {
  Random dice(random++);
  size_t start =
      streams.empty() ? 0 : dice.below(static_cast<uint32_t>(streams.size()));
  for (size_t i = 0; i < streams.size(); ++i) {
    const auto &stream = streams[(start + i) % streams.size()];
    if (mayRun(*stream))
      return stream;
  }
  return nullptr;
}

static uint64_t now() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(
          std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

void Queue::mark(Moment &moment) {
  std::lock_guard<std::mutex> lock(mutex);
  moment.reached = true;
  moment.nanoseconds = now();
  finished.notify_all();
  arrived.notify_all();
}

void Queue::carryOut(const std::shared_ptr<Stream> &stream) {
  std::unique_lock<std::mutex> lock(mutex);
  // Others only append, so it stays where it is.
  Task &task = stream->tasks.front();
  lock.unlock();
  Context *context = task.context;
  if (task.work && (!context || context->fault == Success)) {
    Result result = task.work();
    if (context && result != Success)
      context->fault = result;
  }
  lock.lock();
  if (task.marks) {
    task.marks->reached = true;
    task.marks->nanoseconds = now();
  }
  hostTasks -= task.isHost;
  stream->running = false;
  stream->tasks.pop_front();
  if (stream->tasks.empty())
    streams.erase(std::find(streams.begin(), streams.end(), stream));
  finished.notify_all();
  arrived.notify_all();
}

void Queue::loop() {
  std::unique_lock<std::mutex> lock(mutex);
  while (true) {
    std::shared_ptr<Stream> stream;
    arrived.wait(lock, [&] { return stopping || (stream = choose()); });
    if (stopping)
      break;
    stream->running = true;
    bool isHost = stream->tasks.front().isHost;
    hostTasks += isHost;
    lock.unlock();
    if (isHost)
      std::thread([this, stream] { carryOut(stream); }).detach();
    else
      carryOut(stream);
    lock.lock();
  }
  finished.notify_all();
  // What host functions use must not go before them.
  finished.wait(lock, [&] { return hostTasks == 0; });
}
