//===- ClusterKernelsTest.cpp - Clusters by nvcc --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Run with BRT_EMU_ARCH=sm_90a.
//
//===----------------------------------------------------------------------===//

#include "DriverFixture.h"

#include <array>
#include <random>

using namespace brt::emu::test;

namespace {
class ClusterKernels : public DriverTest {
protected:
  CUlaunchConfig configOf(Extent grid, Extent block, unsigned shared,
                          Extent cluster) {
    attribute.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
    attribute.value.clusterDim = {cluster.x, cluster.y, cluster.z};
    CUlaunchConfig config{};
    config.gridDimX = grid.x;
    config.gridDimY = grid.y;
    config.gridDimZ = grid.z;
    config.blockDimX = block.x;
    config.blockDimY = block.y;
    config.blockDimZ = block.z;
    config.sharedMemBytes = shared;
    config.attrs = &attribute;
    config.numAttrs = 1;
    return config;
  }
  /// Launches with clusters of that size and synchronises.
  template <class... Args>
  CUresult runClusters(CUfunction function, Extent grid, Extent block,
                       unsigned shared, Extent cluster, Args... args) {
    CUlaunchConfig config = configOf(grid, block, shared, cluster);
    void *pointers[] = {static_cast<void *>(&args)..., nullptr};
    CUresult result = cuLaunchKernelEx(&config, function, pointers, nullptr);
    return result == CUDA_SUCCESS ? cuCtxSynchronize() : result;
  }
  CUresult runHistogram(CUmodule module, const char *name, unsigned cluster,
                        unsigned blocks) {
    in.resize(3000);
    std::mt19937 random(cluster);
    for (unsigned &each : in)
      each = random() % 1000;
    bins = upload(std::vector<unsigned>(kBins * cluster));
    CUfunction function = find(module, name);
    EXPECT_EQ(cuFuncSetAttribute(
                  function, CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED,
                  cluster > 8),
              CUDA_SUCCESS);
    return runClusters(function, {blocks}, {96}, kBins * 4, {cluster},
                       upload(in), static_cast<int>(in.size()), bins,
                       static_cast<int>(kBins));
  }

  static constexpr unsigned kBins = 40; // of each block
  CUlaunchAttribute attribute{};
  std::vector<unsigned> in;
  CUdeviceptr bins = 0;
};
} // namespace

TEST_F(ClusterKernels, BlocksKnowTheirPlace) {
  BRT_LOAD_COMPILED(module, "cluster");
  Extent grid{4, 6, 2}, cluster{2, 3, 1};
  CUdeviceptr out = upload(std::vector<unsigned>(48 * 16));
  ASSERT_EQ(runClusters(find(module, "whoAmI"), grid, {32}, 0, cluster, out),
            CUDA_SUCCESS);
  auto values = download<unsigned>(out, 48 * 16);
  for (unsigned block = 0; block < 48; ++block) {
    unsigned x = block % 4, y = block / 4 % 6, z = block / 24;
    std::array<unsigned, 16> expected = {x % 2, y % 3, 0, x % 2 + y % 3 * 2,
                                         2,     3,     1, 6,
                                         x / 2, y / 3, z, 2,
                                         2,     2,     1, 6 * 32};
    for (unsigned i = 0; i < 16; ++i)
      EXPECT_EQ(values[16 * block + i], expected[i]) << block << ", " << i;
  }
  // Launched without clusters, every block is one.
  ASSERT_EQ(run(find(module, "whoAmI"), grid, {32}, 0, out), CUDA_SUCCESS);
  values = download<unsigned>(out, 48 * 16);
  EXPECT_EQ(values[16 * 47 + 3], 0u);
  EXPECT_EQ(values[16 * 47 + 7], 1u);
  EXPECT_EQ(values[16 * 47 + 8], 3u);
  EXPECT_EQ(values[16 * 47 + 14], 0u);
}

