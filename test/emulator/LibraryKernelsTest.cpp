//===- LibraryKernelsTest.cpp - CUB, cooperative groups, pipelines --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DriverFixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace brt::emu::test;

namespace {
class LibraryKernels : public DriverTest {
protected:
  std::vector<int> numbers(size_t count) {
    std::mt19937 random(3);
    std::vector<int> values(count);
    for (int &value : values)
      value = static_cast<int>(random() % 1000);
    return values;
  }
};
} // namespace

TEST_F(LibraryKernels, CubScanAndSort) {
  BRT_LOAD_COMPILED(module, "library");
  auto in = numbers(128);
  CUdeviceptr din = upload(in), dout = upload(std::vector<int>(129));
  ASSERT_EQ(run(find(module, "cubScan"), {1}, {128}, 0, din, dout),
            CUDA_SUCCESS);
  std::vector<int> expected(128);
  std::partial_sum(in.begin(), in.end(), expected.begin());
  expected.push_back(expected.back());
  EXPECT_EQ(download<int>(dout, 129), expected);

  auto keys = numbers(256);
  din = upload(keys);
  dout = upload(std::vector<int>(256));
  ASSERT_EQ(run(find(module, "cubSort"), {1}, {128}, 0, din, dout),
            CUDA_SUCCESS);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(download<int>(dout, 256), keys);
}

TEST_F(LibraryKernels, GridSync) {
  BRT_LOAD_COMPILED(module, "library");
  int blocks = 4, threads = 64, count = blocks * threads, steps = 3;
  CUdeviceptr a = upload(std::vector<int>(count)),
              b = upload(std::vector<int>(count));
  void *parameters[] = {&a, &b, &steps};
  ASSERT_EQ(cuLaunchCooperativeKernel(find(module, "gridSync"), blocks, 1, 1,
                                      threads, 1, 1, 0, nullptr, parameters),
            CUDA_SUCCESS);
  ASSERT_EQ(cuCtxSynchronize(), CUDA_SUCCESS);
  EXPECT_EQ(download<int>(a, count), std::vector<int>(count, 2 * steps));
}

TEST_F(LibraryKernels, Tiles) {
  BRT_LOAD_COMPILED(module, "library");
  auto in = numbers(64);
  CUdeviceptr din = upload(in), dout = upload(std::vector<int>(64));
  ASSERT_EQ(run(find(module, "tiles"), {1}, {64}, 0, din, dout), CUDA_SUCCESS);
  auto out = download<int>(dout, 64);
  for (int i = 0; i < 64; ++i) {
    auto first = in.begin() + i / 8 * 8;
    int sum = std::accumulate(first, first + 8, 0);
    EXPECT_EQ(out[i], i % 2 ? sum + 16000 + i / 32 * 32 + 1 : sum) << i;
  }
}

TEST_F(LibraryKernels, Pipeline) {
  BRT_LOAD_COMPILED(module, "library");
  int tiles = 5;
  auto in = numbers(128 * tiles);
  CUdeviceptr din = upload(in), dout = upload(std::vector<int>(128));
  ASSERT_EQ(run(find(module, "pipelined"), {1}, {128}, 0, din, dout, tiles),
            CUDA_SUCCESS);
  auto out = download<int>(dout, 128);
  for (int i = 0; i < 128; ++i) {
    int sum = 0;
    for (int tile = 0; tile < tiles; ++tile)
      sum += in[tile * 128 + 127 - i];
    EXPECT_EQ(out[i], sum);
  }
}

TEST_F(LibraryKernels, Barriers) {
  BRT_LOAD_COMPILED(module, "library");
  int rounds = 5;
  auto in = numbers(64 * rounds);
  CUdeviceptr din = upload(in), dout = upload(std::vector<int>(64));
  ASSERT_EQ(run(find(module, "handOver"), {1}, {128}, 0, din, dout, rounds),
            CUDA_SUCCESS);
  auto out = download<int>(dout, 64);
  for (int i = 0; i < 64; ++i) {
    int sum = 0;
    for (int round = 0; round < rounds; ++round)
      sum += in[64 * round + 63 - i];
    EXPECT_EQ(out[i], sum);
  }
}

TEST_F(LibraryKernels, Halves) {
  BRT_LOAD_COMPILED(module, "library");
  std::vector<float> in(32);
  for (int i = 0; i < 32; ++i)
    in[i] = static_cast<float>(i - 16) / 8;
  CUdeviceptr din = upload(in), dout = upload(std::vector<float>(128));
  ASSERT_EQ(run(find(module, "halves"), {1}, {32}, 0, din, dout), CUDA_SUCCESS);
  auto out = download<float>(dout, 128);
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(out[4 * i], in[i] * in[i] + 0.5f);
    EXPECT_EQ(out[4 * i + 1], in[i] * in[i] + 0.5f);
    EXPECT_EQ(out[4 * i + 2], 2 * in[i]);
    EXPECT_NEAR(out[4 * i + 3], std::exp(in[i]), 2e-3 * std::exp(in[i]));
  }
}

TEST_F(LibraryKernels, Heap) {
  BRT_LOAD_COMPILED(module, "library");
  int length = 9;
  CUdeviceptr out = upload(std::vector<int>(128));
  size_t before = 0, after = 0, total = 0;
  cuMemGetInfo(&before, &total);
  ASSERT_EQ(run(find(module, "heapLists"), {2}, {64}, 0, out, length),
            CUDA_SUCCESS);
  auto sums = download<int>(out, 128);
  for (int i = 0; i < 128; ++i)
    EXPECT_EQ(sums[i], length * (i % 64) + length * (length - 1) / 2);
  cuMemGetInfo(&after, &total);
  EXPECT_EQ(before, after);
  EXPECT_EQ(run(find(module, "heapAfterFree"), {1}, {1}, 0, out),
            CUDA_ERROR_ILLEGAL_ADDRESS);
}

TEST_F(LibraryKernels, PrintsAndAsserts) {
  BRT_LOAD_COMPILED(module, "library");
  int value = -7;
  CUdeviceptr word = upload(std::vector<char>{'w', 'o', 'r', 'd', 0});
  testing::internal::CaptureStdout();
  EXPECT_EQ(run(find(module, "prints"), {1}, {32}, 0, value, word),
            CUDA_SUCCESS);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "-7 word 1.50 1099511627776 x%\n");
  int limit = 32;
  EXPECT_EQ(run(find(module, "asserts"), {1}, {32}, 0, limit), CUDA_SUCCESS);
  limit = 20;
  EXPECT_EQ(run(find(module, "asserts"), {1}, {32}, 0, limit),
            CUDA_ERROR_ASSERT);
}
