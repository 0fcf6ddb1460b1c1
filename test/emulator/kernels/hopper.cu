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

/// To the same place in both blocks of a cluster.
static __device__ void loadForBoth(const CUtensorMap *map, void *to,
                                   uint64_t *barrier, int x, int y) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::"
      "bytes.multicast::cluster [%0], [%1, {%3, %4}], [%2], %5;" ::"r"(
          sharedAddress(to)),
      "l"(map), "r"(sharedAddress(barrier)), "r"(x), "r"(y), "h"(uint16_t(3))
      : "memory");
}

static __device__ void arriveAt(uint64_t *barrier, int rank) {
  asm volatile("{ .reg .b32 there;\n"
               "mapa.shared::cluster.u32 there, %0, %1;\n"
               "mbarrier.arrive.release.cluster.shared::cluster.b64 _, "
               "[there]; }" ::"r"(sharedAddress(barrier)),
               "r"(rank)
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

static __device__ void multiplyTile(float (&d)[32], const __nv_bfloat16 *a,
                                    const __nv_bfloat16 *b) {
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
  for (int step = 0; step < kTile / 16; ++step)
    multiply(d, descriptor(a, 32 * step), descriptor(b, 32 * step));
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
  asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
}

/// The block's tile of C, which has rows of n elements.
static __device__ void store(const float (&d)[32], float *c, int n) {
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int i = 0; i < 32; ++i) {
    int row = 16 * warp + lane / 4 + 8 * (i / 2 % 2);
    int column = 8 * (i / 4) + 2 * (lane % 4) + i % 2;
    c[(blockIdx.y * kTile + row) * n + blockIdx.x * kTile + column] = d[i];
  }
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
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(
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
    multiplyTile(d, a[stage], b[stage]);
    __syncthreads();
  }
  store(d, c, n);
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

static __device__ void syncCluster() {
  asm volatile("barrier.cluster.arrive.release.aligned;\n"
               "barrier.cluster.wait.acquire.aligned;" ::
                   : "memory");
}

/// The same by clusters of two blocks, which need the same rows of A: each
/// fetches half of them for both, once both have freed their place. `hasty`
/// does not wait for that.
template <bool hasty>
static __device__ void gemmOfClusters(const CUtensorMap *mapA,
                                      const CUtensorMap *mapB, float *c, int n,
                                      int k) {
  __shared__ alignas(1024) __nv_bfloat16 a[kStages][kTile * kTile],
      b[kStages][kTile * kTile];
  __shared__ uint64_t full[kStages], empty[kStages];
  int rank = blockIdx.x % 2;
  if (threadIdx.x == 0) {
    for (int stage = 0; stage < kStages; ++stage)
      asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;\n"
                   "mbarrier.init.shared::cta.b64 [%1], 2;" ::"r"(
                       sharedAddress(&full[stage])),
                   "r"(sharedAddress(&empty[stage])));
    asm volatile("fence.mbarrier_init.release.cluster;");
  }
  syncCluster();
  auto fetch = [&](int tile) {
    int stage = tile % kStages;
    if (threadIdx.x != 0 || tile * kTile >= k)
      return;
    if (tile >= kStages && !hasty)
      wait(&empty[stage], tile / kStages % 2 ^ 1);
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(
                     sharedAddress(&full[stage])),
                 "r"(2 * kTile * kTile * 2)
                 : "memory");
    constexpr int kHalf = kTile / 2;
    loadForBoth(mapA, a[stage] + rank * kHalf * kTile, &full[stage],
                tile * kTile, blockIdx.y * kTile + rank * kHalf);
    load(mapB, b[stage], &full[stage], tile * kTile, blockIdx.x * kTile);
  };
  float d[32] = {};
  fetch(0);
  for (int tile = 0; tile * kTile < k; ++tile) {
    int stage = tile % kStages;
    fetch(tile + 1);
    wait(&full[stage], tile / kStages % 2);
    multiplyTile(d, a[stage], b[stage]);
    __syncthreads();
    if (threadIdx.x < 2)
      arriveAt(&empty[stage], threadIdx.x);
  }
  store(d, c, n);
  syncCluster();
}

extern "C" __global__ void __cluster_dims__(2) __launch_bounds__(128)
    hopperGemmMulticast(const __grid_constant__ CUtensorMap mapA,
                        const __grid_constant__ CUtensorMap mapB, float *c,
                        int n, int k) {
  gemmOfClusters<false>(&mapA, &mapB, c, n, k);
}

extern "C" __global__ void __cluster_dims__(2) __launch_bounds__(128)
    hopperGemmMulticastHasty(const __grid_constant__ CUtensorMap mapA,
                             const __grid_constant__ CUtensorMap mapB, float *c,
                             int n, int k) {
  gemmOfClusters<true>(&mapA, &mapB, c, n, k);
}