TEST_F(ClusterKernels, SumsAcrossBlocks) {
  BRT_LOAD_COMPILED(module, "cluster");
  std::vector<float> in(12 * 128);
  for (size_t i = 0; i < in.size(); ++i)
    in[i] = static_cast<float>(i % 37);
  CUdeviceptr out = upload(std::vector<float>(3));
  ASSERT_EQ(run(find(module, "clusterSum"), {12}, {128}, 0, upload(in), out),
            CUDA_SUCCESS);
  auto sums = download<float>(out, 3);
  for (int i = 0; i < 3; ++i) {
    float expected = 0;
    for (int j = 0; j < 512; ++j)
      expected += in[512 * i + j];
    EXPECT_EQ(sums[i], expected);
  }
}

TEST_F(ClusterKernels, HistogramsSpreadOverBlocks) {
  BRT_LOAD_COMPILED(module, "cluster");
  for (unsigned cluster : {1u, 2u, 3u, 8u, 16u}) {
    ASSERT_EQ(runHistogram(module, "clusterHistogram", cluster, 2 * cluster),
              CUDA_SUCCESS);
    std::vector<unsigned> expected(kBins * cluster);
    for (unsigned each : in)
      ++expected[each % expected.size()];
    EXPECT_EQ(download<unsigned>(bins, expected.size()), expected) << cluster;
  }
}

TEST_F(ClusterKernels, BinsThatMayNotBeClearedAreARace) {
  BRT_LOAD_COMPILED(module, "cluster");
  EXPECT_EQ(runHistogram(module, "clusterHistogramNotCleared", 2, 2),
            CUDA_ERROR_LAUNCH_FAILED);
}

TEST_F(ClusterKernels, BlocksThatLeaveEarlyAreFound) {
  BRT_LOAD_COMPILED(module, "cluster");
  EXPECT_EQ(runHistogram(module, "clusterHistogramGoneEarly", 2, 2),
            CUDA_ERROR_ILLEGAL_ADDRESS);
}

TEST_F(ClusterKernels, LaunchesHaveRules) {
  BRT_LOAD_COMPILED(module, "cluster");
  CUfunction who = find(module, "whoAmI"), sum = find(module, "clusterSum");
  CUdeviceptr out = upload(std::vector<unsigned>(64 * 16));
  // Whole clusters, of at most 8 blocks without leave; what the kernel says.
  EXPECT_EQ(runClusters(who, {6}, {32}, 0, {4}, out),
            CUDA_ERROR_INVALID_CLUSTER_SIZE);
  EXPECT_EQ(runClusters(who, {16}, {32}, 0, {16}, out),
            CUDA_ERROR_INVALID_CLUSTER_SIZE);
  EXPECT_EQ(runClusters(sum, {8}, {32}, 0, {2}, out, out),
            CUDA_ERROR_INVALID_CLUSTER_SIZE);
  EXPECT_EQ(run(sum, {6}, {32}, 0, out, out), CUDA_ERROR_INVALID_CLUSTER_SIZE);
  EXPECT_EQ(runClusters(who, {8}, {32}, 0, {8}, out), CUDA_SUCCESS);

  int value = 0;
  EXPECT_EQ(
      cuFuncGetAttribute(&value, CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH, sum),
      CUDA_SUCCESS);
  EXPECT_EQ(value, 4);
  EXPECT_EQ(
      cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_CLUSTER_LAUNCH, device),
      CUDA_SUCCESS);
  EXPECT_EQ(value, 1);
  CUlaunchConfig config = configOf({8}, {1024}, 0, {4});
  EXPECT_EQ(cuOccupancyMaxActiveClusters(&value, who, &config), CUDA_SUCCESS);
  EXPECT_EQ(value, 2 * 108 / 4); // two blocks fit on a multiprocessor
  EXPECT_EQ(cuOccupancyMaxPotentialClusterSize(&value, who, &config),
            CUDA_SUCCESS);
  EXPECT_EQ(value, 8);
  EXPECT_EQ(cuFuncSetAttribute(
                who, CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED, 1),
            CUDA_SUCCESS);
  EXPECT_EQ(cuOccupancyMaxPotentialClusterSize(&value, who, &config),
            CUDA_SUCCESS);
  EXPECT_EQ(value, 16);
}
