//===- ThreadPool.cpp - Run the iterations of compiled loops --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop is cut into one contiguous range for each thread. Every iteration
// computes the same numbers wherever it runs, so results do not depend on the
// number of threads.
//
// Not OpenMP: how long its threads spin is for the environment of the process
// to say, and libgomp's, which spin for a millisecond, made a token 20 times as
// slow as these on a machine with other work to do.
//
//===----------------------------------------------------------------------===//

#include "brt-c/Program.h"
#include "brt/runtime/FlushDenormals.h"
#include "brt/runtime/Threads.h"
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <sched.h>
#include <thread>
#include <vector>

using namespace brt::rt;

/// How often a thread looks whether it can go on before it sleeps: about 20
/// microseconds, the time it takes to be woken.
static constexpr int kLooks = 500;

/// Whether `condition` comes true before it is time to sleep.
template <typename Condition>
static bool spin(Condition condition) {
  for (int i = 0; i < kLooks; ++i) {
    if (condition())
      return true;
    _mm_pause();
  }
  return false;
}

namespace {
/// One loop that all threads work at.
struct Loop {
  int64_t count;
  void (*body)(int64_t index, void *context);
  void *context;

  void runPart(unsigned part, unsigned parts) const {
    FlushDenormals flush;
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
    auto isDone = [this] { return running == 0; };
    if (spin(isDone))
      return;
    std::unique_lock<std::mutex> lock(mutex);
    done.wait(lock, isDone);
  }

private:
  void work(unsigned part) {
    isWorker = true;
    uint64_t seen = 0;
    while (true) {
      auto hasWork = [&] { return stopping || generation != seen; };
      if (!spin(hasWork)) {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, hasWork);
      }
      if (stopping)
        return;
      seen = generation;
      loop.load()->runPart(part, size());
      if (--running == 0) {
        // Locked, so that who waits has either seen it or sleeps.
        {
          std::lock_guard<std::mutex> lock(mutex);
        }
        done.notify_one();
      }
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
  /// Held by those who change what others sleep for.
  std::mutex mutex;
  std::condition_variable wake, done;
  std::atomic<const Loop *> loop = nullptr;
  std::atomic<size_t> running = 0;
  std::atomic<uint64_t> generation = 0;
  std::atomic<bool> stopping = false;
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

  void ensureSized() {
    if (!sized)
      resize(0);
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
  shared.ensureSized();
  return shared.pool.size();
}

bool brt::rt::pinThreads() {
  Shared &shared = getShared();
  std::lock_guard<std::mutex> lock(shared.mutex);
  shared.ensureSized();
  struct Places {
    std::vector<int> processors;
    std::atomic<bool> pinned = true;
  } places;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0)
    return false;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor)
    if (CPU_ISSET(processor, &set))
      places.processors.push_back(processor);
  // As many iterations as threads: each thread has one.
  auto pin = [](int64_t thread, void *context) {
    auto *places = static_cast<Places *>(context);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(places->processors[thread % places->processors.size()], &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0)
      places->pinned = false;
  };
  shared.pool.run({shared.pool.size(), pin, &places});
  return places.pinned;
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
  shared.ensureSized();
  ThreadPool::isWorker = true;
  shared.pool.run(loop);
  ThreadPool::isWorker = false;
}
