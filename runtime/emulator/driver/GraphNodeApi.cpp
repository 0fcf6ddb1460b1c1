//===- GraphNodeApi.cpp - What the nodes of graphs do ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"

using namespace brt::emu;
using namespace brt::emu::abi;

static Result describeKernel(GraphNodeParams &params, GraphNode &node) {
  KernelNodeParams &kernel = params.kernel;
  if (!kernel.function)
    kernel.function = kernel.kernel;
  abi::LaunchConfig config{kernel.gridX,
                           kernel.gridY,
                           kernel.gridZ,
                           kernel.blockX,
                           kernel.blockY,
                           kernel.blockZ,
                           kernel.sharedBytes,
                           nullptr,
                           nullptr,
                           0};
  std::vector<uint8_t> arguments;
  Result result = makeLaunch(config, kernel.function, kernel.parameters,
                             kernel.extra, false, node.work, arguments);
  if (result != Success)
    return result;
  // The caller's own may go.
  node.arguments = std::move(arguments);
  node.argumentPointers.clear();
  for (uint32_t offset : kernel.function->code->parameterOffsets)
    node.argumentPointers.push_back(node.arguments.data() + offset);
  kernel.parameters = node.argumentPointers.data();
  kernel.extra = nullptr;
  return Success;
}

static Result describeEvent(Event *event, GraphNode &node) {
  {
    Driver &driver = Driver::get();
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!driver.events.count(event))
      return ErrorInvalidHandle;
  }
  // A launch waits for all of its graph's events before it begins.
  node.work = nullptr;
  if (node.type == GraphNodeType::EventRecord)
    node.work = [event] { return markEvent(event); };
  return Success;
}

static Result describeChild(Graph *child, GraphNode &node) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.graphs.count(child))
    return ErrorInvalidHandle;
  node.child = child->clone();
  return Success;
}

static Result describeWork(GraphNodeParams &params, GraphNode &node) {
  switch (params.type) {
  case GraphNodeType::Kernel:
    return describeKernel(params, node);
  case GraphNodeType::Memcpy:
    return makeCopy(params.copy.copy, node.work);
  case GraphNodeType::Memset:
    return makeFill(params.fill.fields, node.work);
  case GraphNodeType::Host:
    node.work = [host = params.host] {
      host.function(host.data);
      return Success;
    };
    return params.host.function ? Success : ErrorInvalidValue;
  case GraphNodeType::Graph:
    return describeChild(params.child.graph, node);
  case GraphNodeType::Empty:
    node.work = nullptr;
    return Success;
  case GraphNodeType::WaitEvent:
  case GraphNodeType::EventRecord:
    return describeEvent(params.event, node);
  }
  return notSupported("a graph node of this type");
}

Result brt::emu::describeNode(const GraphNodeParams &params, GraphNode &node) {
  auto kept = std::make_unique<GraphNodeParams>(params);
  node.type = params.type;
  Result result = describeWork(*kept, node);
  if (result == Success)
    node.params = std::move(kept);
  return result;
}

BRT_CUDA_API cuGraphAddNode(GraphNode **node, Graph *graph,
                            GraphNode *const *dependencies, size_t count,
                            const GraphNodeParams *params) {
  Result result = checkContext();
  if (result != Success)
    return result;
  if (!node || !params || (count && !dependencies))
    return ErrorInvalidValue;
  Driver &driver = Driver::get();
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!driver.graphs.count(graph))
      return ErrorInvalidHandle;
  }
  auto made = std::make_unique<GraphNode>();
  made->graph = graph;
  for (size_t i = 0; i < count; ++i) {
    if (dependencies[i]->graph != graph)
      return ErrorInvalidValue;
    made->dependencies.push_back(dependencies[i]);
  }
  if ((result = describeNode(*params, *made)) != Success)
    return result;
  *node = made.get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  graph->nodes.push_back(std::move(made));
  return Success;
}

