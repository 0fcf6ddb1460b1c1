//===- CaptureApi.cpp - Stream capture ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A capturing stream's work becomes nodes of a graph.
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
  driver.graphs.insert(stream->capture->graph.get());
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
  Result result = capture->invalid ? ErrorStreamCaptureInvalidated
                  : joined != capture->graph->nodes.size()
                      ? ErrorStreamCaptureUnjoined
                      : Success;
  if (result == Success)
    *graph = capture->graph.release();
  else
    driver.graphs.erase(capture->graph.get());
  return result;
}

/// The nodes on which the next one of the stream would depend stay valid until
/// the next call on it.
BRT_CUDA_API cuStreamGetCaptureInfo_v2(Stream *handle, int *status,
                                       uint64_t *number, Graph **graph,
                                       GraphNode ***nodes, size_t *count) {
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
  if (graph)
    *graph = capture ? capture->graph.get() : nullptr;
  if (nodes)
    *nodes = stream->frontier.data();
  if (count)
    *count = stream->frontier.size();
  return Success;
}
/// No edge has data of its own.
BRT_CUDA_API cuStreamGetCaptureInfo_v3(Stream *stream, int *status,
                                       uint64_t *number, Graph **graph,
                                       GraphNode ***nodes, void **edges,
                                       size_t *count) {
  if (edges)
    *edges = nullptr;
  return cuStreamGetCaptureInfo_v2(stream, status, number, graph, nodes, count);
}
BRT_CUDA_API cuStreamGetCaptureInfo(Stream *stream, int *status,
                                    uint64_t *number) {
  return cuStreamGetCaptureInfo_v2(stream, status, number, nullptr, nullptr,
                                   nullptr);
}
BRT_CUDA_API cuStreamIsCapturing(Stream *stream, int *status) {
  return cuStreamGetCaptureInfo(stream, status, nullptr);
}

BRT_CUDA_API cuStreamUpdateCaptureDependencies(Stream *handle,
                                               GraphNode **nodes, size_t count,
                                               unsigned flags) {
  constexpr unsigned kSet = 1; // else they are added
  std::shared_ptr<Stream> stream = findStream(handle);
  if (!stream)
    return ErrorInvalidHandle;
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  if (!stream->capture)
    return ErrorInvalidValue;
  if (flags == kSet)
    stream->frontier.clear();
  stream->frontier.insert(stream->frontier.end(), nodes, nodes + count);
  return Success;
}
BRT_CUDA_API cuStreamUpdateCaptureDependencies_v2(Stream *stream,
                                                  GraphNode **nodes,
                                                  const void *, size_t count,
                                                  unsigned flags) {
  return cuStreamUpdateCaptureDependencies(stream, nodes, count, flags);
}

BRT_CUDA_API cuThreadExchangeStreamCaptureMode(int *mode) {
  // What the modes would forbid is not watched.
  constexpr int kGlobal = 0;
  thread_local int current = kGlobal;
  std::swap(*mode, current);
  return Success;
}
