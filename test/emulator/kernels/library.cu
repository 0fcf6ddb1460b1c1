//===- library.cu - Kernels built on the toolkit's device libraries -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cassert>
#include <cooperative_groups.h>
#include <cuda/barrier>
#include <cstdio>
#include <cub/block/block_radix_sort.cuh>
#include <cub/block/block_scan.cuh>
#include <cuda/pipeline>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

namespace cg = cooperative_groups;

extern "C" __global__ void cubScan(const int *in, int *out) {
  using Scan = cub::BlockScan<int, 128>;
  __shared__ typename Scan::TempStorage storage;
  int value = in[threadIdx.x], total = 0;
  Scan(storage).InclusiveSum(value, value, total);
  out[threadIdx.x] = value;
  if (threadIdx.x == 0)
    out[128] = total;
}

extern "C" __global__ void cubSort(const unsigned *in, unsigned *out) {
  using Sort = cub::BlockRadixSort<unsigned, 128, 2>;
  __shared__ typename Sort::TempStorage storage;
  unsigned keys[2] = {in[2 * threadIdx.x], in[2 * threadIdx.x + 1]};
  Sort(storage).Sort(keys);
  out[2 * threadIdx.x] = keys[0];
  out[2 * threadIdx.x + 1] = keys[1];
}

/// Each step of the whole grid reads what other blocks wrote before.
extern "C" __global__ void gridSync(int *a, int *b, int steps) {
  cg::grid_group grid = cg::this_grid();
  int count = grid.size(), i = grid.thread_rank();
  for (int step = 0; step < steps; ++step) {
    b[i] = a[(i + 1) % count] + 1;
    grid.sync();
    a[i] = b[(i + 1) % count] + 1;
    grid.sync();
  }
}

extern "C" __global__ void tiles(const int *in, int *out) {
  cg::thread_block block = cg::this_thread_block();
  cg::thread_block_tile<8> tile = cg::tiled_partition<8>(block);
  int sum = in[threadIdx.x];
  for (int offset = tile.size() / 2; offset; offset /= 2)
    sum += tile.shfl_xor(sum, offset);
  tile.sync();
  if (threadIdx.x % 2) {
    cg::coalesced_group odd = cg::coalesced_threads();
    sum += 1000 * odd.size() + odd.shfl(threadIdx.x, 0);
  }
  out[threadIdx.x] = sum;
}

extern "C" __global__ void pipelined(const int *in, int *out, int tiles) {
  __shared__ int stages[2][128];
  cuda::pipeline<cuda::thread_scope_thread> pipe = cuda::make_pipeline();
  auto fetch = [&](int tile) {
    pipe.producer_acquire();
    if (tile < tiles)
      cuda::memcpy_async(&stages[tile % 2][threadIdx.x],
                         &in[tile * 128 + threadIdx.x], sizeof(int), pipe);
    pipe.producer_commit();
  };
  fetch(0);
  int sum = 0;
  for (int tile = 0; tile < tiles; ++tile) {
    fetch(tile + 1);
    cuda::pipeline_consumer_wait_prior<1>(pipe);
    __syncthreads();
    sum += stages[tile % 2][127 - threadIdx.x];
    __syncthreads();
    pipe.consumer_release();
  }
  out[threadIdx.x] = sum;
}

extern "C" __global__ void halves(const float *in, float *out) {
  int i = threadIdx.x;
  __half2 h = __floats2half2_rn(in[i], -in[i]);
  h = __hfma2(h, h, __float2half2_rn(0.5f));
  __nv_bfloat162 b = __floats2bfloat162_rn(in[i], 2 * in[i]);
  b = __hadd2(b, b);
  out[4 * i] = __low2float(h);
  out[4 * i + 1] = __high2float(h);
  out[4 * i + 2] = __low2float(b);
  out[4 * i + 3] = __half2float(hexp(__float2half(in[i])));
}

extern "C" __global__ void prints(int value, const char *word) {
  if (threadIdx.x == 1)
    printf("%d %s %.2f %llu %c%%\n", value, word, 1.5, 1ull << 40, 'x');
}

extern "C" __global__ void asserts(int limit) { assert(threadIdx.x < limit); }

/// Every thread builds a list on the heap, sums it up and takes it apart.
extern "C" __global__ void heapLists(int *out, int length) {
  struct Node {
    Node *next;
    int value;
  };
  Node *head = nullptr;
  for (int i = 0; i < length; ++i)
    head = new Node{head, i + static_cast<int>(threadIdx.x)};
  int sum = 0;
  while (head) {
    sum += head->value;
    Node *next = head->next;
    delete head;
    head = next;
  }
  out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

extern "C" __global__ void heapAfterFree(int *out) {
  volatile int *word = static_cast<int *>(malloc(sizeof(int)));
  *word = 5;
  free(const_cast<int *>(word));
  *out = *word;
}

/// The first half of the block fills a buffer, the second half empties it.
extern "C" __global__ void handOver(const int *in, int *out, int rounds) {
  using Barrier = cuda::barrier<cuda::thread_scope_block>;
  __shared__ int buffer[64];
  __shared__ alignas(Barrier) char storage[2 * sizeof(Barrier)];
  Barrier *full = reinterpret_cast<Barrier *>(storage), *empty = full + 1;
  if (threadIdx.x == 0) {
    init(full, blockDim.x);
    init(empty, blockDim.x);
  }
  __syncthreads();
  int lane = threadIdx.x % 64, sum = 0;
  bool produces = threadIdx.x < 64;
  if (!produces)
    (void)empty->arrive();
  for (int round = 0; round < rounds; ++round) {
    if (produces) {
      empty->arrive_and_wait();
      buffer[lane] = in[64 * round + lane];
      (void)full->arrive();
    } else {
      full->arrive_and_wait();
      sum += buffer[63 - lane];
      (void)empty->arrive();
    }
  }
  if (!produces)
    out[lane] = sum;
}
