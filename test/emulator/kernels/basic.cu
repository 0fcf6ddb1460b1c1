//===- basic.cu - Kernels without tensor cores ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdint>

extern "C" __global__ void addVectors(const float *a, const float *b, float *c,
                                      int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count)
    c[i] = a[i] + b[i];
}

/// One partial sum per block: shuffles in the warp, shared memory across warps.
extern "C" __global__ void reduceSum(const float *in, float *out, int count) {
  __shared__ float partial[32];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count;
       i += gridDim.x * blockDim.x)
    sum += in[i];
  for (int offset = 16; offset; offset /= 2)
    sum += __shfl_down_sync(~0u, sum, offset);
  if (threadIdx.x % 32 == 0)
    partial[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x < 32) {
    sum = threadIdx.x < blockDim.x / 32 ? partial[threadIdx.x] : 0.0f;
    for (int offset = 16; offset; offset /= 2)
      sum += __shfl_down_sync(~0u, sum, offset);
    if (threadIdx.x == 0)
      atomicAdd(out, sum);
  }
}

/// Inclusive scan of one block in dynamic shared memory.
extern "C" __global__ void scanBlock(const int *in, int *out, int count) {
  extern __shared__ int buffer[];
  int i = threadIdx.x;
  buffer[i] = i < count ? in[i] : 0;
  __syncthreads();
  for (int step = 1; step < blockDim.x; step *= 2) {
    int left = i >= step ? buffer[i - step] : 0;
    __syncthreads();
    buffer[i] += left;
    __syncthreads();
  }
  if (i < count)
    out[i] = buffer[i];
}

extern "C" __global__ void histogram(const uint8_t *in, unsigned *bins,
                                     int count) {
  __shared__ unsigned local[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x)
    local[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count;
       i += gridDim.x * blockDim.x)
    atomicAdd(&local[in[i]], 1u);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x)
    atomicAdd(&bins[i], local[i]);
}

/// C = A B, row-major, 16 x 16 tiles in shared memory.
extern "C" __global__ void tiledGemm(const float *a, const float *b, float *c,
                                     int m, int n, int k) {
  constexpr int tile = 16;
  __shared__ float tileA[tile][tile], tileB[tile][tile + 1];
  int row = blockIdx.y * tile + threadIdx.y;
  int col = blockIdx.x * tile + threadIdx.x;
  float sum = 0;
  for (int base = 0; base < k; base += tile) {
    int ka = base + threadIdx.x, kb = base + threadIdx.y;
    tileA[threadIdx.y][threadIdx.x] = row < m && ka < k ? a[row * k + ka] : 0;
    tileB[threadIdx.y][threadIdx.x] = kb < k && col < n ? b[kb * n + col] : 0;
    __syncthreads();
    for (int i = 0; i < tile; ++i)
      sum += tileA[threadIdx.y][i] * tileB[i][threadIdx.x];
    __syncthreads();
  }
  if (row < m && col < n)
    c[row * n + col] = sum;
}

/// Every thread of the grid takes a lock in turn: lanes of one warp wait for one
/// another, and blocks for blocks.
extern "C" __global__ void lockedCounter(int *lock, int *value) {
  bool done = false;
  while (!done) {
    if (atomicCAS(lock, 0, 1) == 0) {
      __threadfence();
      *reinterpret_cast<volatile int *>(value) =
          *reinterpret_cast<volatile int *>(value) + 1;
      __threadfence();
      atomicExch(lock, 0);
      done = true;
    }
  }
}

/// The last block to arrive adds up what the others left.
extern "C" __global__ void lastBlockSum(const int *in, volatile int *partial,
                                        unsigned *arrived, int *out) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    int sum = 0;
    for (int i = 0; i < blockDim.x; ++i)
      sum += in[blockIdx.x * blockDim.x + i];
    partial[blockIdx.x] = sum;
    __threadfence();
    last = atomicInc(arrived, gridDim.x) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    int sum = 0;
    for (int i = 0; i < gridDim.x; ++i)
      sum += partial[i];
    *out = sum;
  }
}

struct Shape {
  __device__ virtual float area() const = 0;
};
struct Square : Shape {
  float side;
  __device__ Square(float side) : side(side) {}
  __device__ float area() const override { return side * side; }
};
struct Disc : Shape {
  float radius;
  __device__ Disc(float radius) : radius(radius) {}
  __device__ float area() const override { return 3.0f * radius * radius; }
};

/// Calls through tables of function pointers, different in each lane.
extern "C" __global__ void virtualCalls(const float *sizes, float *out) {
  int i = threadIdx.x;
  Square square(sizes[i]);
  Disc disc(sizes[i]);
  const Shape *shape = i % 3 ? static_cast<const Shape *>(&square)
                             : static_cast<const Shape *>(&disc);
  out[i] = shape->area();
}

__device__ __noinline__ unsigned fibonacci(unsigned n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
extern "C" __global__ void recursion(unsigned *out) {
  out[threadIdx.x] = fibonacci(threadIdx.x % 12);
}

extern "C" __global__ void mathFunctions(const float *x, float *out, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count)
    return;
  out[8 * i] = sinf(x[i]);
  out[8 * i + 1] = expf(x[i]);
  out[8 * i + 2] = logf(fabsf(x[i]));
  out[8 * i + 3] = powf(fabsf(x[i]), 1.5f);
  out[8 * i + 4] = rsqrtf(fabsf(x[i]));
  out[8 * i + 5] = tanhf(x[i]);
  out[8 * i + 6] = static_cast<float>(exp(static_cast<double>(x[i])));
  out[8 * i + 7] = x[i] / 3.0f;
}

/// A jump table or a chain, loops of unlike length, early exits.
extern "C" __global__ void divergence(const int *in, int *out, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count)
    return;
  int value = in[i], steps = 0;
  while (value != 1 && steps < 200) {
    value = value % 2 ? 3 * value + 1 : value / 2;
    ++steps;
  }
  switch (in[i] % 7) {
  case 0: steps += 100; break;
  case 1: steps *= 2; break;
  case 2: steps -= 5; break;
  case 3: steps ^= 77; break;
  case 4: steps = -steps; break;
  case 5: steps <<= 2; break;
  default: break;
  }
  unsigned ballot = __ballot_sync(__activemask(), value == 1);
  out[i] = ballot ? steps : -1;
}

struct Packed {
  char tag;
  double weight;
  short counts[3];
};
/// A structure by value, in a parameter block with padding.
extern "C" __global__ void structParameter(char first, Packed packed,
                                           double *out) {
  out[threadIdx.x] = first + packed.tag + packed.weight +
                     packed.counts[threadIdx.x % 3];
}

__constant__ float coefficients[4] = {1, 2, 3, 4};
__device__ int deviceCounter = 5;
extern "C" __global__ void symbols(float *out) {
  out[threadIdx.x] = coefficients[threadIdx.x % 4];
  atomicAdd(&deviceCounter, 1);
}
