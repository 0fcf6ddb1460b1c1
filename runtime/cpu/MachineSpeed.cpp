//===- MachineSpeed.cpp - What this machine can do at most ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/MachineSpeed.h"
#include "brt-c/Program.h"
#include "brt/runtime/Threads.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <immintrin.h>
#include <sys/mman.h>
#include <vector>

using namespace brt::rt;

/// Seconds by the clock that a function takes.
template <typename Function>
static double measure(Function function) {
  auto start = std::chrono::steady_clock::now();
  function();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

double brt::rt::measureFlops(std::string_view isa) {
  unsigned threads = getThreadCount();
  std::vector<double> flops(threads);
  struct Context {
    std::string_view isa;
    double *flops;
  } context = {isa, flops.data()};
  double seconds = measure([&] {
    brt_parallel_for(
        threads,
        [](int64_t index, void *pointer) {
          auto *context = static_cast<Context *>(pointer);
          context->flops[index] = runFlops(context->isa);
        },
        &context);
  });
  return threads * flops.front() / seconds;
}

static constexpr int64_t kReadBytes = int64_t(512) << 20;
static constexpr int kReadPasses = 5;

/// Adds up 64-bit words, in as many chains as hide the latency of a sum.
__attribute__((target("avx2"))) static int64_t sum(const int64_t *words,
                                                   int64_t count) {
  __m256i sums[8] = {};
  for (int64_t i = 0; i + 32 <= count; i += 32)
    for (int j = 0; j < 8; ++j)
      sums[j] = _mm256_add_epi64(
          sums[j], _mm256_loadu_si256(
                       reinterpret_cast<const __m256i *>(words + i + 4 * j)));
  __m256i total = _mm256_setzero_si256();
  for (__m256i value : sums)
    total = _mm256_add_epi64(total, value);
  return _mm256_extract_epi64(total, 0) ^ _mm256_extract_epi64(total, 1) ^
         _mm256_extract_epi64(total, 2) ^ _mm256_extract_epi64(total, 3);
}

double brt::rt::measureReadBandwidth() {
  // Mapped by itself, so that it is given back to the system.
  void *buffer = mmap(nullptr, kReadBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (buffer == MAP_FAILED)
    return 0;
  // Pages that were never written are all one page of zeros.
  std::memset(buffer, 1, kReadBytes);
  struct Context {
    const int64_t *words;
    int64_t wordsOfTask;
    std::vector<int64_t> sums;
  };
  unsigned threads = getThreadCount();
  int64_t words = kReadBytes / static_cast<int64_t>(sizeof(int64_t));
  Context context = {static_cast<int64_t *>(buffer), words / threads,
                     std::vector<int64_t>(threads)};
  double best = 0;
  for (int pass = 0; pass < kReadPasses; ++pass) {
    double seconds = measure([&] {
      brt_parallel_for(
          threads,
          [](int64_t index, void *pointer) {
            auto *context = static_cast<Context *>(pointer);
            context->sums[index] =
                sum(context->words + index * context->wordsOfTask,
                    context->wordsOfTask);
          },
          &context);
    });
    volatile int64_t sink = context.sums.front();
    (void)sink;
    best = std::max(best, static_cast<double>(kReadBytes) / seconds);
  }
  munmap(buffer, kReadBytes);
  return best;
}
