//===- GraphApi.cpp - Graphs, their nodes and edges -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

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

std::unique_ptr<Graph> Graph::clone() const {
  auto made = std::make_unique<Graph>();
  std::unordered_map<const GraphNode *, GraphNode *> twins;
  for (const auto &node : nodes) {
    auto twin = std::make_unique<GraphNode>();
    twin->graph = made.get();
    twin->type = node->type;
    twin->work = node->work;
    twin->original = node.get();
    if (node->child)
      twin->child = node->child->clone();
    if (node->params)
      twin->params = std::make_unique<GraphNodeParams>(*node->params);
    twin->arguments = node->arguments;
    for (const void *each : node->argumentPointers)
      twin->argumentPointers.push_back(
          twin->arguments.data() +
          (static_cast<const uint8_t *>(each) - node->arguments.data()));
    if (twin->type == GraphNodeType::Kernel && twin->params)
      twin->params->kernel.parameters = twin->argumentPointers.data();
    twins[node.get()] = twin.get();
    made->nodes.push_back(std::move(twin));
  }
  for (const auto &node : nodes)
    for (const GraphNode *before : node->dependencies)
      twins[node.get()]->dependencies.push_back(twins.at(before));
  return made;
}

BRT_CUDA_API cuGraphClone(Graph **clone, Graph *graph) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphs.count(graph))
    return ErrorInvalidHandle;
  *clone = graph->clone().release();
  driver.graphs.insert(*clone);
  return Success;
}

BRT_CUDA_API cuGraphNodeFindInClone(GraphNode **node, GraphNode *original,
                                    Graph *clone) {
  for (const auto &each : clone->nodes)
    if (each->original == original) {
      *node = each.get();
      return Success;
    }
  return ErrorInvalidValue;
}

/// With null, says how many there are; else writes as many as there is room
/// for.
static Result giveNodes(const std::vector<GraphNode *> &list, GraphNode **nodes,
                        size_t *count) {
  size_t wanted = nodes ? std::min(*count, list.size()) : 0;
  std::copy_n(list.begin(), wanted, nodes);
  *count = nodes ? wanted : list.size();
  return Success;
}

static Result giveNodes(Graph *graph, bool rootsOnly, GraphNode **nodes,
                        size_t *count) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphs.count(graph))
    return ErrorInvalidHandle;
  std::vector<GraphNode *> list;
  for (const auto &node : graph->nodes)
    if (!rootsOnly || node->dependencies.empty())
      list.push_back(node.get());
  return giveNodes(list, nodes, count);
}

BRT_CUDA_API cuGraphGetNodes(Graph *graph, GraphNode **nodes, size_t *count) {
  return giveNodes(graph, false, nodes, count);
}
BRT_CUDA_API cuGraphGetRootNodes(Graph *graph, GraphNode **nodes,
                                 size_t *count) {
  return giveNodes(graph, true, nodes, count);
}

BRT_CUDA_API cuGraphNodeGetType(GraphNode *node, int *type) {
  *type = static_cast<int>(node->type);
  return Success;
}

BRT_CUDA_API cuGraphNodeGetDependencies(GraphNode *node, GraphNode **nodes,
                                        size_t *count) {
  return giveNodes(node->dependencies, nodes, count);
}

static bool dependsOn(const GraphNode &node, const GraphNode *other) {
  const auto &list = node.dependencies;
  return std::find(list.begin(), list.end(), other) != list.end();
}

BRT_CUDA_API cuGraphNodeGetDependentNodes(GraphNode *node, GraphNode **nodes,
                                          size_t *count) {
  std::vector<GraphNode *> list;
  for (const auto &each : node->graph->nodes)
    if (dependsOn(*each, node))
      list.push_back(each.get());
  return giveNodes(list, nodes, count);
}

BRT_CUDA_API cuGraphGetEdges(Graph *graph, GraphNode **from, GraphNode **to,
                             size_t *count) {
  std::vector<GraphNode *> begins, ends;
  for (const auto &node : graph->nodes)
    for (GraphNode *before : node->dependencies) {
      begins.push_back(before);
      ends.push_back(node.get());
    }
  size_t room = *count;
  giveNodes(begins, from, &room);
  return giveNodes(ends, to, count);
}

BRT_CUDA_API cuGraphAddDependencies(Graph *graph, GraphNode *const *from,
                                    GraphNode *const *to, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (from[i]->graph != graph || to[i]->graph != graph || from[i] == to[i] ||
        dependsOn(*to[i], from[i]))
      return ErrorInvalidValue;
    to[i]->dependencies.push_back(from[i]);
  }
  return Success;
}

BRT_CUDA_API cuGraphRemoveDependencies(Graph *graph, GraphNode *const *from,
                                       GraphNode *const *to, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (to[i]->graph != graph || !dependsOn(*to[i], from[i]))
      return ErrorInvalidValue;
    auto &list = to[i]->dependencies;
    list.erase(std::find(list.begin(), list.end(), from[i]));
  }
  return Success;
}

BRT_CUDA_API cuGraphDestroyNode(GraphNode *node) {
  auto &nodes = node->graph->nodes;
  for (const auto &each : nodes) {
    auto &list = each->dependencies;
    list.erase(std::remove(list.begin(), list.end(), node), list.end());
  }
  nodes.erase(std::find_if(nodes.begin(), nodes.end(), [&](const auto &each) {
    return each.get() == node;
  }));
  return Success;
}

// The same with data of edges, which has to say nothing.
BRT_CUDA_API cuGraphNodeGetDependencies_v2(GraphNode *node, GraphNode **nodes,
                                           void *, size_t *count) {
  return cuGraphNodeGetDependencies(node, nodes, count);
}
BRT_CUDA_API cuGraphNodeGetDependentNodes_v2(GraphNode *node, GraphNode **nodes,
                                             void *, size_t *count) {
  return cuGraphNodeGetDependentNodes(node, nodes, count);
}
BRT_CUDA_API cuGraphGetEdges_v2(Graph *graph, GraphNode **from, GraphNode **to,
                                void *, size_t *count) {
  return cuGraphGetEdges(graph, from, to, count);
}
BRT_CUDA_API cuGraphAddDependencies_v2(Graph *graph, GraphNode *const *from,
                                       GraphNode *const *to, const void *data,
                                       size_t count) {
  return data ? notSupported("cuGraphAddDependencies with data of edges")
              : cuGraphAddDependencies(graph, from, to, count);
}
BRT_CUDA_API cuGraphRemoveDependencies_v2(Graph *graph, GraphNode *const *from,
                                          GraphNode *const *to, const void *,
                                          size_t count) {
  return cuGraphRemoveDependencies(graph, from, to, count);
}
