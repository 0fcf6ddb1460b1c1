//===- StreamTest.cpp - Streams, events, graphs, pools --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DriverFixture.h"

#include <atomic>
#include <chrono>
#include <thread>

using namespace brt::emu::test;

namespace {
class Streams : public DriverTest {
protected:
  void SetUp() override {
    DriverTest::SetUp();
    step = find(load(kStep), "step");
    ASSERT_EQ(cuStreamCreate(&a, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
    ASSERT_EQ(cuStreamCreate(&b, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
    word = upload(std::vector<unsigned>{1});
  }
  void TearDown() override {
    EXPECT_EQ(cuStreamDestroy(a), CUDA_SUCCESS);
    EXPECT_EQ(cuStreamDestroy(b), CUDA_SUCCESS);
    DriverTest::TearDown();
  }

  void launch(CUstream stream, unsigned n) {
    void *pointers[] = {&word, &n};
    ASSERT_EQ(
        cuLaunchKernel(step, 1, 1, 1, 1, 1, 1, 0, stream, pointers, nullptr),
        CUDA_SUCCESS);
  }

  /// A stream stops here until `gate` is opened.
  struct Gate {
    std::atomic<bool> open{false};
    static void wait(void *gate) {
      while (!static_cast<Gate *>(gate)->open)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  void close(CUstream stream, Gate &gate) {
    ASSERT_EQ(cuLaunchHostFunc(stream, Gate::wait, &gate), CUDA_SUCCESS);
  }

  CUevent event(CUstream stream) {
    CUevent made = nullptr;
    EXPECT_EQ(cuEventCreate(&made, 0), CUDA_SUCCESS);
    EXPECT_EQ(cuEventRecord(made, stream), CUDA_SUCCESS);
    return made;
  }

  CUfunction step = nullptr;
  CUstream a = nullptr, b = nullptr;
  CUdeviceptr word = 0;
};
} // namespace

TEST_F(Streams, CallsReturnBeforeTheWorkIsDone) {
  Gate gate;
  close(a, gate);
  launch(a, 1);
  CUevent after = event(a);
  EXPECT_EQ(cuStreamQuery(a), CUDA_ERROR_NOT_READY);
  EXPECT_EQ(cuEventQuery(after), CUDA_ERROR_NOT_READY);
  // Another stream does not wait for it.
  launch(b, 0);
  EXPECT_EQ(cuStreamSynchronize(b), CUDA_SUCCESS);
  EXPECT_EQ(cuStreamQuery(a), CUDA_ERROR_NOT_READY);
  gate.open = true;
  EXPECT_EQ(cuEventSynchronize(after), CUDA_SUCCESS);
  EXPECT_EQ(cuStreamQuery(a), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 5u);
  EXPECT_EQ(cuEventDestroy(after), CUDA_SUCCESS);
}

TEST_F(Streams, EventsOrderStreams) {
  for (int i = 0; i < 20; ++i) {
    Gate gate;
    unsigned one = 1;
    ASSERT_EQ(cuMemcpyHtoD(word, &one, sizeof one), CUDA_SUCCESS);
    close(a, gate);
    launch(a, 1); // 3
    CUevent first = event(a);
    ASSERT_EQ(cuStreamWaitEvent(b, first, 0), CUDA_SUCCESS);
    launch(b, 10); // 16
    CUevent second = event(b);
    ASSERT_EQ(cuStreamWaitEvent(a, second, 0), CUDA_SUCCESS);
    launch(a, 100); // 132
    gate.open = true;
    ASSERT_EQ(cuStreamSynchronize(a), CUDA_SUCCESS);
    ASSERT_EQ(download<unsigned>(word, 1)[0], 132u);
    float milliseconds = -1;
    ASSERT_EQ(cuEventElapsedTime(&milliseconds, first, second), CUDA_SUCCESS);
    EXPECT_GE(milliseconds, 0);
    cuEventDestroy(first);
    cuEventDestroy(second);
  }
}

TEST_F(Streams, TheLegacyStreamOrdersBlockingOnes) {
  CUstream blocking = nullptr;
  ASSERT_EQ(cuStreamCreate(&blocking, CU_STREAM_DEFAULT), CUDA_SUCCESS);
  Gate gate;
  close(blocking, gate);
  launch(blocking, 1); // 3
  launch(nullptr, 10); // 16
  launch(blocking, 5); // 37
  EXPECT_EQ(cuStreamQuery(nullptr), CUDA_ERROR_NOT_READY);
  gate.open = true;
  EXPECT_EQ(cuStreamSynchronize(blocking), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 37u);
  EXPECT_EQ(cuStreamDestroy(blocking), CUDA_SUCCESS);
}

TEST_F(Streams, CopiesKeepTheirPlace) {
  void *pinned = nullptr;
  ASSERT_EQ(cuMemAllocHost(&pinned, sizeof(unsigned)), CUDA_SUCCESS);
  auto *there = static_cast<unsigned *>(pinned);
  *there = 7;
  unsigned here = 7;
  Gate gate;
  close(a, gate);
  // Pinned memory is read when the stream comes to it, other memory at once.
  ASSERT_EQ(cuMemcpyHtoDAsync(word, there, sizeof *there, a), CUDA_SUCCESS);
  *there = 20;
  launch(a, 1); // 41
  ASSERT_EQ(cuMemcpyDtoHAsync(there, word, sizeof *there, a), CUDA_SUCCESS);
  ASSERT_EQ(cuMemcpyHtoDAsync(word, &here, sizeof here, a), CUDA_SUCCESS);
  here = 99;
  launch(a, 2); // 16
  gate.open = true;
  ASSERT_EQ(cuStreamSynchronize(a), CUDA_SUCCESS);
  EXPECT_EQ(*there, 41u);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 16u);
  EXPECT_EQ(cuMemFreeHost(pinned), CUDA_SUCCESS);
}

TEST_F(Streams, AFaultStopsWhatFollows) {
  CUdeviceptr wild = word + 64;
  unsigned n = 1;
  void *pointers[] = {&wild, &n};
  Gate gate;
  close(a, gate);
  ASSERT_EQ(cuLaunchKernel(step, 1, 1, 1, 1, 1, 1, 0, a, pointers, nullptr),
            CUDA_SUCCESS);
  launch(a, 1);
  gate.open = true;
  EXPECT_EQ(cuStreamSynchronize(a), CUDA_ERROR_ILLEGAL_ADDRESS);
  unsigned value = 0;
  CUctxCreateParams *none = nullptr;
  CUcontext other = nullptr;
  ASSERT_EQ(cuCtxCreate(&other, none, 0, device), CUDA_SUCCESS);
  EXPECT_EQ(cuMemcpyDtoH(&value, word, sizeof value), CUDA_SUCCESS);
  EXPECT_EQ(value, 1u);
  cuCtxDestroy(other);
}

TEST_F(Streams, DestroyedStreamsFinish) {
  CUstream brief = nullptr;
  ASSERT_EQ(cuStreamCreate(&brief, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
  Gate gate;
  close(brief, gate);
  launch(brief, 1);
  EXPECT_EQ(cuStreamDestroy(brief), CUDA_SUCCESS);
  EXPECT_EQ(cuStreamSynchronize(brief), CUDA_ERROR_INVALID_HANDLE);
  gate.open = true;
  EXPECT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 3u);
}

TEST_F(Streams, CapturedGraphs) {
  ASSERT_EQ(cuStreamBeginCapture(a, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_SUCCESS);
  launch(a, 1);
  CUevent fork = event(a);
  ASSERT_EQ(cuStreamWaitEvent(b, fork, 0), CUDA_SUCCESS);
  launch(b, 10);
  CUevent join = event(b);
  CUstreamCaptureStatus status;
  EXPECT_EQ(cuStreamIsCapturing(b, &status), CUDA_SUCCESS);
  EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_ACTIVE);
  EXPECT_EQ(cuEventQuery(fork), CUDA_ERROR_CAPTURED_EVENT);
  ASSERT_EQ(cuStreamWaitEvent(a, join, 0), CUDA_SUCCESS);
  launch(a, 100);
  CUgraph graph = nullptr;
  ASSERT_EQ(cuStreamEndCapture(a, &graph), CUDA_SUCCESS);
  EXPECT_EQ(cuStreamIsCapturing(b, &status), CUDA_SUCCESS);
  EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_NONE);
  // Nothing ran yet.
  EXPECT_EQ(download<unsigned>(word, 1)[0], 1u);
  size_t count = 0;
  EXPECT_EQ(cuGraphGetNodes(graph, nullptr, &count), CUDA_SUCCESS);
  EXPECT_EQ(count, 3u);
  std::vector<CUgraphNode> nodes(count);
  EXPECT_EQ(cuGraphGetNodes(graph, nodes.data(), &count), CUDA_SUCCESS);
  CUgraphNodeType type;
  EXPECT_EQ(cuGraphNodeGetType(nodes[1], &type), CUDA_SUCCESS);
  EXPECT_EQ(type, CU_GRAPH_NODE_TYPE_KERNEL);

  CUgraphExec exec = nullptr;
  ASSERT_EQ(cuGraphInstantiate(&exec, graph, 0), CUDA_SUCCESS);
  EXPECT_EQ(cuGraphDestroy(graph), CUDA_SUCCESS);
  ASSERT_EQ(cuGraphLaunch(exec, a), CUDA_SUCCESS); // 1 -> 132
  ASSERT_EQ(cuGraphLaunch(exec, a), CUDA_SUCCESS); // 132 -> 1180
  ASSERT_EQ(cuStreamSynchronize(a), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 1180u);
  EXPECT_EQ(cuGraphExecDestroy(exec), CUDA_SUCCESS);
  cuEventDestroy(fork);
  cuEventDestroy(join);
}

TEST_F(Streams, CapturesThatDoNotHold) {
  CUgraph graph = nullptr;
  EXPECT_EQ(cuStreamBeginCapture(nullptr, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
  EXPECT_EQ(cuStreamEndCapture(a, &graph), CUDA_ERROR_INVALID_VALUE);
  // Waiting breaks a capture.
  ASSERT_EQ(cuStreamBeginCapture(a, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_SUCCESS);
  launch(a, 1);
  EXPECT_EQ(cuStreamSynchronize(a), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  EXPECT_EQ(cuStreamEndCapture(a, &graph),
            CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  // A stream that joined has to come back.
  ASSERT_EQ(cuStreamBeginCapture(a, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_SUCCESS);
  launch(a, 1);
  CUevent fork = event(a);
  ASSERT_EQ(cuStreamWaitEvent(b, fork, 0), CUDA_SUCCESS);
  launch(b, 1);
  EXPECT_EQ(cuStreamEndCapture(b, &graph), CUDA_ERROR_STREAM_CAPTURE_UNMATCHED);
  EXPECT_EQ(cuStreamEndCapture(a, &graph), CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
  EXPECT_EQ(graph, nullptr);
  // And an event from outside cannot be waited for.
  CUevent outside = event(b);
  ASSERT_EQ(cuStreamBeginCapture(a, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_SUCCESS);
  EXPECT_EQ(cuStreamWaitEvent(a, outside, 0),
            CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
  EXPECT_EQ(cuStreamEndCapture(a, &graph),
            CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  launch(a, 1);
  EXPECT_EQ(cuStreamSynchronize(a), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 3u);
  cuEventDestroy(fork);
  cuEventDestroy(outside);
}

TEST_F(Streams, Pools) {
  CUmemoryPool pool = nullptr, standard = nullptr;
  CUmemPoolProps properties{};
  ASSERT_EQ(cuMemPoolCreate(&pool, &properties), CUDA_SUCCESS);
  ASSERT_EQ(cuDeviceGetDefaultMemPool(&standard, device), CUDA_SUCCESS);
  EXPECT_NE(pool, standard);
  cuuint64_t threshold = 1 << 20, got = 0;
  EXPECT_EQ(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD,
                                  &threshold),
            CUDA_SUCCESS);
  EXPECT_EQ(
      cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &got),
      CUDA_SUCCESS);
  EXPECT_EQ(got, threshold);

  CUdeviceptr piece = 0;
  ASSERT_EQ(cuMemAllocFromPoolAsync(&piece, 1000, pool, a), CUDA_SUCCESS);
  EXPECT_EQ(cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_USED_MEM_CURRENT, &got),
            CUDA_SUCCESS);
  EXPECT_EQ(got, 1000u);
  ASSERT_EQ(cuMemsetD32Async(piece, 5, 250, a), CUDA_SUCCESS);
  // Used before it goes, and gone for what comes after.
  ASSERT_EQ(cuMemcpyDtoDAsync(word, piece, sizeof(unsigned), a), CUDA_SUCCESS);
  ASSERT_EQ(cuMemFreeAsync(piece, a), CUDA_SUCCESS);
  ASSERT_EQ(cuStreamSynchronize(a), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(word, 1)[0], 5u);
  EXPECT_EQ(cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_USED_MEM_CURRENT, &got),
            CUDA_SUCCESS);
  EXPECT_EQ(got, 0u);
  EXPECT_EQ(cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_USED_MEM_HIGH, &got),
            CUDA_SUCCESS);
  EXPECT_EQ(got, 1000u);
  EXPECT_EQ(cuMemFreeAsync(piece, a), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemPoolDestroy(pool), CUDA_SUCCESS);
  EXPECT_EQ(cuMemPoolTrimTo(pool, 0), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(Streams, ManyThreadsAndContexts) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      CUcontext own = nullptr;
      CUctxCreateParams *none = nullptr;
      ASSERT_EQ(cuCtxCreate(&own, none, 0, device), CUDA_SUCCESS);
      CUmodule module = load(kStep);
      CUfunction function = find(module, "step");
      CUstream stream = nullptr;
      ASSERT_EQ(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
      CUdeviceptr mine = upload(std::vector<unsigned>{0});
      unsigned expected = 0;
      for (int i = 0; i < 50; ++i) {
        unsigned n = static_cast<unsigned>(t + i);
        expected = 2 * expected + n;
        void *pointers[] = {&mine, &n};
        ASSERT_EQ(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, stream,
                                 pointers, nullptr),
                  CUDA_SUCCESS);
        if (i % 10 == 0) {
          CUdeviceptr scratch = upload(std::vector<unsigned>{1});
          ASSERT_EQ(cuMemFree(scratch), CUDA_SUCCESS);
        }
      }
      ASSERT_EQ(cuStreamSynchronize(stream), CUDA_SUCCESS);
      EXPECT_EQ(download<unsigned>(mine, 1)[0], expected);
      cuStreamDestroy(stream);
      cuModuleUnload(module);
      cuCtxDestroy(own);
    });
  for (std::thread &thread : threads)
    thread.join();
}
