//===- State.cpp - What the driver keeps ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"

#include <cstdio>
#include <cstdlib>
#include <random>

using namespace brt::emu;
using namespace brt::emu::abi;

Driver &Driver::get() {
  static Driver *driver = new Driver;
  return *driver;
}

static bool hostIsCapable() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

Result Driver::initialise() {
  std::lock_guard<std::mutex> lock(mutex);
  if (initialised)
    return Success;
  if (!hostIsCapable()) {
    std::fprintf(stderr, "brt-emu: expects a host with AVX2 and FMA\n");
    return ErrorSystemNotReady;
  }
  for (const std::string &problem : options.readEnvironment())
    std::fprintf(stderr, "brt-emu: %s\n", problem.c_str());
  options.counts = !options.countersPath.empty();
  if (!options.replay)
    options.seed = std::random_device{}();
  if (!memory.reserve())
    return ErrorOutOfMemory;
  queue.seed(options.seed);
  // Work must not outlive the statics that it uses.
  std::atexit([] { Driver::get().queue.stop(); });
  initialised = true;
  return Success;
}

uint32_t LoadedFunction::dynamicSharedLimit() const {
  uint32_t optedIn = maxDynamicShared;
  return optedIn ? optedIn : Driver::kSharedLimit - code->staticShared;
}

uint32_t Driver::sharedOptInLimit() const {
  // 163 KiB on sm_80, 99 KiB on sm_86 and sm_89, 227 KiB on sm_90.
  if (options.architecture >= 90)
    return 227 * 1024;
  return options.architecture == 80 ? 163 * 1024 : 99 * 1024;
}

std::vector<Context *> &brt::emu::contextStack() {
  thread_local std::vector<Context *> stack;
  return stack;
}

Context *brt::emu::currentContext() {
  return contextStack().empty() ? nullptr : contextStack().back();
}

Result brt::emu::checkContext() {
  Driver &driver = Driver::get();
  if (!driver.initialised)
    return ErrorNotInitialized;
  Context *context = currentContext();
  if (!context)
    return ErrorInvalidContext;
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (context != driver.primary.get() && !driver.contexts.count(context))
    return ErrorInvalidContext;
  return context->fault;
}

std::shared_ptr<Stream> brt::emu::findStream(Stream *handle) {
  constexpr uintptr_t kLegacy = 1, kPerThread = 2;
  Driver &driver = Driver::get();
  if (reinterpret_cast<uintptr_t>(handle) <= kLegacy)
    return driver.queue.legacy;
  if (reinterpret_cast<uintptr_t>(handle) == kPerThread)
    return driver.queue.perThread;
  std::lock_guard<std::mutex> lock(driver.mutex);
  auto found = driver.streams.find(handle);
  return found == driver.streams.end() ? nullptr : found->second;
}

/// True where the work became a node.
static bool capture(Stream &stream, GraphNodeType type, Work &work) {
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  if (!stream.capture)
    return false;
  auto node = std::make_unique<GraphNode>();
  node->graph = stream.capture->graph.get();
  node->type = type;
  node->work = std::move(work);
  node->dependencies = stream.frontier;
  stream.frontier = {node.get()};
  stream.capture->graph->nodes.push_back(std::move(node));
  return true;
}

Result brt::emu::submit(Stream *handle, GraphNodeType type, Work work) {
  Result result = checkContext();
  if (result != Success)
    return result;
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  if (capture(*stream, type, work))
    return Success;
  Task task;
  task.context = currentContext();
  task.work = std::move(work);
  if (type == GraphNodeType::Host)
    task.runs = Runs::OnTheHost;
  else if (type == GraphNodeType::Kernel || type == GraphNodeType::Graph)
    task.runs = Runs::InTurns;
  Driver::get().queue.submit(stream, std::move(task));
  return Success;
}

Result brt::emu::submitAndWait(Stream *handle, GraphNodeType type, Work work) {
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  {
    std::lock_guard<std::mutex> lock(Driver::get().mutex);
    if (stream->capture) {
      stream->capture->invalid = true;
      return ErrorStreamCaptureUnsupported;
    }
  }
  Result result = submit(handle, type, std::move(work));
  if (result != Success)
    return result;
  Driver::get().queue.wait(*stream);
  return checkContext();
}

Result brt::emu::notSupported(const char *call) {
  static std::mutex mutex;
  static std::set<std::string> *said = new std::set<std::string>;
  std::lock_guard<std::mutex> lock(mutex);
  if (said->insert(call).second)
    std::fprintf(stderr, "brt-emu: the driver call %s is not supported\n",
                 call);
  return ErrorNotSupported;
}
