//===- ConcurrentKernelsTest.cpp - Kernels of several streams -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of kernels/concurrent.cu that go on only if another stream's kernel
// or copy, or the host, writes what they wait for.
//
//===----------------------------------------------------------------------===//

#include "DriverFixture.h"

#include <atomic>
#include <chrono>
#include <new>
#include <thread>

using namespace brt::emu::test;

namespace {
class ConcurrentKernels : public DriverTest {
protected:
  void SetUp() override {
    DriverTest::SetUp();
    module = loadCompiled("concurrent");
    if (!module)
      GTEST_SKIP() << "nvcc was not found when the tests were built";
    for (CUstream &stream : streams)
      ASSERT_EQ(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
  }

  template <class... Args>
  void launch(const char *name, CUstream stream, Extent grid, Extent block,
              Args... args) {
    void *pointers[] = {static_cast<void *>(&args)...};
    ASSERT_EQ(cuLaunchKernel(find(module, name), grid.x, grid.y, grid.z,
                             block.x, block.y, block.z, 0, stream, pointers,
                             nullptr),
              CUDA_SUCCESS);
  }

  /// Mapped memory of one word, which is zero.
  std::atomic<int> *pin(CUdeviceptr &address) {
    void *pinned = nullptr;
    EXPECT_EQ(cuMemHostAlloc(&pinned, sizeof(int), CU_MEMHOSTALLOC_DEVICEMAP),
              CUDA_SUCCESS);
    EXPECT_EQ(cuMemHostGetDevicePointer(&address, pinned, 0), CUDA_SUCCESS);
    return new (pinned) std::atomic<int>(0);
  }

  static unsigned sumOf(int rounds) {
    unsigned sum = 1;
    for (int turn = 0; turn < 2 * rounds; ++turn)
      sum = 3 * sum + turn % 2;
    return sum;
  }

  CUmodule module = nullptr;
  CUstream streams[3] = {};
};
} // namespace

TEST_F(ConcurrentKernels, HandAFlagBothWays) {
  for (unsigned blocks : {1u, 5u}) {
    int rounds = 20;
    CUdeviceptr turn = upload(std::vector<int>{0}),
                sum = upload(std::vector<unsigned>{1});
    launch("takeTurns", streams[0], {blocks}, {64}, turn, sum, 1, rounds);
    launch("takeTurns", streams[1], {blocks}, {64}, turn, sum, 0, rounds);
    ASSERT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
    EXPECT_EQ(download<unsigned>(sum, 1)[0], sumOf(rounds));
  }
}

TEST_F(ConcurrentKernels, AGraphTakesTurnsWithAKernel) {
  int rounds = 5;
  CUdeviceptr turn = upload(std::vector<int>{0}),
              sum = upload(std::vector<unsigned>{1});
  CUgraph graph = nullptr;
  CUgraphExec exec = nullptr;
  ASSERT_EQ(cuStreamBeginCapture(streams[0], CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_SUCCESS);
  launch("takeTurns", streams[0], {2}, {32}, turn, sum, 1, rounds);
  ASSERT_EQ(cuMemsetD32Async(turn, 0, 1, streams[0]), CUDA_SUCCESS);
  ASSERT_EQ(cuStreamEndCapture(streams[0], &graph), CUDA_SUCCESS);
  ASSERT_EQ(cuGraphInstantiate(&exec, graph, 0), CUDA_SUCCESS);
  ASSERT_EQ(cuGraphLaunch(exec, streams[0]), CUDA_SUCCESS);
  launch("takeTurns", streams[1], {2}, {32}, turn, sum, 0, rounds);
  ASSERT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(sum, 1)[0], sumOf(rounds));
  EXPECT_EQ(download<int>(turn, 1)[0], 0);
  cuGraphExecDestroy(exec);
  cuGraphDestroy(graph);
}

TEST_F(ConcurrentKernels, StreamsAndEventsStillOrder) {
  CUdeviceptr flag = 0, got = upload(std::vector<int>{0, 0});
  std::atomic<int> *word = pin(flag);
  launch("waitFor", streams[0], {1}, {1}, flag, 0, got);
  CUevent after = nullptr;
  ASSERT_EQ(cuEventCreate(&after, 0), CUDA_SUCCESS);
  ASSERT_EQ(cuEventRecord(after, streams[0]), CUDA_SUCCESS);
  // Behind it in its own stream, and behind the event in another.
  launch("waitFor", streams[0], {1}, {1}, flag, 1, got);
  ASSERT_EQ(cuStreamWaitEvent(streams[1], after, 0), CUDA_SUCCESS);
  ASSERT_EQ(cuMemcpyDtoDAsync(got + sizeof(int), got, sizeof(int), streams[1]),
            CUDA_SUCCESS);
  EXPECT_EQ(cuEventQuery(after), CUDA_ERROR_NOT_READY);
  *word = 1;
  ASSERT_EQ(cuStreamSynchronize(streams[1]), CUDA_SUCCESS);
  EXPECT_EQ(cuStreamQuery(streams[0]), CUDA_ERROR_NOT_READY);
  *word = 2;
  ASSERT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
  EXPECT_EQ(download<int>(got, 2), (std::vector<int>{2, 1}));
  cuEventDestroy(after);
}

TEST_F(ConcurrentKernels, WaitForTheHost) {
  CUdeviceptr flag = 0, got = upload(std::vector<int>(3));
  std::atomic<int> *word = pin(flag);
  launch("waitFor", streams[0], {3}, {1}, flag, 0, got);
  std::thread host([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    *word = 7;
  });
  EXPECT_EQ(cuStreamSynchronize(streams[0]), CUDA_SUCCESS);
  host.join();
  EXPECT_EQ(download<int>(got, 3), std::vector<int>(3, 7));
}

TEST_F(ConcurrentKernels, WaitForACopyOfAnotherStream) {
  CUdeviceptr flag = upload(std::vector<int>{0}),
              got = upload(std::vector<int>{0});
  launch("waitFor", streams[0], {1}, {1}, flag, 0, got);
  EXPECT_EQ(cuStreamQuery(streams[0]), CUDA_ERROR_NOT_READY);
  ASSERT_EQ(cuMemsetD32Async(flag, 9, 1, streams[1]), CUDA_SUCCESS);
  ASSERT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
  EXPECT_EQ(download<int>(got, 1)[0], 9);
}

TEST_F(ConcurrentKernels, WaitForEachOther) {
  CUdeviceptr flags = upload(std::vector<int>{0, 0}),
              got = upload(std::vector<int>{0});
  // Each would set the flag of the other, once its own is set.
  launch("waitFor", streams[0], {1}, {1}, flags, 0, flags + sizeof(int));
  launch("waitFor", streams[1], {1}, {1}, flags + sizeof(int), 0, flags);
  launch("waitFor", streams[2], {1}, {1}, flags, 0, got);
  testing::internal::CaptureStderr();
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
  std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("deadlock: waitFor, line "), std::string::npos) << said;
  // The others went down with the context, without findings of their own.
  EXPECT_EQ(said.find("deadlock", said.find("deadlock") + 1), std::string::npos)
      << said;
}

TEST_F(ConcurrentKernels, NeverDoneHoweverOftenTheHostAsks) {
  CUdeviceptr flag = upload(std::vector<int>{0}),
              got = upload(std::vector<int>{0});
  launch("waitFor", streams[0], {1}, {1}, flag, 0, got);
  CUresult state = CUDA_ERROR_NOT_READY;
  while ((state = cuStreamQuery(streams[0])) == CUDA_ERROR_NOT_READY)
    std::this_thread::yield();
  EXPECT_EQ(state, CUDA_ERROR_LAUNCH_FAILED);
}

TEST_F(ConcurrentKernels, AFaultEndsTheOthers) {
  CUdeviceptr flag = upload(std::vector<int>{0}),
              got = upload(std::vector<int>{0});
  launch("waitFor", streams[0], {1}, {1}, flag, 0, got);
  launch("fault", streams[1], {1}, {1}, flag);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
}
