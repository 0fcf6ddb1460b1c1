//===- Queue.cpp - Work that streams hold ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Queue.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

/// How long the host may leave launches without what they wait for, while it
/// waits for them; how often they look whether it wrote something; and how
/// often it may ask for what is not done before that counts as waiting.
static constexpr auto kPatience = std::chrono::seconds(2);
static constexpr auto kLook = std::chrono::milliseconds(1);
static constexpr unsigned kQuestions = 1000;

/// Of the task that the current thread carries out.
static thread_local const Context *contextOfTask = nullptr;

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
    noteChange();
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

template <class Condition>
void Queue::waitUntil(std::unique_lock<std::mutex> &lock, Condition condition) {
  ++waiting;
  finished.wait(lock, [&] { return stopping || condition(); });
  --waiting;
}

void Queue::wait(const Stream &stream) {
  std::unique_lock<std::mutex> lock(mutex);
  uint64_t last = stream.tasks.empty() ? 0 : stream.tasks.back().number;
  waitUntil(lock, [&] {
    return stream.tasks.empty() || stream.tasks.front().number > last;
  });
}

void Queue::wait(const Context &context) {
  std::unique_lock<std::mutex> lock(mutex);
  uint64_t last = submitted;
  waitUntil(lock, [&] {
    return std::none_of(streams.begin(), streams.end(), [&](const auto &each) {
      return std::any_of(
          each->tasks.begin(), each->tasks.end(), [&](const Task &task) {
            return task.context == &context && task.number <= last;
          });
    });
  });
}

void Queue::wait(const Moment &moment) {
  std::unique_lock<std::mutex> lock(mutex);
  waitUntil(lock, [&] { return moment.reached; });
}

bool Queue::isIdle(const Stream &stream) {
  std::lock_guard<std::mutex> lock(mutex);
  questions += !stream.tasks.empty();
  return stream.tasks.empty();
}

bool Queue::isReached(const Moment &moment) {
  std::lock_guard<std::mutex> lock(mutex);
  questions += !moment.reached;
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

std::vector<std::shared_ptr<Stream>> Queue::ready() const {
  std::vector<std::shared_ptr<Stream>> found;
  for (const auto &stream : streams)
    if (!stopping && mayRun(*stream))
      found.push_back(stream);
  return found;
}

void Queue::noteChange() {
  ++changes;
  changedAt = std::chrono::steady_clock::now();
  questions = 0;
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
  contextOfTask = context;
  if (task.work && (!context || context->fault == Success)) {
    Result result = task.work();
    Result none = Success;
    if (context)
      context->fault.compare_exchange_strong(none, result);
  }
  lock.lock();
  if (task.marks) {
    task.marks->reached = true;
    task.marks->nanoseconds = now();
  }
  hostTasks -= task.runs == Runs::OnTheHost;
  tasksOnThreads -= task.runs != Runs::AtOnce;
  if (task.runs != Runs::OnTheHost)
    busy = false;
  stream->running = false;
  stream->tasks.pop_front();
  if (stream->tasks.empty())
    streams.erase(std::find(streams.begin(), streams.end(), stream));
  noteChange();
  finished.notify_all();
  arrived.notify_all();
}

void Queue::begin(std::unique_lock<std::mutex> &lock,
                  const std::shared_ptr<Stream> &stream) {
  Runs runs = stream->tasks.front().runs;
  stream->running = true;
  busy = runs != Runs::OnTheHost;
  hostTasks += runs == Runs::OnTheHost;
  tasksOnThreads += runs != Runs::AtOnce;
  if (runs != Runs::AtOnce) {
    std::thread([this, stream] { carryOut(stream); }).detach();
    return;
  }
  lock.unlock();
  carryOut(stream);
  lock.lock();
}

bool Queue::areWanted() {
  std::lock_guard<std::mutex> lock(mutex);
  return !pauses.empty() || !ready().empty();
}

Turns::End Queue::pass(bool quiet, bool changed) {
  std::unique_lock<std::mutex> lock(mutex);
  if (changed || !quiet)
    noteChange();
  Pause pause;
  pause.context = contextOfTask;
  if (quiet)
    pause.quietSince = changes;
  pauses.push_back(&pause);
  busy = false;
  arrived.notify_all();
  uint64_t before = changes;
  resumed.wait(lock, [&] { return pause.over; });
  return pause.end == End::Same && changes != before ? End::Changed : pause.end;
}

void Queue::resume(Pause &pause, End end) {
  pauses.erase(std::find(pauses.begin(), pauses.end(), &pause));
  pause.end =
      pause.context && pause.context->fault != Success ? End::Abandoned : end;
  pause.over = busy = true;
  resumed.notify_all();
}

/// True if every launch only waits, nobody else will do anything, and the host
/// has had time to do so.
bool Queue::isEndless() const {
  bool allQuiet =
      std::all_of(pauses.begin(), pauses.end(), [&](const Pause *pause) {
        return pause->quietSince == changes;
      });
  if (!allQuiet || hostTasks)
    return false;
  bool hostWaits = waiting || questions > kQuestions;
  return stopping || (hostWaits &&
                      std::chrono::steady_clock::now() - changedAt > kPatience);
}

void Queue::loop() {
  std::unique_lock<std::mutex> lock(mutex);
  auto lookAround = [&] { return stopping || !ready().empty(); };
  while (true) {
    arrived.wait(lock,
                 [&] { return !busy && (!pauses.empty() || lookAround()); });
    // What can do something: streams, and launches that have not seen the last
    // change yet.
    std::vector<std::shared_ptr<Stream>> fresh = ready();
    std::vector<Pause *> ripe;
    std::copy_if(pauses.begin(), pauses.end(), std::back_inserter(ripe),
                 [&](Pause *pause) { return pause->quietSince != changes; });
    size_t choices = fresh.size() + ripe.size();
    if (choices) {
      size_t chosen = Random(random++).below(static_cast<uint32_t>(choices));
      if (chosen < fresh.size())
        begin(lock, fresh[chosen]);
      else
        resume(*ripe[chosen - fresh.size()], End::Same);
    } else if (pauses.empty()) {
      break; // stopping
    } else if (isEndless()) {
      resume(*pauses.front(), End::Endless);
    } else if (!arrived.wait_for(lock, kLook, lookAround)) {
      resume(*pauses.front(), End::Same);
    }
  }
  finished.notify_all();
  // What tasks use must not go before them.
  finished.wait(lock, [&] { return tasksOnThreads == 0; });
}
