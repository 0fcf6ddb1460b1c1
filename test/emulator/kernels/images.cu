// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Says which of several architectures it was compiled for.

extern "C" __global__ void twice(unsigned *word) {
  *word = 2 * *word + __CUDA_ARCH__;
}
