//===- GraphAbi.h - Graphs in the CUDA driver interface -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As Abi.h, for nodes of graphs.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_DRIVER_GRAPHABI_H
#define BRT_EMULATOR_DRIVER_GRAPHABI_H

#include "driver/Abi.h"

namespace brt::emu {
struct Context;
struct Event;
struct Graph;
struct GraphNode;
struct LoadedFunction;
} // namespace brt::emu

namespace brt::emu::abi {

/// CU_GRAPH_NODE_TYPE_*.
enum class GraphNodeType : int {
  Kernel = 0,
  Memcpy = 1,
  Memset = 2,
  Host = 3,
  Graph = 4,
  Empty = 5,
  WaitEvent = 6,
  EventRecord = 7
};

struct KernelNodeParams {
  LoadedFunction *function;
  uint32_t gridX, gridY, gridZ;
  uint32_t blockX, blockY, blockZ;
  uint32_t sharedBytes;
  void **parameters;
  void **extra;
  LoadedFunction *kernel; // in the place of `function`
  Context *context;
};

struct Memcpy3D {
  struct Side {
    size_t x, y, z, lod;
    int type;
    void *host;
    DevicePointer device;
    void *array;
    void *reserved;
    size_t pitch, height;
  };
  Side from, to;
  size_t width, height, depth;
};
struct MemcpyNodeParams {
  int flags, reserved;
  Context *context;
  Memcpy3D copy;
};

struct MemsetFields {
  DevicePointer to;
  size_t pitch;
  uint32_t value, elementSize;
  size_t width, height;
};
struct MemsetNodeParams {
  MemsetFields fields;
  Context *context;
};

struct HostNodeParams {
  void (*function)(void *);
  void *data;
};

struct ChildGraphNodeParams {
  Graph *graph;
  int ownership;
};

struct GraphNodeParams {
  GraphNodeType type;
  int reserved[3];
  union {
    long long bytes[29];
    KernelNodeParams kernel;
    MemcpyNodeParams copy;
    MemsetNodeParams fill;
    HostNodeParams host;
    ChildGraphNodeParams child;
    Event *event;
  };
  long long reserved2;
};

/// CU_GRAPH_EXEC_UPDATE_*.
enum class GraphUpdate : int {
  Success = 0,
  Error = 1,
  TopologyChanged = 2,
  NodeTypeChanged = 3
};
struct GraphUpdateInfo {
  GraphUpdate result;
  GraphNode *node, *from;
};

} // namespace brt::emu::abi

#endif // BRT_EMULATOR_DRIVER_GRAPHABI_H
