//===- State.h - What the driver keeps ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One process has one emulated device. Asynchronous work goes through a queue
// (Queue.h). What goes wrong in it shows at the next call that synchronises,
// and then stays, as on the hardware, until the context is gone.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_DRIVER_STATE_H
#define BRT_EMULATOR_DRIVER_STATE_H

#include "driver/GraphAbi.h"
#include "driver/Queue.h"
#include "exec/Grid.h"

#include <mutex>
#include <set>
#include <unordered_map>

namespace brt::emu {

struct LoadedFunction;

struct LoadedModule {
  std::unique_ptr<Program> program;
  std::unordered_map<std::string, std::unique_ptr<LoadedFunction>> functions;
};

/// CUfunction, and CUkernel of a library.
struct LoadedFunction {
  LoadedModule *module = nullptr;
  const Code *code = nullptr;
  // Attributes, which any thread may set.
  std::atomic<uint32_t> maxDynamicShared{0}; // opted in to; 0: the usual limit
  std::atomic<bool> moreThanPortable{false}; // clusters of more than 8 blocks

  uint32_t dynamicSharedLimit() const; // bytes
};

struct Event {
  uint32_t flags = 0;
  /// Where it was recorded last; null before that.
  std::shared_ptr<Moment> moment;
  /// Where it was recorded in a capture instead.
  std::shared_ptr<Capture> capture;
  std::vector<GraphNode *> frontier;
};

/// CUmemoryPool: it only counts, as memory is never handed out twice.
struct Pool {
  std::unordered_map<int, uint64_t> attributes;
  uint64_t used = 0, usedHigh = 0; // bytes
};

struct Graph;
struct GraphExec;

/// All of the driver's state. Made at the first call and never destroyed, as
/// programs call the driver from the destructors of their statics.
class Driver {
public:
  static Driver &get();

  abi::Result initialise();
  bool initialised = false;
  Options options;
  DeviceMemory memory;

  /// Guards the tables below and captures; not held while work runs.
  std::mutex mutex;
  std::unique_ptr<Context> primary;
  unsigned primaryUses = 0;
  std::set<Context *> contexts;
  std::set<LoadedModule *> modules;
  std::set<LoadedFunction *> functions;
  std::unordered_map<Stream *, std::shared_ptr<Stream>> streams;
  std::set<Event *> events;
  std::set<Graph *> graphs;
  std::unordered_map<GraphExec *, std::shared_ptr<GraphExec>> graphExecs;
  std::set<Pool *> pools;
  Pool *currentPool = nullptr; // null: the default one
  Pool defaultPool;
  std::unordered_map<uint64_t, Pool *> poolOf; // by address
  std::unordered_map<int, size_t> limits;
  /// Pinned host memory: device addresses too.
  std::set<uint64_t> pinned;

  Queue queue;

  /// Shared memory of a block without and with opting in (bytes).
  static constexpr uint32_t kSharedLimit = 48 * 1024;
  uint32_t sharedOptInLimit() const;
  static constexpr uint32_t kMultiprocessors = 108;
  bool hasClusters() const { return options.architecture >= 90; }
};

/// The calling thread's contexts; the last one is current.
std::vector<Context *> &contextStack();
Context *currentContext();

/// Success, or what the current context died of; an error where there is no
/// context or cuInit was not called.
abi::Result checkContext();

/// The stream behind a handle, the default ones included; null where there is
/// none.
std::shared_ptr<Stream> findStream(Stream *handle);

/// The clusters of a launch, from its attributes and what the kernel says.
abi::Result resolveClusters(const abi::LaunchConfig &config,
                            const LoadedFunction &function, LaunchConfig &grid);

/// Hands work to a stream, or adds it to the graph that the stream is
/// capturing.
abi::Result submit(Stream *handle, abi::GraphNodeType type, Work work);
/// The same, and waits for it, which a capture does not allow.
abi::Result submitAndWait(Stream *handle, abi::GraphNodeType type, Work work);

/// Gives memory back; no kernel may run. For the queue's thread.
abi::Result releaseMemory(abi::DevicePointer address);
bool isPinned(abi::DevicePointer address);

/// Says once per name on stderr that a call is missing.
abi::Result notSupported(const char *call);

} // namespace brt::emu

#endif // BRT_EMULATOR_DRIVER_STATE_H
