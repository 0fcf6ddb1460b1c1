//===- PeakFlops.cpp - Multiply-adds of one thread ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/MachineSpeed.h"
#include <cstdint>
#include <immintrin.h>
#include <time.h>

using namespace brt::rt;

double brt::rt::getThreadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

/// Chains of multiply-adds: more than latency times throughput, and no more
/// than registers.
static constexpr int kChains = 12;
static constexpr int64_t kRounds = 400'000;
static constexpr int64_t kFlopsPerLane = 2 * kChains * kRounds;

__attribute__((target("avx512f"))) static float runAVX512() {
  __m512 sums[kChains];
  for (__m512 &sum : sums)
    sum = _mm512_set1_ps(1);
  __m512 x = _mm512_set1_ps(0.5f), y = _mm512_set1_ps(0.25f);
  for (int64_t i = 0; i < kRounds; ++i)
    for (__m512 &sum : sums) {
      sum = _mm512_fmadd_ps(sum, x, y);
      asm volatile("" : "+v"(sum));
    }
  float total = 0;
  for (__m512 sum : sums)
    total += _mm512_cvtss_f32(sum);
  return total;
}

__attribute__((target("avx2,fma"))) static float runAVX2() {
  __m256 sums[kChains];
  for (__m256 &sum : sums)
    sum = _mm256_set1_ps(1);
  __m256 x = _mm256_set1_ps(0.5f), y = _mm256_set1_ps(0.25f);
  for (int64_t i = 0; i < kRounds; ++i)
    for (__m256 &sum : sums) {
      sum = _mm256_fmadd_ps(sum, x, y);
      asm volatile("" : "+x"(sum));
    }
  float total = 0;
  for (__m256 sum : sums)
    total += _mm256_cvtss_f32(sum);
  return total;
}

__attribute__((target("avx512f,avx512bf16"))) static float runBF16() {
  __m512 sums[kChains];
  for (__m512 &sum : sums)
    sum = _mm512_set1_ps(1);
  __m512 half = _mm512_set1_ps(0.5f), quarter = _mm512_set1_ps(0.25f);
  __m512bh x = _mm512_cvtne2ps_pbh(half, half);
  __m512bh y = _mm512_cvtne2ps_pbh(quarter, quarter);
  for (int64_t i = 0; i < kRounds; ++i)
    for (__m512 &sum : sums) {
      sum = _mm512_dpbf16_ps(sum, x, y);
      asm volatile("" : "+v"(sum));
    }
  float total = 0;
  for (__m512 sum : sums)
    total += _mm512_cvtss_f32(sum);
  return total;
}

double brt::rt::runFlops(std::string_view isa) {
  bool pairs = isa == "avx512_bf16", wide = isa == "avx512";
  volatile float sink = pairs ? runBF16() : wide ? runAVX512() : runAVX2();
  (void)sink;
  return static_cast<double>(kFlopsPerLane * (pairs ? 32 : wide ? 16 : 8));
}

std::string_view brt::rt::describeFlops(std::string_view isa) {
  return isa == "avx512_bf16" ? "bf16 dot products" : "f32 multiply-adds";
}

double brt::rt::measureThreadFlops(std::string_view isa) {
  double start = getThreadSeconds();
  double flops = runFlops(isa);
  return flops / (getThreadSeconds() - start);
}
