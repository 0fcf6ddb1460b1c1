//===- State.h - What the driver keeps ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One process has one emulated device. Asynchronous calls are carried out
// before they return, in the order made: a legal order for every stream. What
// goes wrong in a kernel shows at the next call that synchronises, and then
// stays, as on the hardware, until the context is gone.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_DRIVER_STATE_H
#define BRT_EMULATOR_DRIVER_STATE_H

#include "driver/Abi.h"
#include "exec/Grid.h"

#include <mutex>
#include <set>
#include <unordered_map>

namespace brt::emu {

struct Context {
  std::atomic<abi::Result> fault{abi::Success};
  uint32_t flags = 0;
  bool primary = false;
  std::unordered_map<int, size_t> limits;
};

struct LoadedFunction;

struct LoadedModule {
  std::unique_ptr<Program> program;
  std::unordered_map<std::string, std::unique_ptr<LoadedFunction>> functions;
};

/// CUfunction, and CUkernel of a library.
struct LoadedFunction {
  LoadedModule *module = nullptr;
  const Code *code = nullptr;
  uint32_t maxDynamicShared = 0; // opted in to; 0: the usual limit
};

struct Stream {
  uint32_t flags = 0;
  int priority = 0;
};

struct Event {
  bool recorded = false;
  uint64_t nanoseconds = 0;
};

/// All of the driver's state. Made at the first call and never destroyed, as
/// programs call the driver from the destructors of their statics.
class Driver {
public:
  static Driver &get();

  abi::Result initialise();
  bool initialised = false;
  Options options;
  DeviceMemory memory;

  /// Guards the tables below; not held while kernels run.
  std::mutex mutex;
  std::unique_ptr<Context> primary;
  unsigned primaryUses = 0;
  std::set<Context *> contexts;
  std::set<LoadedModule *> modules;
  std::set<LoadedFunction *> functions;
  std::set<Stream *> streams;
  std::set<Event *> events;
  /// Pinned host memory: device addresses too.
  std::set<uint64_t> pinned;

  /// One kernel at a time: each uses all cores by itself.
  std::mutex launchMutex;

  /// Shared memory of a block without and with opting in (bytes).
  static constexpr uint32_t kSharedLimit = 48 * 1024;
  uint32_t sharedOptInLimit() const;
};

/// The calling thread's contexts; the last one is current.
std::vector<Context *> &contextStack();
Context *currentContext();

/// Success, or what the current context died of; an error where there is no
/// context or cuInit was not called.
abi::Result checkContext();

/// Says once per name on stderr that a call is missing.
abi::Result notSupported(const char *call);

} // namespace brt::emu

#endif // BRT_EMULATOR_DRIVER_STATE_H
