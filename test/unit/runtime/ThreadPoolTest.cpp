//===- ThreadPoolTest.cpp - Loops of compiled code ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt-c/Program.h"
#include "brt/runtime/Threads.h"
#include <atomic>
#include <gtest/gtest.h>
#include <sched.h>
#include <thread>
#include <vector>

using namespace brt::rt;

/// How often each index of a loop is visited.
static std::vector<int> visit(int64_t count) {
  std::vector<int> visits(count);
  brt_parallel_for(
      count,
      [](int64_t i, void *context) {
        ++(*static_cast<std::vector<int> *>(context))[i];
      },
      &visits);
  return visits;
}

TEST(ThreadPool, VisitsEveryIndexOnce) {
  for (unsigned threads : {1, 2, 3, 7}) {
    setThreadCount(threads);
    EXPECT_EQ(getThreadCount(), threads);
    for (int64_t count : {0, 1, 2, 3, 6, 7, 8, 1000})
      EXPECT_EQ(visit(count), std::vector<int>(count, 1))
          << count << " on " << threads;
  }
}

TEST(ThreadPool, RunsManyShortLoops) {
  setThreadCount(4);
  std::vector<int64_t> sums(8);
  for (int round = 0; round < 2000; ++round)
    brt_parallel_for(
        8,
        [](int64_t i, void *context) {
          static_cast<int64_t *>(context)[i] += i;
        },
        sums.data());
  for (int64_t i = 0; i < 8; ++i)
    EXPECT_EQ(sums[i], 2000 * i);
}

TEST(ThreadPool, RunsLoopsInsideLoopsInline) {
  setThreadCount(3);
  std::atomic<int64_t> sum{0};
  brt_parallel_for(
      10,
      [](int64_t, void *context) {
        std::thread::id outer = std::this_thread::get_id();
        struct Inner {
          std::atomic<int64_t> *sum;
          std::thread::id thread;
        } inner = {static_cast<std::atomic<int64_t> *>(context), outer};
        brt_parallel_for(
            10,
            [](int64_t j, void *pointer) {
              auto *inner = static_cast<Inner *>(pointer);
              EXPECT_EQ(std::this_thread::get_id(), inner->thread);
              *inner->sum += j;
            },
            &inner);
      },
      &sum);
  EXPECT_EQ(sum, 450);
}

TEST(ThreadPool, ServesSeveralCallers) {
  setThreadCount(3);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int caller = 0; caller < 3; ++caller)
    callers.emplace_back([&wrong] {
      for (int round = 0; round < 200; ++round)
        wrong += visit(17) != std::vector<int>(17, 1);
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, TakesTheProcessorsThereAre) {
  setThreadCount(0);
  EXPECT_GE(getAvailableProcessors(), 1u);
  EXPECT_EQ(getThreadCount(), getAvailableProcessors());
}

TEST(ThreadPool, FlushesDenormals) {
  setThreadCount(3);
  volatile float tiny = 1e-38f, half = 0.5f;
  struct Context {
    volatile float *tiny, *half;
    float results[8];
  } context = {&tiny, &half, {}};
  std::fill_n(context.results, 8, 1.0f);
  brt_parallel_for(
      8,
      [](int64_t i, void *pointer) {
        auto *context = static_cast<Context *>(pointer);
        context->results[i] = *context->tiny * *context->half;
      },
      &context);
  for (float result : context.results)
    EXPECT_EQ(result, 0);
  // The caller's own arithmetic is as it was.
  EXPECT_GT(tiny * half, 0);
}

TEST(ThreadPool, PinsThreads) {
  // In a thread of its own, whose affinity ends with it.
  std::thread([] {
    setThreadCount(2);
    ASSERT_TRUE(pinThreads());
    int processors[2] = {-1, -1};
    brt_parallel_for(
        2,
        [](int64_t i, void *context) {
          cpu_set_t set;
          sched_getaffinity(0, sizeof(set), &set);
          EXPECT_EQ(CPU_COUNT(&set), 1);
          static_cast<int *>(context)[i] = sched_getcpu();
        },
        processors);
    if (getAvailableProcessors() > 1)
      EXPECT_NE(processors[0], processors[1]);
  }).join();
}
