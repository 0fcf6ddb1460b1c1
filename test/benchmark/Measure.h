//===- Measure.h - Entry points against the machine's peak ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_BENCHMARK_MEASURE_H
#define BRT_TEST_BENCHMARK_MEASURE_H

#include "../unit/Lowering/CompiledProgram.h"

namespace brt::benchmark {

struct Speed {
  /// FLOP/s, and their share of what the machine was measured to do just before
  /// and after.
  double rate, share;
};

/// The median speed of an entry point of one lane in one thread, that does
/// `flops` in a call. `sizes` are the numbers of f32 of its arguments and then
/// of its `resultCount` results.
Speed measure(const brt::test::CompiledProgram &program,
              const brt_variant_t &variant, unsigned entry, double flops,
              const std::vector<int64_t> &sizes, unsigned resultCount = 1);

/// Prints what is measured, and where.
void printMachine(const brt_variant_t &variant);

} // namespace brt::benchmark

#endif // BRT_TEST_BENCHMARK_MEASURE_H
