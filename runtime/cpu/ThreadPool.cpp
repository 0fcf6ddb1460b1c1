//===- ThreadPool.cpp - Run the iterations of compiled loops --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop is cut into one contiguous range for each thread. Every iteration
// computes the same numbers wherever it runs, so results do not depend on the
// number of threads.
//
//===----------------------------------------------------------------------===//

#include "brt-c/Program.h"
#include "brt/runtime/Threads.h"
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace brt::rt;

namespace {
/// One loop that all threads work at.
struct Loop {
  int64_t count;
  void (*body)(int64_t index, void *context);
  void *context;

  void runPart(unsigned part, unsigned parts) const {
    int64_t begin = count * part / parts, end = count * (part + 1) / parts;
    for (int64_t i = begin; i < end; ++i)
      body(i, context);
  }
};

class ThreadPool {
public:
  ~ThreadPool() { stop(); }

  void resize(unsigned count) {
    stop();
    stopping = false;
    parts = count;
    for (unsigned part = 1; part < count; ++part)
      workers.emplace_back([this, part] { work(part); });
  }

  unsigned size() const { return parts; }

  void run(const Loop &next) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      loop = &next;
      running = workers.size();
      ++generation;
    }
    wake.notify_all();
    next.runPart(0, size());
    std::unique_lock<std::mutex> lock(mutex);
    done.wait(lock, [this] { return running == 0; });
  }

private:
  void work(unsigned part) {
    isWorker = true;
    uint64_t seen = 0;
    while (true) {
      const Loop *current;
      {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return stopping || generation != seen; });
        if (stopping)
          return;
        seen = generation;
        current = loop;
      }
      current->runPart(part, size());
      std::lock_guard<std::mutex> lock(mutex);
      if (--running == 0)
        done.notify_one();
    }
  }

  void stop() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stopping = true;
    }
    wake.notify_all();
    for (std::thread &worker : workers)
      worker.join();
    workers.clear();
    generation = 0;
  }

public:
  /// Whether this thread already works at a loop: loops inside one run inline.
  static thread_local bool isWorker;

private:
  std::vector<std::thread> workers;
  /// The workers and the caller; workers read it, so it is set before they
  /// start.
  unsigned parts = 1;
  std::mutex mutex;
  std::condition_variable wake, done;
  const Loop *loop = nullptr;
  size_t running = 0;
  uint64_t generation = 0;
  bool stopping = false;
};

thread_local bool ThreadPool::isWorker = false;

/// The one pool of the process, and the lock of those who use it.
struct Shared {
  std::mutex mutex;
  ThreadPool pool;
  bool sized = false;

  void resize(unsigned count) {
    pool.resize(count ? count : getAvailableProcessors());
    sized = true;
  }
};
} // namespace

static Shared &getShared() {
  static Shared shared;
  return shared;
}

void brt::rt::setThreadCount(unsigned count) {
  Shared &shared = getShared();
  std::lock_guard<std::mutex> lock(shared.mutex);
  shared.resize(count);
}

unsigned brt::rt::getThreadCount() {
  Shared &shared = getShared();
  std::lock_guard<std::mutex> lock(shared.mutex);
  if (!shared.sized)
    shared.resize(0);
  return shared.pool.size();
}

void brt_parallel_for(int64_t count, void (*body)(int64_t, void *),
                      void *context) {
  Loop loop = {count, body, context};
  if (count <= 1 || ThreadPool::isWorker)
    return loop.runPart(0, 1);
  Shared &shared = getShared();
  // Sessions of several threads share the pool: who comes second runs inline
  // rather than wait for the other's loop.
  std::unique_lock<std::mutex> lock(shared.mutex, std::try_to_lock);
  if (!lock.owns_lock())
    return loop.runPart(0, 1);
  if (!shared.sized)
    shared.resize(0);
  ThreadPool::isWorker = true;
  shared.pool.run(loop);
  ThreadPool::isWorker = false;
}