BRT_CUDA_API cuGraphAddNode_v2(GraphNode **node, Graph *graph,
                               GraphNode *const *dependencies, const void *data,
                               size_t count, const GraphNodeParams *params) {
  return data ? notSupported("cuGraphAddNode with data of edges")
              : cuGraphAddNode(node, graph, dependencies, count, params);
}

BRT_CUDA_API cuGraphNodeSetParams(GraphNode *node,
                                  const GraphNodeParams *params) {
  if (params->type != node->type)
    return ErrorInvalidValue;
  return describeNode(*params, *node);
}

namespace {
struct Nothing {};
struct EventUse {
  GraphNodeType type;
  Event *event;
};
} // namespace

// The parameters of one type of node as those of any.
static GraphNodeParams blank(GraphNodeType type) {
  GraphNodeParams params{};
  params.type = type;
  return params;
}
static GraphNodeParams asParams(const KernelNodeParams &kernel) {
  GraphNodeParams params = blank(GraphNodeType::Kernel);
  params.kernel = kernel;
  return params;
}
static GraphNodeParams asParams(const Memcpy3D &copy) {
  GraphNodeParams params = blank(GraphNodeType::Memcpy);
  params.copy.copy = copy;
  return params;
}
static GraphNodeParams asParams(const MemsetFields &fill) {
  GraphNodeParams params = blank(GraphNodeType::Memset);
  params.fill.fields = fill;
  return params;
}
static GraphNodeParams asParams(const HostNodeParams &host) {
  GraphNodeParams params = blank(GraphNodeType::Host);
  params.host = host;
  return params;
}
static GraphNodeParams asParams(const ChildGraphNodeParams &child) {
  GraphNodeParams params = blank(GraphNodeType::Graph);
  params.child = child;
  return params;
}
static GraphNodeParams asParams(const EventUse &use) {
  GraphNodeParams params = blank(use.type);
  params.event = use.event;
  return params;
}
static GraphNodeParams asParams(const Nothing &) {
  return blank(GraphNodeType::Empty);
}

template <class Params>
static Result setParams(GraphNode *node, const Params *params) {
  GraphNodeParams all = asParams(*params);
  return cuGraphNodeSetParams(node, &all);
}
template <class Params>
static Result setParams(GraphExec *exec, GraphNode *node,
                        const Params *params) {
  GraphNodeParams all = asParams(*params);
  return cuGraphExecNodeSetParams(exec, node, &all);
}
template <class Params>
static Result addNode(GraphNode **node, Graph *graph,
                      GraphNode *const *dependencies, size_t count,
                      const Params &params) {
  GraphNodeParams all = asParams(params);
  return cuGraphAddNode(node, graph, dependencies, count, &all);
}
/// What the node was made from, as `select` finds it in its parameters.
template <class Params, class Select>
static Result getParams(const GraphNode *node, GraphNodeType type,
                        Params *params, Select select) {
  if (node->type != type)
    return ErrorInvalidValue;
  if (!node->params)
    return notSupported("the parameters of a node of a capture");
  *params = select(*node->params);
  return Success;
}

BRT_CUDA_API cuGraphAddKernelNode_v2(GraphNode **node, Graph *graph,
                                     GraphNode *const *dependencies,
                                     size_t count,
                                     const KernelNodeParams *params) {
  return addNode(node, graph, dependencies, count, *params);
}
BRT_CUDA_API cuGraphKernelNodeGetParams_v2(GraphNode *node,
                                           KernelNodeParams *params) {
  return getParams(node, GraphNodeType::Kernel, params,
                   [](const GraphNodeParams &all) { return all.kernel; });
}
BRT_CUDA_API cuGraphKernelNodeSetParams_v2(GraphNode *node,
                                           const KernelNodeParams *params) {
  return setParams(node, params);
}
BRT_CUDA_API cuGraphExecKernelNodeSetParams_v2(GraphExec *exec, GraphNode *node,
                                               const KernelNodeParams *params) {
  return setParams(exec, node, params);
}

