//===- ThreadsTest.cpp - The driver interface from several threads --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the driver promises to be safe, done at the same time; for
// ThreadSanitizer (preset tsan), and with results of its own everywhere.
//
//===----------------------------------------------------------------------===//

#include "DriverFixture.h"

#include <atomic>
#include <thread>

using namespace brt::emu::test;

namespace {
constexpr unsigned kThreads = 6;

/// Calls `body` with the number of each thread.
template <class Body>
void together(Body body) {
  std::atomic<unsigned> ready{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      ++ready;
      while (ready < kThreads)
        std::this_thread::yield();
      body(t);
    });
  for (std::thread &thread : threads)
    thread.join();
}

class Threads : public DriverTest {
protected:
  void step(CUfunction function, CUstream stream, CUdeviceptr word,
            unsigned n) {
    void *pointers[] = {&word, &n};
    ASSERT_EQ(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, stream, pointers,
                             nullptr),
              CUDA_SUCCESS);
  }

  /// Calls `body(number, stream)` in threads that share the context.
  template <class Body>
  void onStreams(Body body) {
    together([&](unsigned t) {
      ASSERT_EQ(cuCtxSetCurrent(context), CUDA_SUCCESS);
      CUstream stream = nullptr;
      ASSERT_EQ(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
      body(t, stream);
      EXPECT_EQ(cuStreamSynchronize(stream), CUDA_SUCCESS);
      EXPECT_EQ(cuStreamDestroy(stream), CUDA_SUCCESS);
    });
  }
};
} // namespace

TEST(FirstCalls, FromAllThreads) {
  together([](unsigned) {
    CUdevice device = 0;
    CUcontext primary = nullptr;
    ASSERT_EQ(cuInit(0), CUDA_SUCCESS);
    ASSERT_EQ(cuDeviceGet(&device, 0), CUDA_SUCCESS);
    ASSERT_EQ(cuDevicePrimaryCtxRetain(&primary, device), CUDA_SUCCESS);
    ASSERT_EQ(cuCtxSetCurrent(primary), CUDA_SUCCESS);
    CUdeviceptr word = 0;
    ASSERT_EQ(cuMemAlloc(&word, sizeof(unsigned)), CUDA_SUCCESS);
    EXPECT_EQ(cuMemsetD32(word, 1, 1), CUDA_SUCCESS);
    EXPECT_EQ(cuMemFree(word), CUDA_SUCCESS);
    EXPECT_EQ(cuDevicePrimaryCtxRelease(device), CUDA_SUCCESS);
  });
}

TEST_F(Threads, LoadAndUnload) {
  onStreams([&](unsigned t, CUstream stream) {
    CUdeviceptr word = upload(std::vector<unsigned>{1});
    for (unsigned i = 0; i < 8; ++i) {
      CUmodule module = load(kStep), bad = nullptr;
      step(find(module, "step"), stream, word, 0);
      EXPECT_EQ(cuModuleLoadData(&bad, ".version 8.0\nno PTX"),
                CUDA_ERROR_INVALID_PTX);
      EXPECT_EQ(cuStreamSynchronize(stream), CUDA_SUCCESS);
      EXPECT_EQ(cuModuleUnload(module), CUDA_SUCCESS);
    }
    EXPECT_EQ(download<unsigned>(word, 1)[0], 256u);
    EXPECT_EQ(cuMemFree(word), CUDA_SUCCESS);
  });
}

TEST_F(Threads, OneFunctionForAll) {
  CUfunction function = find(load(kStep), "step");
  onStreams([&](unsigned t, CUstream stream) {
    CUdeviceptr word = upload(std::vector<unsigned>{0});
    int value = 0;
    size_t available = 0, total = 0;
    for (unsigned i = 0; i < 100; ++i) {
      EXPECT_EQ(cuFuncSetAttribute(
                    function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                    static_cast<int>(1024 * (t + 1))),
                CUDA_SUCCESS);
      step(function, stream, word, t);
      EXPECT_EQ(cuFuncGetAttribute(
                    &value, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                    function),
                CUDA_SUCCESS);
      EXPECT_EQ(value % 1024, 0);
      EXPECT_EQ(cuMemGetInfo(&available, &total), CUDA_SUCCESS);
    }
    EXPECT_EQ(cuStreamSynchronize(stream), CUDA_SUCCESS);
    EXPECT_EQ(download<unsigned>(word, 1)[0], 0u - t); // t (2^100 - 1)
  });
}

/// Each thread's stream waits for its neighbour's, in both directions.
TEST_F(Threads, EventsOfOtherThreads) {
  CUfunction function = find(load(kStep), "step");
  CUevent events[kThreads];
  for (CUevent &event : events)
    ASSERT_EQ(cuEventCreate(&event, 0), CUDA_SUCCESS);
  onStreams([&](unsigned t, CUstream stream) {
    CUdeviceptr word = upload(std::vector<unsigned>{0});
    CUevent before = events[(t + kThreads - 1) % kThreads],
            after = events[(t + 1) % kThreads];
    for (unsigned i = 0; i < 20; ++i) {
      step(function, stream, word, 1);
      EXPECT_EQ(cuEventRecord(events[t], stream), CUDA_SUCCESS);
      EXPECT_EQ(cuStreamWaitEvent(stream, i % 2 ? before : after, 0),
                CUDA_SUCCESS);
      CUresult state = cuEventQuery(before);
      EXPECT_TRUE(state == CUDA_SUCCESS || state == CUDA_ERROR_NOT_READY);
      if (i % 5 == 0) {
        EXPECT_EQ(cuEventSynchronize(after), CUDA_SUCCESS);
      }
    }
    EXPECT_EQ(cuStreamSynchronize(stream), CUDA_SUCCESS);
    EXPECT_EQ(download<unsigned>(word, 1)[0], (1u << 20) - 1);
  });
  for (CUevent event : events)
    EXPECT_EQ(cuEventDestroy(event), CUDA_SUCCESS);
}

