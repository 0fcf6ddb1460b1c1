//===- Queue.h - Work that streams hold -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One thread carries out what was submitted, one piece at a time: each time the
// next one of some stream that may go on, chosen by seed. So whatever order
// streams and events leave open can happen, and host and device run side by
// side; kernels of two streams do not. Functions of the host run on threads of
// their own, since they may wait for other work.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_DRIVER_QUEUE_H
#define BRT_EMULATOR_DRIVER_QUEUE_H

#include "driver/Abi.h"

#include <atomic>
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

/// Runs on the queue's thread. What it returns becomes the context's fault.
using Work = std::function<abi::Result()>;

struct Task {
  Context *context = nullptr;
  Work work;
  uint64_t number = 0;                    // in the order of submission
  std::shared_ptr<const Moment> waitsFor; // may be null
  std::shared_ptr<Moment> marks;          // may be null
  bool alone = false;  // after all earlier work of any stream
  bool isHost = false; // a function of the host
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

class Queue {
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

  /// The default streams: null or 1, and 2, which here is one for all threads.
  const std::shared_ptr<Stream> legacy, perThread;

private:
  std::mutex mutex;
  std::condition_variable arrived, finished;
  std::vector<std::shared_ptr<Stream>> streams; // that hold tasks
  uint64_t submitted = 0;
  uint64_t random = 1;
  bool stopping = false;
  bool started = false;
  std::thread thread;

  unsigned hostTasks = 0; // under way

  void loop();
  /// Runs the first task of a stream and takes it off.
  void carryOut(const std::shared_ptr<Stream> &stream);
  bool mayRun(const Stream &stream) const;
  std::shared_ptr<Stream> choose();
};

} // namespace brt::emu

#endif // BRT_EMULATOR_DRIVER_QUEUE_H
