//===- GraphExecApi.cpp - Graphs that are carried out ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A launch carries out the nodes one by one, in an order that their
// dependencies allow and the seed chooses: a dependency that is missing shows.
//
//===----------------------------------------------------------------------===//

#include "driver/Graph.h"
#include "exec/Block.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

namespace {
/// Which nodes may come next.
class Order {
public:
  explicit Order(const GraphExec &graph)
      : waiting(graph.nodes.size()), after(graph.nodes.size()) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      waiting[i] = graph.nodes[i].dependencies.size();
      for (size_t before : graph.nodes[i].dependencies)
        after[before].push_back(i);
      if (!waiting[i])
        ready.push_back(i);
    }
  }
  bool isOver() const { return ready.empty(); }
  size_t next(Random &dice) {
    size_t chosen = dice.below(static_cast<uint32_t>(ready.size()));
    std::swap(ready[chosen], ready.back());
    size_t node = ready.back();
    ready.pop_back();
    for (size_t each : after[node])
      if (--waiting[each] == 0)
        ready.push_back(each);
    return node;
  }

private:
  std::vector<size_t> waiting; // dependencies not yet carried out
  std::vector<std::vector<size_t>> after;
  std::vector<size_t> ready;
};
} // namespace

Result GraphExec::run(uint64_t seed) const {
  Random dice(seed);
  Result result = Success;
  for (Order order(*this); !order.isOver() && result == Success;) {
    const Node &node = nodes[order.next(dice)];
    if (node.enabled && node.child)
      result = node.child->run(dice.next());
    else if (node.enabled && node.work)
      result = node.work();
  }
  return result;
}

static void fill(GraphExec::Node &made, const GraphNode &node) {
  made.type = node.type;
  made.work = node.work;
  made.child = node.child ? instantiate(*node.child) : nullptr;
  made.waitsFor =
      node.type == GraphNodeType::WaitEvent ? node.params->event : nullptr;
}

std::shared_ptr<GraphExec> brt::emu::instantiate(const Graph &graph) {
  auto made = std::make_shared<GraphExec>();
  std::unordered_map<const GraphNode *, size_t> places;
  for (const auto &node : graph.nodes)
    places.emplace(node.get(), places.size());
  for (const auto &node : graph.nodes) {
    GraphExec::Node each;
    each.origin = node.get();
    fill(each, *node);
    if (node->child && !each.child)
      return nullptr;
    for (const GraphNode *before : node->dependencies)
      each.dependencies.push_back(places.at(before));
    made->nodes.push_back(std::move(each));
  }
  Random dice(1);
  size_t reached = 0;
  for (Order order(*made); !order.isOver(); ++reached)
    order.next(dice);
  return reached == made->nodes.size() ? made : nullptr;
}

BRT_CUDA_API cuGraphInstantiateWithFlags(GraphExec **exec, Graph *graph,
                                         uint64_t) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphs.count(graph))
    return ErrorInvalidHandle;
  std::shared_ptr<GraphExec> made = instantiate(*graph);
  if (!made)
    return ErrorInvalidValue;
  *exec = made.get();
  driver.graphExecs[made.get()] = made;
  return Success;
}
/// Those of older versions: nothing is ever written to the log.
BRT_CUDA_API cuGraphInstantiate_v2(GraphExec **exec, Graph *graph,
                                   GraphNode **errorNode, char *log,
                                   size_t logBytes) {
  if (errorNode)
    *errorNode = nullptr;
  if (log && logBytes)
    *log = 0;
  return cuGraphInstantiateWithFlags(exec, graph, 0);
}

BRT_CUDA_API cuGraphExecDestroy(GraphExec *exec) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return driver.graphExecs.erase(exec) ? Success : ErrorInvalidHandle;
}

BRT_CUDA_API cuGraphUpload(GraphExec *exec, Stream *) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return driver.graphExecs.count(exec) ? Success : ErrorInvalidHandle;
}

/// The node of an instantiated graph that stands for one of its graph.
static GraphExec::Node *findNode(GraphExec *exec, const GraphNode *node) {
  if (Driver::get().graphExecs.count(exec))
    for (GraphExec::Node &each : exec->nodes)
      if (each.origin == node)
        return &each;
  return nullptr;
}

BRT_CUDA_API cuGraphExecNodeSetParams(GraphExec *exec, GraphNode *node,
                                      const GraphNodeParams *params) {
  if (params->type != node->type)
    return ErrorInvalidValue;
  GraphNode described;
  Result result = describeNode(*params, described);
  if (result != Success)
    return result;
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  GraphExec::Node *found = findNode(exec, node);
  if (!found)
    return ErrorInvalidValue;
  fill(*found, described);
  return Success;
}

BRT_CUDA_API cuGraphNodeSetEnabled(GraphExec *exec, GraphNode *node,
                                   unsigned isEnabled) {
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  GraphExec::Node *found = findNode(exec, node);
  if (!found)
    return ErrorInvalidValue;
  found->enabled = isEnabled;
  return Success;
}
BRT_CUDA_API cuGraphNodeGetEnabled(GraphExec *exec, GraphNode *node,
                                   unsigned *isEnabled) {
  std::lock_guard<std::mutex> lock(Driver::get().mutex);
  const GraphExec::Node *found = findNode(exec, node);
  if (!found)
    return ErrorInvalidValue;
  *isEnabled = found->enabled;
  return Success;
}

/// Nodes correspond to each other by their place, and must depend on the same.
BRT_CUDA_API cuGraphExecUpdate_v2(GraphExec *exec, Graph *graph,
                                  GraphUpdateInfo *info) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphExecs.count(exec) || !driver.graphs.count(graph))
    return ErrorInvalidHandle;
  auto fail = [&](GraphUpdate why, GraphNode *node) {
    *info = {why, node, nullptr};
    return ErrorGraphExecUpdateFailure;
  };
  std::shared_ptr<GraphExec> fresh = instantiate(*graph);
  if (!fresh)
    return fail(GraphUpdate::Error, nullptr);
  if (fresh->nodes.size() != exec->nodes.size())
    return fail(GraphUpdate::TopologyChanged, nullptr);
  for (size_t i = 0; i < fresh->nodes.size(); ++i) {
    GraphExec::Node &old = exec->nodes[i], &other = fresh->nodes[i];
    if (old.type != other.type)
      return fail(GraphUpdate::NodeTypeChanged, graph->nodes[i].get());
    if (old.dependencies != other.dependencies)
      return fail(GraphUpdate::TopologyChanged, graph->nodes[i].get());
    other.origin = old.origin;
    other.enabled = old.enabled;
  }
  exec->nodes = std::move(fresh->nodes);
  *info = {GraphUpdate::Success, nullptr, nullptr};
  return Success;
}

/// In a capture the whole graph becomes one node.
BRT_CUDA_API cuGraphLaunch(GraphExec *exec, Stream *stream) {
  static std::atomic<uint64_t> launches{0};
  Driver &driver = Driver::get();
  GraphExec copy; // what is changed later is not for this launch
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!driver.graphExecs.count(exec))
      return ErrorInvalidHandle;
    copy = *exec;
  }
  for (const GraphExec::Node &node : copy.nodes)
    if (node.waitsFor && node.enabled)
      if (Result result = cuStreamWaitEvent(stream, node.waitsFor, 0))
        return result;
  return submit(
      stream, GraphNodeType::Graph,
      [copy = std::move(copy), seed = driver.options.seed + launches++] {
        return copy.run(seed);
      });
}
