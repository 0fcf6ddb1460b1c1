//===- hopper.cu - TMA, mbarrier and wgmma together -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdint>
#include <cuda.h>
#include <cuda_bf16.h>

constexpr int kTile = 64, kStages = 2;

static __device__ uint32_t sharedAddress(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

static __device__ void load(const CUtensorMap *map, void *to, uint64_t *barrier,
                            int x, int y) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::"
      "bytes [%0], [%1, {%3, %4}], [%2];" ::"r"(sharedAddress(to)),
      "l"(map), "r"(sharedAddress(barrier)), "r"(x), "r"(y)
      : "memory");
}

static __device__ void wait(uint64_t *barrier, int parity) {
  asm volatile("{ .reg .pred p;\n"
               "W: mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
               "@!p bra W; }" ::"r"(sharedAddress(barrier)),
               "r"(parity)
               : "memory");
}

/// Rows of 128 bytes under the 128-byte swizzle, in groups of eight.
static __device__ uint64_t descriptor(const void *tile, int bytes) {
  return ((sharedAddress(tile) + bytes) >> 4 & 0x3fff) | uint64_t(1) << 16 |
         uint64_t(1024 >> 4) << 32 | uint64_t(1) << 62;
}

#define D4(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define D16(i) D4(i), D4(i + 4), D4(i + 8), D4(i + 12)
static __device__ void multiply(float (&d)[32], uint64_t a, uint64_t b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {%0, %1, %2, %3, "
      "%4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, "
      "%19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, %32, "
      "%33, 1, 1, 1, 0, 0;"
      : D16(0), D16(16)
      : "l"(a), "l"(b));
}

/// C = A B^T for one tile of 64 x 64, both with rows of k elements. `hasty`
/// leaves out the wait for the bytes.
template <bool hasty>
static __device__ void gemm(const CUtensorMap *mapA, const CUtensorMap *mapB,
                            float *c, int n, int k) {
  __shared__ alignas(1024) __nv_bfloat16 a[kStages][kTile * kTile],
      b[kStages][kTile * kTile];
  __shared__ uint64_t full[kStages];
  if (threadIdx.x == 0)
    for (int stage = 0; stage < kStages; ++stage)
      asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(
          sharedAddress(&full[stage])));
  __syncthreads();
  auto fetch = [&](int tile) {
    int stage = tile % kStages;
    if (threadIdx.x != 0 || tile * kTile >= k)
      return;
    asm volatile(
        "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(
            sharedAddress(&full[stage])),
        "r"(2 * kTile * kTile * 2)
        : "memory");
    load(mapA, a[stage], &full[stage], tile * kTile, blockIdx.y * kTile);
    load(mapB, b[stage], &full[stage], tile * kTile, blockIdx.x * kTile);
  };
  float d[32] = {};
  fetch(0);
  for (int tile = 0; tile * kTile < k; ++tile) {
    int stage = tile % kStages;
    fetch(tile + 1);
    if (!hasty)
      wait(&full[stage], tile / kStages % 2);
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
    for (int step = 0; step < kTile / 16; ++step)
      multiply(d, descriptor(a[stage], 32 * step),
               descriptor(b[stage], 32 * step));
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
    asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
    __syncthreads();
  }
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int i = 0; i < 32; ++i) {
    int row = 16 * warp + lane / 4 + 8 * (i / 2 % 2);
    int column = 8 * (i / 4) + 2 * (lane % 4) + i % 2;
    c[(blockIdx.y * kTile + row) * n + blockIdx.x * kTile + column] = d[i];
  }
}

extern "C" __global__ void __launch_bounds__(128)
    hopperGemm(const __grid_constant__ CUtensorMap mapA,
               const __grid_constant__ CUtensorMap mapB, float *c, int n,
               int k) {
  gemm<false>(&mapA, &mapB, c, n, k);
}

extern "C" __global__ void __launch_bounds__(128)
    hopperGemmHasty(const __grid_constant__ CUtensorMap mapA,
                    const __grid_constant__ CUtensorMap mapB, float *c, int n,
                    int k) {
  gemm<true>(&mapA, &mapB, c, n, k);
}
