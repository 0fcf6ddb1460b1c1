//===- PeakFlops.h - What this machine can do at most -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_BENCHMARK_PEAKFLOPS_H
#define BRT_TEST_BENCHMARK_PEAKFLOPS_H

#include <string_view>

namespace brt::benchmark {

/// Seconds of processor time of this thread, so that other processes only cost
/// what they displace from caches.
double getThreadSeconds();

/// FLOP/s of independent f32 multiply-adds on registers, one thread, measured
/// for a few milliseconds, with vectors of an instruction set: "avx512" or
/// "avx2". The processor must have it.
double measurePeakFlops(std::string_view isa);

} // namespace brt::benchmark

#endif // BRT_TEST_BENCHMARK_PEAKFLOPS_H