TEST_F(Threads, OnePoolAndHostFunctions) {
  CUfunction function = find(load(kStep), "step");
  CUmemoryPool pool = nullptr;
  CUmemPoolProps properties{};
  ASSERT_EQ(cuMemPoolCreate(&pool, &properties), CUDA_SUCCESS);
  std::atomic<unsigned> calls{0};
  onStreams([&](unsigned t, CUstream stream) {
    void *pinned = nullptr;
    ASSERT_EQ(cuMemAllocHost(&pinned, sizeof(unsigned)), CUDA_SUCCESS);
    for (unsigned i = 0; i < 10; ++i) {
      CUdeviceptr piece = 0;
      ASSERT_EQ(cuMemAllocFromPoolAsync(&piece, 64, pool, stream),
                CUDA_SUCCESS);
      EXPECT_EQ(cuMemsetD32Async(piece, t, 1, stream), CUDA_SUCCESS);
      step(function, stream, piece, i);
      EXPECT_EQ(cuMemcpyDtoHAsync(pinned, piece, sizeof(unsigned), stream),
                CUDA_SUCCESS);
      EXPECT_EQ(cuLaunchHostFunc(
                    stream,
                    [](void *count) {
                      ++*static_cast<std::atomic<unsigned> *>(count);
                    },
                    &calls),
                CUDA_SUCCESS);
      EXPECT_EQ(cuMemFreeAsync(piece, stream), CUDA_SUCCESS);
      EXPECT_EQ(cuStreamSynchronize(stream), CUDA_SUCCESS);
      EXPECT_EQ(*static_cast<unsigned *>(pinned), 2 * t + i);
    }
    EXPECT_EQ(cuMemFreeHost(pinned), CUDA_SUCCESS);
  });
  EXPECT_EQ(calls, 10 * kThreads);
  cuuint64_t used = 1;
  EXPECT_EQ(
      cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_USED_MEM_CURRENT, &used),
      CUDA_SUCCESS);
  EXPECT_EQ(used, 0u);
  EXPECT_EQ(cuMemPoolDestroy(pool), CUDA_SUCCESS);
}

/// Graphs made in each thread, and one that all of them launch.
TEST_F(Threads, Graphs) {
  CUfunction function = find(load(kStep), "step");
  CUdeviceptr sum = upload(std::vector<unsigned>{1});
  CUstream capturing = nullptr;
  CUgraph common = nullptr;
  CUgraphExec commonExec = nullptr;
  ASSERT_EQ(cuStreamCreate(&capturing, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
  ASSERT_EQ(cuStreamBeginCapture(capturing, CU_STREAM_CAPTURE_MODE_RELAXED),
            CUDA_SUCCESS);
  step(function, capturing, sum, 0);
  ASSERT_EQ(cuStreamEndCapture(capturing, &common), CUDA_SUCCESS);
  ASSERT_EQ(cuGraphInstantiate(&commonExec, common, 0), CUDA_SUCCESS);
  onStreams([&](unsigned t, CUstream stream) {
    CUdeviceptr word = upload(std::vector<unsigned>{t});
    ASSERT_EQ(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_RELAXED),
              CUDA_SUCCESS);
    step(function, stream, word, 1);
    step(function, stream, word, 2);
    CUgraph graph = nullptr;
    CUgraphExec exec = nullptr;
    ASSERT_EQ(cuStreamEndCapture(stream, &graph), CUDA_SUCCESS);
    ASSERT_EQ(cuGraphInstantiate(&exec, graph, 0), CUDA_SUCCESS);
    EXPECT_EQ(cuGraphLaunch(exec, stream), CUDA_SUCCESS);
    EXPECT_EQ(cuGraphLaunch(commonExec, stream), CUDA_SUCCESS);
    EXPECT_EQ(cuGraphLaunch(exec, stream), CUDA_SUCCESS);
    EXPECT_EQ(cuGraphExecDestroy(exec), CUDA_SUCCESS);
    EXPECT_EQ(cuGraphDestroy(graph), CUDA_SUCCESS);
    EXPECT_EQ(cuStreamSynchronize(stream), CUDA_SUCCESS);
    EXPECT_EQ(download<unsigned>(word, 1)[0], (4 * t + 4) * 4 + 4);
  });
  EXPECT_EQ(download<unsigned>(sum, 1)[0], 1u << kThreads);
  EXPECT_EQ(cuGraphExecDestroy(commonExec), CUDA_SUCCESS);
  EXPECT_EQ(cuGraphDestroy(common), CUDA_SUCCESS);
  EXPECT_EQ(cuStreamDestroy(capturing), CUDA_SUCCESS);
}
