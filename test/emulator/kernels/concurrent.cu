//===- concurrent.cu - Kernels that wait for other streams ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/// Two launches, with `me` of 0 and 1, hand a turn to each other; block 0 takes
/// it, the others wait for the end. sum = 3 sum + me in each turn.
extern "C" __global__ void takeTurns(volatile int *turn, unsigned *sum, int me,
                                     int rounds) {
  if (threadIdx.x == 0 && blockIdx.x == 0) {
    for (int i = 0; i < rounds; ++i) {
      while (*turn != 2 * i + me)
        __nanosleep(20);
      __threadfence();
      *sum = 3 * *sum + me;
      __threadfence();
      *turn = 2 * i + me + 1;
    }
  } else if (threadIdx.x == 0) {
    while (*turn < 2 * rounds - 1) {
    }
  }
  __syncthreads();
}

/// Waits for `flag` to become what is neither zero nor `old`; each block tells
/// it.
extern "C" __global__ void waitFor(volatile int *flag, int old, int *got) {
  int seen;
  do {
    seen = *flag;
  } while (seen == 0 || seen == old);
  __threadfence_system();
  got[blockIdx.x] = seen;
}

/// Writes outside of its memory.
extern "C" __global__ void fault(int *word) { word[1 << 20] = 1; }
