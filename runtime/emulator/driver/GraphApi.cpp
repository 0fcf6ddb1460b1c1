//===- GraphApi.cpp - Stream capture and graphs ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A capturing stream's work becomes nodes of a graph; a launch of the graph
// carries them out in the order in which they were captured, which is one that
// their dependencies allow.
//
//===----------------------------------------------------------------------===//

#include "driver/Graph.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

/// The nodes that `from` depend on, themselves included.
static std::set<const GraphNode *>
ancestorsOf(const std::vector<GraphNode *> &from) {
  std::set<const GraphNode *> found;
  std::vector<const GraphNode *> open(from.begin(), from.end());
  while (!open.empty()) {
    const GraphNode *node = open.back();
    open.pop_back();
    if (found.insert(node).second)
      open.insert(open.end(), node->dependencies.begin(),
                  node->dependencies.end());
  }
  return found;
}

BRT_CUDA_API cuStreamBeginCapture_v2(Stream *handle, int) {
  static std::atomic<uint64_t> captures{0};
  Result result = checkContext();
  if (result != Success)
    return result;
  Driver &driver = Driver::get();
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (stream == driver.queue.legacy)
    return ErrorStreamCaptureImplicit;
  if (stream->capture)
    return ErrorInvalidValue;
  stream->capture = std::make_shared<Capture>();
  stream->capture->origin = stream.get();
  stream->capture->number = ++captures;
  return Success;
}

BRT_CUDA_API cuStreamEndCapture(Stream *handle, Graph **graph) {
  Driver &driver = Driver::get();
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  std::lock_guard<std::mutex> lock(driver.mutex);
  *graph = nullptr;
  std::shared_ptr<Capture> capture = stream->capture;
  if (!capture)
    return ErrorInvalidValue;
  if (capture->origin != stream.get())
    return ErrorStreamCaptureUnmatched;
  size_t joined = ancestorsOf(stream->frontier).size();
  auto leave = [&](Stream &each) {
    if (each.capture != capture)
      return;
    each.capture = nullptr;
    each.frontier.clear();
  };
  leave(*driver.queue.perThread);
  for (const auto &[key, each] : driver.streams)
    leave(*each);
  if (capture->invalid)
    return ErrorStreamCaptureInvalidated;
  if (joined != capture->graph->nodes.size())
    return ErrorStreamCaptureUnjoined;
  *graph = capture->graph.release();
  driver.graphs.insert(*graph);
  return Success;
}

static Result captureState(Stream *handle, int *status, uint64_t *number) {
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  const Capture *capture = stream->capture.get();
  *status = !capture           ? CaptureNone
            : capture->invalid ? CaptureInvalidated
                               : CaptureActive;
  if (number)
    *number = capture ? capture->number : 0;
  return Success;
}

BRT_CUDA_API cuStreamIsCapturing(Stream *stream, int *status) {
  return captureState(stream, status, nullptr);
}

/// Graph, nodes and edges of a capture under way are not given away.
BRT_CUDA_API cuStreamGetCaptureInfo_v2(Stream *stream, int *status,
                                       uint64_t *number, Graph **graph,
                                       GraphNode ***nodes, size_t *count) {
  if (graph || nodes || count)
    return notSupported("cuStreamGetCaptureInfo for the graph so far");
  return captureState(stream, status, number);
}
BRT_CUDA_API cuStreamGetCaptureInfo_v3(Stream *stream, int *status,
                                       uint64_t *number, Graph **graph,
                                       GraphNode ***nodes, void *,
                                       size_t *count) {
  return cuStreamGetCaptureInfo_v2(stream, status, number, graph, nodes, count);
}

BRT_CUDA_API cuThreadExchangeStreamCaptureMode(int *mode) {
  // What the modes would forbid is not watched.
  constexpr int kGlobal = 0;
  thread_local int current = kGlobal;
  std::swap(*mode, current);
  return Success;
}

BRT_CUDA_API cuGraphCreate(Graph **graph, unsigned) {
  Result result = checkContext();
  if (result != Success)
    return result;
  *graph = new Graph;
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.graphs.insert(*graph);
  return Success;
}

BRT_CUDA_API cuGraphDestroy(Graph *graph) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphs.erase(graph))
    return ErrorInvalidHandle;
  delete graph;
  return Success;
}

/// With null, says how many there are; else writes as many as there is room
/// for.
BRT_CUDA_API cuGraphGetNodes(Graph *graph, GraphNode **nodes, size_t *count) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphs.count(graph))
    return ErrorInvalidHandle;
  size_t wanted = nodes ? std::min(*count, graph->nodes.size()) : 0;
  for (size_t i = 0; i < wanted; ++i)
    nodes[i] = graph->nodes[i].get();
  *count = graph->nodes.size();
  return Success;
}

BRT_CUDA_API cuGraphNodeGetType(GraphNode *node, int *type) {
  *type = static_cast<int>(node->type);
  return Success;
}

BRT_CUDA_API cuGraphInstantiateWithFlags(GraphExec **exec, Graph *graph,
                                         uint64_t) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphs.count(graph))
    return ErrorInvalidHandle;
  auto made = std::make_unique<GraphExec>();
  for (const auto &node : graph->nodes)
    made->works.push_back(node->work);
  driver.graphExecs.insert(made.get());
  *exec = made.release();
  return Success;
}

BRT_CUDA_API cuGraphExecDestroy(GraphExec *exec) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphExecs.erase(exec))
    return ErrorInvalidHandle;
  delete exec;
  return Success;
}

BRT_CUDA_API cuGraphUpload(GraphExec *exec, Stream *) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return driver.graphExecs.count(exec) ? Success : ErrorInvalidHandle;
}

/// In a capture the whole graph becomes one node.
BRT_CUDA_API cuGraphLaunch(GraphExec *exec, Stream *stream) {
  Driver &driver = Driver::get();
  std::vector<Work> works;
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!driver.graphExecs.count(exec))
      return ErrorInvalidHandle;
    works = exec->works;
  }
  return submit(stream, GraphNodeType::Empty, [works = std::move(works)] {
    Result result = Success;
    for (size_t i = 0; i < works.size() && result == Success; ++i)
      result = works[i]();
    return result;
  });
}
