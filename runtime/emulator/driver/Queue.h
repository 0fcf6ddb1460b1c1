//===- Queue.h - Work that streams hold -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A piece of work of some stream that may go on has the device at a time; which
// one comes next is chosen by seed. So whatever order streams and events leave
// open can happen. Copies are carried out as a whole; launches and graphs,
// which run on threads of their own, pause (exec/Grid.h) so that kernels of
// several streams go on side by side. Functions of the host run on threads of
// their own as well, beside the device, since they may wait for other work.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_DRIVER_QUEUE_H
#define BRT_EMULATOR_DRIVER_QUEUE_H

#include "driver/Abi.h"
#include "exec/Grid.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace brt::emu {

struct Capture;
struct GraphNode;

struct Context {
  /// What the first failure was; all work after it is dropped.
  std::atomic<abi::Result> fault{abi::Success};
  uint32_t flags = 0;
  bool primary = false;
};

/// A place in a stream's order, for others to wait for.
struct Moment {
  bool reached = false;
  uint64_t nanoseconds = 0;
};

/// Runs on a thread of the queue. What it returns becomes the context's fault.
using Work = std::function<abi::Result()>;

/// Where a task runs: on the queue's own thread, on one that may pause, or
/// beside the device.
enum class Runs : uint8_t { AtOnce, InTurns, OnTheHost };

struct Task {
  Context *context = nullptr;
  Work work;
  uint64_t number = 0;                    // in the order of submission
  std::shared_ptr<const Moment> waitsFor; // may be null
  std::shared_ptr<Moment> marks;          // may be null
  bool alone = false; // after all earlier work of any stream
  Runs runs = Runs::AtOnce;
};

struct Stream {
  uint32_t flags = 0;
  int priority = 0;
  Context *context = nullptr;
  /// Of stream capture, guarded by Driver::mutex: where what follows would be
  /// put, and what it would wait for.
  std::shared_ptr<Capture> capture;
  std::vector<GraphNode *> frontier;
  // Guarded by the queue.
  std::deque<Task> tasks;
  bool running = false; // the first of them

  bool isBlocking() const; // ordered with the legacy default stream
};

class Queue : public Turns {
public:
  Queue();
  /// Drops what has not begun; waits for what has.
  void stop();
  void seed(uint64_t value) { random = value; }

  void submit(const std::shared_ptr<Stream> &stream, Task task);
  /// Runs work after all that was submitted before it, while nothing else runs,
  /// and waits for it.
  void runAlone(Work work);

  void wait(const Stream &stream);
  void wait(const Context &context);
  void wait(const Moment &moment);
  bool isIdle(const Stream &stream);
  bool isReached(const Moment &moment);
  /// A moment in the midst of some work.
  void mark(Moment &moment);

  // For launches under way, on the thread of their task.
  bool areWanted() override;
  End pass(bool quiet, bool changed) override;

  /// The default streams: null or 1, and 2, which here is one for all threads.
  const std::shared_ptr<Stream> legacy, perThread;

private:
  /// A launch that lets others run.
  struct Pause {
    /// The change after which it only waited; none if it has more to do.
    uint64_t quietSince = ~uint64_t(0);
    const Context *context = nullptr;
    bool over = false;
    End end = End::Same;
  };

  std::mutex mutex;
  /// Something was submitted, or the device is free; something is done; a pause
  /// is over.
  std::condition_variable arrived, finished, resumed;
  std::vector<std::shared_ptr<Stream>> streams; // that hold tasks
  std::deque<Pause *> pauses;                   // the longest first
  bool busy = false;                            // something has the device
  uint64_t submitted = 0;
  uint64_t random = 1;
  bool stopping = false;
  bool started = false;
  std::thread thread;

  unsigned tasksOnThreads = 0; // under way on threads of their own
  unsigned hostTasks = 0;      // of those, functions of the host
  // To find that all launches wait for what will not happen.
  uint64_t changes = 0; // of memory, and of what is under way
  std::chrono::steady_clock::time_point changedAt;
  unsigned waiting = 0;   // threads of the host
  unsigned questions = 0; // of the host that got no for an answer

  void loop();
  /// Runs the first task of a stream and takes it off.
  void carryOut(const std::shared_ptr<Stream> &stream);
  /// The same, on the thread that it asks for.
  void begin(std::unique_lock<std::mutex> &lock,
             const std::shared_ptr<Stream> &stream);
  bool mayRun(const Stream &stream) const;
  std::vector<std::shared_ptr<Stream>> ready() const;
  void noteChange();
  bool isEndless() const;
  void resume(Pause &pause, End end);
  template <class Condition>
  void waitUntil(std::unique_lock<std::mutex> &lock, Condition condition);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_DRIVER_QUEUE_H
