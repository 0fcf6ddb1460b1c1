//===- GraphTest.cpp - Graphs built node by node --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DriverFixture.h"

#include <cstring>
#include <set>

using namespace brt::emu::test;

namespace {
class Graphs : public DriverTest {
protected:
  void SetUp() override {
    DriverTest::SetUp();
    step = find(load(kStep), "step");
    word = upload(std::vector<unsigned>{1});
    ASSERT_EQ(cuGraphCreate(&graph, 0), CUDA_SUCCESS);
  }

  using Nodes = std::vector<CUgraphNode>;
  /// word = 2 word + n.
  CUDA_KERNEL_NODE_PARAMS stepParams(unsigned &n) {
    pointers[0] = &word;
    pointers[1] = &n;
    CUDA_KERNEL_NODE_PARAMS params{};
    params.func = step;
    params.gridDimX = params.gridDimY = params.gridDimZ = 1;
    params.blockDimX = params.blockDimY = params.blockDimZ = 1;
    params.kernelParams = pointers;
    return params;
  }
  CUgraphNode addStep(CUgraph to, unsigned n, const Nodes &after = {}) {
    CUgraphNode node = nullptr;
    CUDA_KERNEL_NODE_PARAMS params = stepParams(n);
    EXPECT_EQ(
        cuGraphAddKernelNode(&node, to, after.data(), after.size(), &params),
        CUDA_SUCCESS);
    return node;
  }
  CUgraphExec instantiate(CUgraph from) {
    CUgraphExec exec = nullptr;
    EXPECT_EQ(cuGraphInstantiate(&exec, from, 0), CUDA_SUCCESS);
    return exec;
  }
  /// Runs a graph on a word that is 1.
  unsigned run(CUgraphExec exec) {
    EXPECT_EQ(cuMemsetD32(word, 1, 1), CUDA_SUCCESS);
    EXPECT_EQ(cuGraphLaunch(exec, nullptr), CUDA_SUCCESS);
    EXPECT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
    return download<unsigned>(word, 1)[0];
  }

  CUfunction step = nullptr;
  CUdeviceptr word = 0;
  CUgraph graph = nullptr;
  void *pointers[2] = {};
};
} // namespace

