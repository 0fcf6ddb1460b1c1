//===- Measure.cpp - Entry points against the machine's peak --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Measure.h"
#include "brt/runtime/Buffer.h"
#include "brt/runtime/MachineSpeed.h"
#include "brt/runtime/Median.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace brt::benchmark;
using namespace brt::rt;

/// Rounds of a measurement, of which the median counts.
static constexpr int kRounds = 9;

Speed brt::benchmark::measure(const brt::test::CompiledProgram &program,
                              const brt_variant_t &variant, unsigned entry,
                              double flops, const std::vector<int64_t> &sizes,
                              unsigned resultCount) {
  std::vector<std::vector<float>> buffers;
  std::vector<const void *> arguments;
  std::vector<void *> results;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    buffers.emplace_back(size, i % 2 ? 0.25f : 0.5f);
    if (i + resultCount < sizes.size())
      arguments.push_back(buffers.back().data());
    else
      results.push_back(buffers.back().data());
  }
  Buffer arena(program.getArenaBytes(entry, /*lanes=*/1));
  std::vector<double> rates, shares;
  double before = measureThreadFlops(variant.isa);
  int calls = 1 + static_cast<int>(2e9 / flops);
  for (int round = 0; round <= kRounds; ++round) {
    double start = getThreadSeconds();
    for (int call = 0; call < calls; ++call)
      variant.entries[entry](/*lanes=*/1, arguments.data(), results.data(),
                             arena.data());
    double rate = calls * flops / (getThreadSeconds() - start);
    double after = measureThreadFlops(variant.isa);
    // The first round warms up.
    if (round) {
      rates.push_back(rate);
      shares.push_back(rate / ((before + after) / 2));
    }
    before = after;
  }
  return {getMedian(rates), getMedian(shares)};
}

void brt::benchmark::printMachine(const brt_variant_t &variant) {
  llvm::outs() << llvm::formatv("{0}, one thread, f32, peak {1:f1} GFLOP/s\n",
                                variant.isa,
                                measureThreadFlops(variant.isa) / 1e9);
}
