//===- Profile.cpp - When kernels run, and what they cost -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Profile.h"
#include "brt-c/Program.h"

using namespace brt::rt;

static thread_local KernelRecorder *recorder = nullptr;

KernelRecorder::KernelRecorder() { recorder = this; }

KernelRecorder::~KernelRecorder() { recorder = nullptr; }

void KernelRecorder::begin(int64_t kernel, int64_t flops, int64_t bytes) {
  runs.push_back({kernel, Clock::now(), {}, flops, bytes});
}

void KernelRecorder::end() { runs.back().end = Clock::now(); }

void brt_kernel_begin(int64_t kernel, int64_t flops, int64_t bytes) {
  if (recorder)
    recorder->begin(kernel, flops, bytes);
}

void brt_kernel_end(int64_t) {
  if (recorder)
    recorder->end();
}
