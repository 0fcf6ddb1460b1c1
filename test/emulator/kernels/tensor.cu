//===- tensor.cu - mma.sync, ldmatrix and cp.async ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdint>
#include <cuda_bf16.h>
#include <mma.h>

static __device__ uint32_t sharedAddress(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

static __device__ void copy16(void *to, const void *from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   sharedAddress(to)),
               "l"(from), "r"(bytes));
}

/// C = A B^T with A [m, k] and B [n, k] in bf16, C in f32: 32 x 32 tiles of C,
/// one warp each for its 16 x 16 quarters, two stages of copies under way. The
/// macro plants the error of waiting for one group too few.
template <int groupsLeft>
static __device__ void gemm(const __nv_bfloat16 *a, const __nv_bfloat16 *b,
                            float *c, int m, int n, int k) {
  constexpr int tile = 32, depth = 32, pad = 8;
  __shared__ __align__(16) __nv_bfloat16 tileA[2][tile][depth + pad];
  __shared__ __align__(16) __nv_bfloat16 tileB[2][tile][depth + pad];
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int row0 = blockIdx.y * tile, col0 = blockIdx.x * tile;
  int steps = (k + depth - 1) / depth;

  auto load = [&](int stage, int step) {
    int row = threadIdx.x / 4, part = threadIdx.x % 4 * 8;
    int at = step * depth + part;
    bool goodA = row0 + row < m && at < k, goodB = col0 + row < n && at < k;
    copy16(&tileA[stage][row][part], a + (goodA ? (row0 + row) * k + at : 0),
           goodA ? 16 : 0);
    copy16(&tileB[stage][row][part], b + (goodB ? (col0 + row) * k + at : 0),
           goodB ? 16 : 0);
    asm volatile("cp.async.commit_group;");
  };

  float acc[2][4] = {};
  load(0, 0);
  for (int step = 0; step < steps; ++step) {
    if (step + 1 < steps)
      load((step + 1) % 2, step + 1);
    else
      asm volatile("cp.async.commit_group;");
    asm volatile("cp.async.wait_group %0;" ::"n"(groupsLeft));
    __syncthreads();
    int stage = step % 2, wr = warp / 2 * 16, wc = warp % 2 * 16;
    for (int kk = 0; kk < depth; kk += 16) {
      uint32_t fa[4], fb[4];
      const void *pa = &tileA[stage][wr + lane % 16][kk + lane / 16 * 8];
      asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, "
                   "[%4];"
                   : "=r"(fa[0]), "=r"(fa[1]), "=r"(fa[2]), "=r"(fa[3])
                   : "r"(sharedAddress(pa)));
      const void *pb = &tileB[stage][wc + lane % 8 + lane / 16 * 8]
                             [kk + lane / 8 % 2 * 8];
      asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, "
                   "[%4];"
                   : "=r"(fb[0]), "=r"(fb[1]), "=r"(fb[2]), "=r"(fb[3])
                   : "r"(sharedAddress(pb)));
      for (int half = 0; half < 2; ++half)
        asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
            "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
            : "+f"(acc[half][0]), "+f"(acc[half][1]), "+f"(acc[half][2]),
              "+f"(acc[half][3])
            : "r"(fa[0]), "r"(fa[1]), "r"(fa[2]), "r"(fa[3]),
              "r"(fb[2 * half]), "r"(fb[2 * half + 1]));
    }
    __syncthreads();
  }
  for (int half = 0; half < 2; ++half)
    for (int i = 0; i < 4; ++i) {
      int row = row0 + warp / 2 * 16 + lane / 4 + i / 2 * 8;
      int col = col0 + warp % 2 * 16 + half * 8 + lane % 4 * 2 + i % 2;
      if (row < m && col < n)
        c[row * n + col] = acc[half][i];
    }
}

extern "C" __global__ void tensorGemm(const __nv_bfloat16 *a,
                                      const __nv_bfloat16 *b, float *c, int m,
                                      int n, int k) {
  gemm<1>(a, b, c, m, n, k);
}

/// Waits for one group too few.
extern "C" __global__ void tensorGemmHasty(const __nv_bfloat16 *a,
                                           const __nv_bfloat16 *b, float *c,
                                           int m, int n, int k) {
  gemm<2>(a, b, c, m, n, k);
}

/// C = 2 A B with A [m, k], B [k, n] by rows, one warp per 16 x 16 tile; the
/// factor is applied element by element to the fragment.
extern "C" __global__ void wmmaHalf(const __half *a, const __half *b, float *c,
                                    int m, int n, int k) {
  using namespace nvcuda::wmma;
  fragment<matrix_a, 16, 16, 16, __half, row_major> fa;
  fragment<matrix_b, 16, 16, 16, __half, row_major> fb;
  fragment<accumulator, 16, 16, 16, float> sum;
  int row = blockIdx.y * 16, col = blockIdx.x * 16;
  fill_fragment(sum, 0.0f);
  for (int i = 0; i < k; i += 16) {
    load_matrix_sync(fa, a + row * k + i, k);
    load_matrix_sync(fb, b + i * n + col, n);
    mma_sync(sum, fa, fb, sum);
  }
  for (int i = 0; i < sum.num_elements; ++i)
    sum.x[i] *= 2;
  store_matrix_sync(c + row * n + col, sum, n, mem_row_major);
}

/// C^T = A B with A [16, 16] by rows and B by columns, in bytes.
extern "C" __global__ void wmmaBytes(const signed char *a, const signed char *b,
                                     int *c) {
  using namespace nvcuda::wmma;
  fragment<matrix_a, 16, 16, 16, signed char, row_major> fa;
  fragment<matrix_b, 16, 16, 16, signed char, col_major> fb;
  fragment<accumulator, 16, 16, 16, int> sum;
  fill_fragment(sum, 1);
  load_matrix_sync(fa, a, 16);
  load_matrix_sync(fb, b, 16);
  mma_sync(sum, fa, fb, sum);
  store_matrix_sync(c, sum, 16, mem_col_major);
}
