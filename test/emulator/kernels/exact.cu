//===- exact.cu - The same sums in other orders ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdint>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

/// C = A B^T as tensorGemm of tensor.cu has it, with A [m, k] and B [n, k] in
/// bf16 and one thread for each element of C; the last terms come first. Of
/// every pair of bf16 the lower is widened by a shift, the upper by a mask.
/// `skip` and `twice` name pairs to leave out and to add twice: k for none.
extern "C" __global__ void scalarGemm(const uint32_t *a, const uint32_t *b,
                                      float *c, int m, int n, int k, int skip,
                                      int twice) {
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  int col = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= m || col >= n)
    return;
  float sum = 0;
  for (int i = k / 2 - 1; i >= 0; --i) {
    if (i == skip)
      continue;
    for (int times = 0; times < (i == twice ? 2 : 1); ++times) {
      uint32_t x = a[row * (k / 2) + i], y = b[col * (k / 2) + i];
      sum += __uint_as_float(x & 0xffff0000) * __uint_as_float(y & 0xffff0000);
      sum += __uint_as_float(x << 16) * __uint_as_float(y << 16);
    }
  }
  c[row * n + col] = sum;
}

/// C = 2 A B as wmmaHalf of tensor.cu has it, likewise.
extern "C" __global__ void scalarHalves(const __half *a, const __half *b,
                                        float *c, int m, int n, int k) {
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  int col = blockIdx.x * blockDim.x + threadIdx.x;
  float sum = 0;
  for (int i = k - 1; i >= 0; --i)
    sum += __half2float(a[row * k + i]) * __half2float(b[i * n + col]);
  c[row * n + col] = 2 * sum;
}

static __device__ float exp2Of(float x) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

/// Softmax to the base of 2 of one row for each thread, by its definition.
extern "C" __global__ void softmax(const float *in, float *out, int width) {
  const float *row = in + threadIdx.x * width;
  float most = -INFINITY, sum = 0;
  for (int i = 0; i < width; ++i)
    most = fmaxf(most, row[i]);
  for (int i = 0; i < width; ++i)
    sum += exp2Of(row[i] - most);
  for (int i = 0; i < width; ++i)
    out[threadIdx.x * width + i] = exp2Of(row[i] - most) / sum;
}

/// The same in one pass over pieces of `piece`, with the maximum so far. With
/// `forgets` the old sum is not scaled to the new maximum.
template <bool forgets>
static __device__ void online(const float *in, float *out, int width,
                              int piece) {
  const float *row = in + threadIdx.x * width;
  float most = -INFINITY, sum = 0;
  for (int first = 0; first < width; first += piece) {
    float here = most;
    for (int i = first; i < min(width, first + piece); ++i)
      here = fmaxf(here, row[i]);
    if (!forgets)
      sum *= exp2Of(most - here);
    most = here;
    for (int i = first; i < min(width, first + piece); ++i)
      sum += exp2Of(row[i] - most);
  }
  float scale = 1 / sum;
  for (int i = 0; i < width; ++i)
    out[threadIdx.x * width + i] = exp2Of(row[i] - most) * scale;
}

extern "C" __global__ void softmaxOnline(const float *in, float *out, int width,
                                         int piece) {
  online<false>(in, out, width, piece);
}

extern "C" __global__ void softmaxForgetful(const float *in, float *out,
                                            int width, int piece) {
  online<true>(in, out, width, piece);
}

/// Halves by subtracting one from the exponent: an integer use of a float.
extern "C" __global__ void halveByExponent(const float *in, float *out) {
  float twice = in[threadIdx.x] + in[threadIdx.x];
  out[threadIdx.x] = __uint_as_float(__float_as_uint(twice) - (1u << 23));
}