BRT_CUDA_API cuGraphAddMemcpyNode(GraphNode **node, Graph *graph,
                                  GraphNode *const *dependencies, size_t count,
                                  const Memcpy3D *params, Context *) {
  return addNode(node, graph, dependencies, count, *params);
}
BRT_CUDA_API cuGraphMemcpyNodeGetParams(GraphNode *node, Memcpy3D *params) {
  return getParams(node, GraphNodeType::Memcpy, params,
                   [](const GraphNodeParams &all) { return all.copy.copy; });
}
BRT_CUDA_API cuGraphMemcpyNodeSetParams(GraphNode *node,
                                        const Memcpy3D *params) {
  return setParams(node, params);
}
BRT_CUDA_API cuGraphExecMemcpyNodeSetParams(GraphExec *exec, GraphNode *node,
                                            const Memcpy3D *params, Context *) {
  return setParams(exec, node, params);
}

BRT_CUDA_API cuGraphAddMemsetNode(GraphNode **node, Graph *graph,
                                  GraphNode *const *dependencies, size_t count,
                                  const MemsetFields *params, Context *) {
  return addNode(node, graph, dependencies, count, *params);
}
BRT_CUDA_API cuGraphMemsetNodeGetParams(GraphNode *node, MemsetFields *params) {
  return getParams(node, GraphNodeType::Memset, params,
                   [](const GraphNodeParams &all) { return all.fill.fields; });
}
BRT_CUDA_API cuGraphMemsetNodeSetParams(GraphNode *node,
                                        const MemsetFields *params) {
  return setParams(node, params);
}
BRT_CUDA_API cuGraphExecMemsetNodeSetParams(GraphExec *exec, GraphNode *node,
                                            const MemsetFields *params,
                                            Context *) {
  return setParams(exec, node, params);
}

BRT_CUDA_API cuGraphAddHostNode(GraphNode **node, Graph *graph,
                                GraphNode *const *dependencies, size_t count,
                                const HostNodeParams *params) {
  return addNode(node, graph, dependencies, count, *params);
}
BRT_CUDA_API cuGraphHostNodeGetParams(GraphNode *node, HostNodeParams *params) {
  return getParams(node, GraphNodeType::Host, params,
                   [](const GraphNodeParams &all) { return all.host; });
}
BRT_CUDA_API cuGraphHostNodeSetParams(GraphNode *node,
                                      const HostNodeParams *params) {
  return setParams(node, params);
}
BRT_CUDA_API cuGraphExecHostNodeSetParams(GraphExec *exec, GraphNode *node,
                                          const HostNodeParams *params) {
  return setParams(exec, node, params);
}

BRT_CUDA_API cuGraphAddChildGraphNode(GraphNode **node, Graph *graph,
                                      GraphNode *const *dependencies,
                                      size_t count, Graph *child) {
  return addNode(node, graph, dependencies, count,
                 ChildGraphNodeParams{child, 0});
}
BRT_CUDA_API cuGraphChildGraphNodeGetGraph(GraphNode *node, Graph **child) {
  *child = node->child.get();
  return *child ? Success : ErrorInvalidValue;
}
BRT_CUDA_API cuGraphExecChildGraphNodeSetParams(GraphExec *exec,
                                                GraphNode *node, Graph *child) {
  ChildGraphNodeParams params{child, 0};
  return setParams(exec, node, &params);
}

BRT_CUDA_API cuGraphAddEmptyNode(GraphNode **node, Graph *graph,
                                 GraphNode *const *dependencies, size_t count) {
  return addNode(node, graph, dependencies, count, Nothing());
}
BRT_CUDA_API cuGraphAddEventRecordNode(GraphNode **node, Graph *graph,
                                       GraphNode *const *dependencies,
                                       size_t count, Event *event) {
  return addNode(node, graph, dependencies, count,
                 EventUse{GraphNodeType::EventRecord, event});
}
BRT_CUDA_API cuGraphAddEventWaitNode(GraphNode **node, Graph *graph,
                                     GraphNode *const *dependencies,
                                     size_t count, Event *event) {
  return addNode(node, graph, dependencies, count,
                 EventUse{GraphNodeType::WaitEvent, event});
}
