//===- Graph.h - Recorded work --------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_DRIVER_GRAPH_H
#define BRT_EMULATOR_DRIVER_GRAPH_H

#include "driver/State.h"

namespace brt::emu {

struct GraphNode {
  Graph *graph = nullptr; // that it is in
  abi::GraphNodeType type = abi::GraphNodeType::Empty;
  Work work; // null: nothing to do
  std::vector<GraphNode *> dependencies;
  std::unique_ptr<Graph> child;        // of a child graph node
  const GraphNode *original = nullptr; // of which this is a clone
  /// What it was made from; null for nodes of a capture.
  std::unique_ptr<abi::GraphNodeParams> params;
  std::vector<uint8_t> arguments; // of a kernel; what `params` points to
  std::vector<void *> argumentPointers;
};

struct Graph {
  std::vector<std::unique_ptr<GraphNode>> nodes;

  /// A copy, with copies of its child graphs.
  std::unique_ptr<Graph> clone() const;
};

/// An instantiated graph.
struct GraphExec {
  struct Node {
    const GraphNode *origin = nullptr;
    abi::GraphNodeType type = abi::GraphNodeType::Empty;
    Work work;
    std::vector<size_t> dependencies; // indices
    std::shared_ptr<const GraphExec> child;
    Event *waitsFor = nullptr;
    bool enabled = true;
  };
  std::vector<Node> nodes; // in the order of the graph

  /// Carries the nodes out, one by one, in an order that their dependencies
  /// allow and the seed chooses.
  abi::Result run(uint64_t seed) const;
};

/// Null where the dependencies go round in a circle.
std::shared_ptr<GraphExec> instantiate(const Graph &graph);

/// A capture under way, shared by the streams that take part.
struct Capture {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  const Stream *origin = nullptr;
  uint64_t number = 0;
  bool invalid = false;
};

} // namespace brt::emu

// Calls that others are made of.
BRT_CUDA_API cuGraphExecNodeSetParams(brt::emu::GraphExec *exec,
                                      brt::emu::GraphNode *node,
                                      const brt::emu::abi::GraphNodeParams *);
BRT_CUDA_API cuStreamWaitEvent(brt::emu::Stream *stream, brt::emu::Event *event,
                               unsigned flags);

namespace brt::emu {

/// Fills in what a node does from what the caller says. Leaves the node's place
/// in its graph alone.
abi::Result describeNode(const abi::GraphNodeParams &params, GraphNode &node);

// What nodes do; each is checked now and carried out on the queue's thread.
/// `arguments` are the kernel's, packed.
abi::Result makeLaunch(const abi::LaunchConfig &config,
                       LoadedFunction *function, void **pointers, void **extra,
                       bool cooperative, Work &work,
                       std::vector<uint8_t> &arguments);
abi::Result makeCopy(const abi::Memcpy3D &params, Work &work);
abi::Result makeFill(const abi::MemsetFields &params, Work &work);
/// The event is recorded and has been reached.
abi::Result markEvent(Event *event);

} // namespace brt::emu

#endif // BRT_EMULATOR_DRIVER_GRAPH_H
