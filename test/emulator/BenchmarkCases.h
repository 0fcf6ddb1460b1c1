//===- BenchmarkCases.h - What the benchmark runs -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_EMULATOR_BENCHMARKCASES_H
#define BRT_TEST_EMULATOR_BENCHMARKCASES_H

#include <cstdint>
#include <string>
#include <vector>

namespace brt::emu::test {

/// A parameter of a kernel.
struct Argument {
  enum class Kind : uint8_t { Buffer, Word, TensorMap } kind;
  uint32_t value = 0; // of a word
};

/// A kernel and how it is launched.
struct Case {
  const char *name;
  std::string ptx; // empty: cannot be had here
  const char *kernel;
  uint32_t grid[2];
  uint32_t threads[2];
  uint32_t shared; // bytes
  std::vector<Argument> arguments;
};

/// A loop over one kind of handler.
struct Loop {
  const char *name;
  const char *body;
  unsigned rounds;
  /// The counters' class of instructions that it stands for, or null.
  const char *stands = nullptr;
};

std::vector<Loop> handlerLoops();
/// Kernels of nvcc, of CUB and of MLIR. Without a CUDA toolkit the PTX of the
/// first two is empty.
std::vector<Case> foreignKernels();
/// `body` 64 times in a loop of `rounds`.
std::string loopOf(const std::string &body, unsigned rounds);

} // namespace brt::emu::test

#endif // BRT_TEST_EMULATOR_BENCHMARKCASES_H
