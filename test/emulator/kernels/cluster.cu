//===- cluster.cu - Blocks that share their shared memory -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cooperative_groups.h>

namespace cg = cooperative_groups;

/// Who a block says it is: 16 numbers of each.
extern "C" __global__ void whoAmI(unsigned *out) {
  cg::cluster_group cluster = cg::this_cluster();
  unsigned block =
      blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  unsigned *row = out + 16 * block;
  dim3 index = cluster.block_index(), size = cluster.dim_blocks();
  dim3 id = __clusterIdx(), count = __clusterGridDimInClusters();
  unsigned values[16] = {index.x,
                         index.y,
                         index.z,
                         cluster.block_rank(),
                         size.x,
                         size.y,
                         size.z,
                         cluster.num_blocks(),
                         id.x,
                         id.y,
                         id.z,
                         count.x,
                         count.y,
                         count.z,
                         unsigned(__clusterDimIsSpecified()),
                         cluster.num_threads()};
  for (int i = 0; i < 16; ++i)
    row[i] = values[i];
}

/// The sum of a cluster's part of `in` by its first block, which reads what the
/// others have left in their shared memory.
extern "C" __global__ void __cluster_dims__(4)
    clusterSum(const float *in, float *out) {
  __shared__ float sum;
  cg::cluster_group cluster = cg::this_cluster();
  if (threadIdx.x == 0)
    sum = 0;
  __syncthreads();
  atomicAdd(&sum, in[blockIdx.x * blockDim.x + threadIdx.x]);
  cluster.sync();
  if (cluster.block_rank() == 0 && threadIdx.x == 0) {
    float total = 0;
    for (unsigned rank = 0; rank < cluster.num_blocks(); ++rank)
      total += *cluster.map_shared_rank(&sum, rank);
    out[blockIdx.x / cluster.num_blocks()] = total;
  }
  cluster.sync();
}

enum class Mistake { None, NotCleared, GoneEarly };

/// A histogram whose bins are spread over the blocks of a cluster.
template <Mistake mistake>
static __device__ void histogram(const unsigned *in, int count, unsigned *out,
                                 int binsPerBlock) {
  extern __shared__ unsigned bins[];
  cg::cluster_group cluster = cg::this_cluster();
  for (int i = threadIdx.x; i < binsPerBlock; i += blockDim.x)
    bins[i] = 0;
  if (mistake == Mistake::NotCleared)
    __syncthreads();
  else
    cluster.sync();
  int first = blockIdx.x * blockDim.x + threadIdx.x;
  for (int i = first; i < count; i += gridDim.x * blockDim.x) {
    unsigned bin = in[i] % (binsPerBlock * cluster.num_blocks());
    unsigned *there = cluster.map_shared_rank(bins, bin / binsPerBlock);
    atomicAdd(there + bin % binsPerBlock, 1);
  }
  if (mistake == Mistake::GoneEarly)
    return;
  cluster.sync();
  for (int i = threadIdx.x; i < binsPerBlock; i += blockDim.x)
    atomicAdd(&out[cluster.block_rank() * binsPerBlock + i], bins[i]);
}

extern "C" __global__ void clusterHistogram(const unsigned *in, int count,
                                            unsigned *out, int binsPerBlock) {
  histogram<Mistake::None>(in, count, out, binsPerBlock);
}
extern "C" __global__ void clusterHistogramNotCleared(const unsigned *in,
                                                      int count, unsigned *out,
                                                      int binsPerBlock) {
  histogram<Mistake::NotCleared>(in, count, out, binsPerBlock);
}
extern "C" __global__ void clusterHistogramGoneEarly(const unsigned *in,
                                                     int count, unsigned *out,
                                                     int binsPerBlock) {
  histogram<Mistake::GoneEarly>(in, count, out, binsPerBlock);
}
