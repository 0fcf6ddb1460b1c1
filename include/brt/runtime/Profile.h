//===- Profile.h - When kernels run, and what they cost ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_PROFILE_H
#define BRT_RUNTIME_PROFILE_H

#include <chrono>
#include <cstdint>
#include <vector>

namespace brt::rt {

/// Records the kernels that run in calls of entry points from this thread while
/// the recorder lives. A thread has one recorder at most.
class KernelRecorder {
public:
  using Clock = std::chrono::steady_clock;
  struct Run {
    /// Number of the kernel in the manifest.
    int64_t kernel;
    Clock::time_point begin, end;
    int64_t flops, bytes;
  };

  KernelRecorder();
  ~KernelRecorder();
  KernelRecorder(const KernelRecorder &) = delete;
  KernelRecorder &operator=(const KernelRecorder &) = delete;

  const std::vector<Run> &getRuns() const { return runs; }

  /// Called by compiled code through brt_kernel_begin() and brt_kernel_end().
  void begin(int64_t kernel, int64_t flops, int64_t bytes);
  void end();

private:
  std::vector<Run> runs;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_PROFILE_H
