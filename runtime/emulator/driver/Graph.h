//===- Graph.h - Recorded work --------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_DRIVER_GRAPH_H
#define BRT_EMULATOR_DRIVER_GRAPH_H

#include "driver/State.h"

namespace brt::emu {

struct GraphNode {
  abi::GraphNodeType type = abi::GraphNodeType::Empty;
  Work work;
  std::vector<GraphNode *> dependencies;
};

/// Nodes come after what they depend on.
struct Graph {
  std::vector<std::unique_ptr<GraphNode>> nodes;
};

/// An instantiated graph: what a launch carries out, in order.
struct GraphExec {
  std::vector<Work> works;
};

/// A capture under way, shared by the streams that take part.
struct Capture {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  const Stream *origin = nullptr;
  uint64_t number = 0;
  bool invalid = false;
};

} // namespace brt::emu

#endif // BRT_EMULATOR_DRIVER_GRAPH_H