TEST_F(Graphs, DependenciesOrderNodes) {
  // Added in another order than they run in.
  CUgraphNode last = addStep(graph, 3), first = addStep(graph, 1);
  CUgraphNode middle = addStep(graph, 2, {first});
  ASSERT_EQ(cuGraphAddDependencies(graph, &middle, &last, nullptr, 1),
            CUDA_SUCCESS);
  CUgraphExec exec = instantiate(graph);
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(run(exec), ((1u * 2 + 1) * 2 + 2) * 2 + 3);
  // Without it three orders are possible, and all are seen.
  ASSERT_EQ(cuGraphRemoveDependencies(graph, &middle, &last, nullptr, 1),
            CUDA_SUCCESS);
  exec = instantiate(graph);
  std::set<unsigned> results;
  for (int i = 0; i < 64; ++i)
    results.insert(run(exec));
  EXPECT_EQ(results, (std::set<unsigned>{19, 20, 24}));
  // A circle has no order.
  CUgraphNode from[] = {middle, last}, to[] = {last, first};
  ASSERT_EQ(cuGraphAddDependencies(graph, from, to, nullptr, 2), CUDA_SUCCESS);
  EXPECT_EQ(cuGraphInstantiate(&exec, graph, 0), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(Graphs, NodesAndEdges) {
  CUgraphNode a = addStep(graph, 1), b = addStep(graph, 2, {a});
  CUgraphNode c = addStep(graph, 3, {a, b});
  size_t count = 0;
  EXPECT_EQ(cuGraphGetRootNodes(graph, nullptr, &count), CUDA_SUCCESS);
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(cuGraphGetEdges(graph, nullptr, nullptr, nullptr, &count),
            CUDA_SUCCESS);
  ASSERT_EQ(count, 3u);
  CUgraphNode from[3], to[3];
  EXPECT_EQ(cuGraphGetEdges(graph, from, to, nullptr, &count), CUDA_SUCCESS);
  EXPECT_EQ(Nodes(from, from + 3), (Nodes{a, a, b}));
  EXPECT_EQ(Nodes(to, to + 3), (Nodes{b, c, c}));
  count = 2;
  EXPECT_EQ(cuGraphNodeGetDependencies(c, from, nullptr, &count), CUDA_SUCCESS);
  EXPECT_EQ(Nodes(from, from + 2), (Nodes{a, b}));
  EXPECT_EQ(cuGraphNodeGetDependentNodes(a, nullptr, nullptr, &count),
            CUDA_SUCCESS);
  EXPECT_EQ(count, 2u);
  EXPECT_EQ(cuGraphDestroyNode(b), CUDA_SUCCESS);
  EXPECT_EQ(cuGraphNodeGetDependencies(c, nullptr, nullptr, &count),
            CUDA_SUCCESS);
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(run(instantiate(graph)), (1u * 2 + 1) * 2 + 3);
}

TEST_F(Graphs, EveryTypeOfNode) {
  CUdeviceptr other = 0;
  ASSERT_EQ(cuMemAlloc(&other, 64), CUDA_SUCCESS);
  unsigned onHost = 0, calls = 0;
  CUDA_MEMSET_NODE_PARAMS fill{};
  fill.dst = other;
  fill.value = 5;
  fill.elementSize = 4;
  fill.width = fill.height = 1;
  CUgraphNode set = nullptr, copied = nullptr, stepped, back = nullptr,
              called = nullptr, empty = nullptr;
  ASSERT_EQ(cuGraphAddMemsetNode(&set, graph, nullptr, 0, &fill, context),
            CUDA_SUCCESS);
  CUDA_MEMCPY3D copy{};
  copy.srcMemoryType = copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.srcDevice = other;
  copy.dstDevice = word;
  copy.WidthInBytes = 4;
  copy.Height = copy.Depth = 1;
  ASSERT_EQ(cuGraphAddMemcpyNode(&copied, graph, &set, 1, &copy, context),
            CUDA_SUCCESS);
  ASSERT_EQ(cuGraphAddEmptyNode(&empty, graph, &copied, 1), CUDA_SUCCESS);
  stepped = addStep(graph, 7, {empty});
  copy.srcDevice = word;
  copy.dstMemoryType = CU_MEMORYTYPE_HOST;
  copy.dstHost = &onHost;
  ASSERT_EQ(cuGraphAddMemcpyNode(&back, graph, &stepped, 1, &copy, context),
            CUDA_SUCCESS);
  CUDA_HOST_NODE_PARAMS host{
      [](void *data) { ++*static_cast<unsigned *>(data); }, &calls};
  ASSERT_EQ(cuGraphAddHostNode(&called, graph, &back, 1, &host), CUDA_SUCCESS);
  CUgraphExec exec = instantiate(graph);
  run(exec);
  EXPECT_EQ(onHost, 5u * 2 + 7);
  EXPECT_EQ(calls, 1u);

  // What they were made from comes back, and may be changed.
  CUDA_MEMSET_NODE_PARAMS got{};
  EXPECT_EQ(cuGraphMemsetNodeGetParams(set, &got), CUDA_SUCCESS);
  EXPECT_EQ(got.dst, other);
  EXPECT_EQ(got.value, 5u);
  fill.value = 6;
  EXPECT_EQ(cuGraphMemsetNodeSetParams(set, &fill), CUDA_SUCCESS);
  run(exec);
  EXPECT_EQ(onHost, 17u); // instantiated before
  EXPECT_EQ(cuGraphExecMemsetNodeSetParams(exec, set, &fill, context),
            CUDA_SUCCESS);
  run(exec);
  EXPECT_EQ(onHost, 19u);
  EXPECT_EQ(cuGraphNodeSetEnabled(exec, called, 0), CUDA_SUCCESS);
  run(exec);
  EXPECT_EQ(calls, 3u);
  // What is not there cannot be copied.
  copy.srcDevice = word + 4096;
  EXPECT_EQ(cuGraphAddMemcpyNode(&back, graph, nullptr, 0, &copy, context),
            CUDA_ERROR_INVALID_VALUE);
  fill.elementSize = 3;
  EXPECT_EQ(cuGraphAddMemsetNode(&set, graph, nullptr, 0, &fill, context),
            CUDA_ERROR_INVALID_VALUE);
}

TEST_F(Graphs, NodesByOneCall) {
  unsigned n = 4;
  CUgraphNodeParams params{};
  params.type = CU_GRAPH_NODE_TYPE_KERNEL;
  CUDA_KERNEL_NODE_PARAMS kernel = stepParams(n);
  static_assert(sizeof kernel == sizeof params.kernel);
  std::memcpy(&params.kernel, &kernel, sizeof kernel);
  CUgraphNode node = nullptr;
  ASSERT_EQ(cuGraphAddNode(&node, graph, nullptr, nullptr, 0, &params),
            CUDA_SUCCESS);
  n = 100; // the node has its own
  CUgraphExec exec = instantiate(graph);
  EXPECT_EQ(run(exec), 6u);
  EXPECT_EQ(cuGraphExecNodeSetParams(exec, node, &params), CUDA_SUCCESS);
  EXPECT_EQ(run(exec), 102u);
  CUDA_KERNEL_NODE_PARAMS got{};
  EXPECT_EQ(cuGraphKernelNodeGetParams(node, &got), CUDA_SUCCESS);
  EXPECT_EQ(got.func, step);
  EXPECT_EQ(*static_cast<unsigned *>(got.kernelParams[1]), 4u);
  params.type = CU_GRAPH_NODE_TYPE_CONDITIONAL;
  EXPECT_EQ(cuGraphAddNode(&node, graph, nullptr, nullptr, 0, &params),
            CUDA_ERROR_NOT_SUPPORTED);
}

TEST_F(Graphs, KernelParametersAndUpdates) {
  CUgraphNode first = addStep(graph, 1);
  addStep(graph, 2, {first});
  CUgraphExec exec = instantiate(graph);
  unsigned n = 50;
  CUDA_KERNEL_NODE_PARAMS params = stepParams(n);
  EXPECT_EQ(cuGraphExecKernelNodeSetParams(exec, first, &params), CUDA_SUCCESS);
  EXPECT_EQ(run(exec), (1u * 2 + 50) * 2 + 2);
  params.blockDimX = 2000;
  EXPECT_EQ(cuGraphExecKernelNodeSetParams(exec, first, &params),
            CUDA_ERROR_INVALID_VALUE);

  // Another graph of the same shape takes its place.
  CUgraph other = nullptr;
  ASSERT_EQ(cuGraphCreate(&other, 0), CUDA_SUCCESS);
  CUgraphNode otherFirst = addStep(other, 8);
  addStep(other, 9, {otherFirst});
  CUgraphExecUpdateResultInfo info{};
  EXPECT_EQ(cuGraphExecUpdate(exec, other, &info), CUDA_SUCCESS);
  EXPECT_EQ(run(exec), (1u * 2 + 8) * 2 + 9);
  addStep(other, 1);
  EXPECT_EQ(cuGraphExecUpdate(exec, other, &info),
            CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE);
  EXPECT_EQ(info.result, CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED);
  EXPECT_EQ(run(exec), 29u);
}

TEST_F(Graphs, ClonesAndChildren) {
  CUgraphNode first = addStep(graph, 1);
  addStep(graph, 2, {first});
  CUgraph clone = nullptr;
  ASSERT_EQ(cuGraphClone(&clone, graph), CUDA_SUCCESS);
  CUgraphNode twin = nullptr;
  ASSERT_EQ(cuGraphNodeFindInClone(&twin, first, clone), CUDA_SUCCESS);
  unsigned n = 9;
  CUDA_KERNEL_NODE_PARAMS params = stepParams(n);
  ASSERT_EQ(cuGraphKernelNodeSetParams(twin, &params), CUDA_SUCCESS);
  EXPECT_EQ(run(instantiate(graph)), 8u);
  EXPECT_EQ(run(instantiate(clone)), 24u);

  CUgraph parent = nullptr;
  ASSERT_EQ(cuGraphCreate(&parent, 0), CUDA_SUCCESS);
  CUgraphNode one = nullptr, two = nullptr;
  ASSERT_EQ(cuGraphAddChildGraphNode(&one, parent, nullptr, 0, graph),
            CUDA_SUCCESS);
  ASSERT_EQ(cuGraphAddChildGraphNode(&two, parent, &one, 1, clone),
            CUDA_SUCCESS);
  // The node has a graph of its own.
  CUgraph inside = nullptr;
  EXPECT_EQ(cuGraphChildGraphNodeGetGraph(two, &inside), CUDA_SUCCESS);
  EXPECT_NE(inside, clone);
  EXPECT_EQ(cuGraphDestroy(graph), CUDA_SUCCESS);
  EXPECT_EQ(cuGraphDestroy(graph), CUDA_ERROR_INVALID_HANDLE);
  CUgraphExec exec = instantiate(parent);
  EXPECT_EQ(run(exec), (8u * 2 + 9) * 2 + 2);
  EXPECT_EQ(cuGraphExecChildGraphNodeSetParams(exec, one, clone), CUDA_SUCCESS);
  EXPECT_EQ(run(exec), (24u * 2 + 9) * 2 + 2);
}

TEST_F(Graphs, Events) {
  CUevent before = nullptr, after = nullptr;
  ASSERT_EQ(cuEventCreate(&before, 0), CUDA_SUCCESS);
  ASSERT_EQ(cuEventCreate(&after, 0), CUDA_SUCCESS);
  CUstream stream = nullptr;
  ASSERT_EQ(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
  CUgraphNode waits = nullptr, marks = nullptr;
  ASSERT_EQ(cuGraphAddEventWaitNode(&waits, graph, nullptr, 0, before),
            CUDA_SUCCESS);
  CUgraphNode stepped = addStep(graph, 3, {waits});
  ASSERT_EQ(cuGraphAddEventRecordNode(&marks, graph, &stepped, 1, after),
            CUDA_SUCCESS);
  CUgraphExec exec = instantiate(graph);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(cuMemsetD32Async(word, 10, 1, stream), CUDA_SUCCESS);
    ASSERT_EQ(cuEventRecord(before, stream), CUDA_SUCCESS);
    ASSERT_EQ(cuGraphLaunch(exec, nullptr), CUDA_SUCCESS);
    ASSERT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
    EXPECT_EQ(cuEventQuery(after), CUDA_SUCCESS);
    EXPECT_EQ(download<unsigned>(word, 1)[0], 23u);
  }
  cuStreamDestroy(stream);
  cuEventDestroy(before);
  cuEventDestroy(after);
}

TEST_F(Graphs, NodesOfACapture) {
  CUstream stream = nullptr;
  ASSERT_EQ(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
  ASSERT_EQ(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_SUCCESS);
  ASSERT_EQ(cuMemsetD32Async(word, 2, 1, stream), CUDA_SUCCESS);
  CUstreamCaptureStatus status;
  cuuint64_t number = 0;
  CUgraph under = nullptr, done = nullptr;
  const CUgraphNode *frontier = nullptr;
  size_t count = 0;
  ASSERT_EQ(cuStreamGetCaptureInfo(stream, &status, &number, &under, &frontier,
                                   nullptr, &count),
            CUDA_SUCCESS);
  EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_ACTIVE);
  EXPECT_NE(number, 0u);
  ASSERT_EQ(count, 1u);
  // A node of one's own in the midst of it.
  CUgraphNode mine = addStep(under, 5, {frontier[0]});
  ASSERT_EQ(cuStreamUpdateCaptureDependencies(
                stream, &mine, nullptr, 1, CU_STREAM_SET_CAPTURE_DEPENDENCIES),
            CUDA_SUCCESS);
  unsigned n = 1;
  stepParams(n);
  ASSERT_EQ(
      cuLaunchKernel(step, 1, 1, 1, 1, 1, 1, 0, stream, pointers, nullptr),
      CUDA_SUCCESS);
  ASSERT_EQ(cuStreamEndCapture(stream, &done), CUDA_SUCCESS);
  EXPECT_EQ(done, under);
  EXPECT_EQ(run(instantiate(done)), (2u * 2 + 5) * 2 + 1);
  cuStreamDestroy(stream);
}
