//===- CompiledKernelsTest.cpp - What nvcc makes of CUDA C++ --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of kernels/basic.cu, compiled by nvcc, launched through the driver
// interface with every check on, against results computed here.
//
//===----------------------------------------------------------------------===//

#include "DriverFixture.h"

#include <cmath>
#include <numeric>
#include <random>

using namespace brt::emu::test;

namespace {
class CompiledKernels : public DriverTest {
protected:
  std::mt19937 random{7};
  std::vector<float> floats(size_t count) {
    std::uniform_real_distribution<float> between(-2, 2);
    std::vector<float> values(count);
    for (float &value : values)
      value = between(random);
    return values;
  }
};
} // namespace

TEST_F(CompiledKernels, AddVectors) {
  BRT_LOAD_COMPILED(module, "basic");
  for (int count : {1, 31, 1000, 4097}) {
    auto a = floats(count), b = floats(count);
    CUdeviceptr da = upload(a), db = upload(b), dc = 0;
    ASSERT_EQ(cuMemAlloc(&dc, count * sizeof(float)), CUDA_SUCCESS);
    unsigned blocks = (count + 127) / 128;
    ASSERT_EQ(
        run(find(module, "addVectors"), {blocks}, {128}, 0, da, db, dc, count),
        CUDA_SUCCESS);
    auto c = download<float>(dc, count);
    for (int i = 0; i < count; ++i)
      ASSERT_EQ(c[i], a[i] + b[i]) << i;
  }
}

TEST_F(CompiledKernels, ReduceSum) {
  BRT_LOAD_COMPILED(module, "basic");
  for (int count : {1, 255, 10000}) {
    auto in = floats(count);
    CUdeviceptr din = upload(in), dout = upload(std::vector<float>{0});
    ASSERT_EQ(run(find(module, "reduceSum"), {5}, {256}, 0, din, dout, count),
              CUDA_SUCCESS);
    double exact = std::accumulate(in.begin(), in.end(), 0.0);
    EXPECT_NEAR(download<float>(dout, 1)[0], exact, 1e-3);
  }
}

TEST_F(CompiledKernels, ScanBlock) {
  BRT_LOAD_COMPILED(module, "basic");
  for (int count : {1, 77, 256}) {
    std::vector<int> in(count);
    for (int &value : in)
      value = static_cast<int>(random() % 100);
    CUdeviceptr din = upload(in), dout = upload(std::vector<int>(count));
    ASSERT_EQ(run(find(module, "scanBlock"), {1}, {256}, 256 * sizeof(int), din,
                  dout, count),
              CUDA_SUCCESS);
    std::vector<int> expected(count);
    std::partial_sum(in.begin(), in.end(), expected.begin());
    EXPECT_EQ(download<int>(dout, count), expected);
  }
}

TEST_F(CompiledKernels, Histogram) {
  BRT_LOAD_COMPILED(module, "basic");
  int count = 20000;
  std::vector<uint8_t> in(count);
  std::vector<unsigned> expected(256);
  for (uint8_t &value : in)
    ++expected[value = static_cast<uint8_t>(random() % 61)];
  CUdeviceptr din = upload(in), bins = upload(std::vector<unsigned>(256));
  ASSERT_EQ(run(find(module, "histogram"), {6}, {128}, 0, din, bins, count),
            CUDA_SUCCESS);
  EXPECT_EQ(download<unsigned>(bins, 256), expected);
}

TEST_F(CompiledKernels, TiledGemm) {
  BRT_LOAD_COMPILED(module, "basic");
  for (auto [m, n, k] : {std::array{16, 16, 16}, std::array{33, 20, 47}}) {
    auto a = floats(m * k), b = floats(k * n);
    CUdeviceptr da = upload(a), db = upload(b),
                dc = upload(std::vector<float>(m * n));
    ASSERT_EQ(run(find(module, "tiledGemm"), {(n + 15u) / 16, (m + 15u) / 16},
                  {16, 16}, 0, da, db, dc, m, n, k),
              CUDA_SUCCESS);
    auto c = download<float>(dc, m * n);
    for (int row = 0; row < m; ++row)
      for (int col = 0; col < n; ++col) {
        double sum = 0;
        for (int i = 0; i < k; ++i)
          sum += double(a[row * k + i]) * b[i * n + col];
        ASSERT_NEAR(c[row * n + col], sum, 1e-4);
      }
  }
}

TEST_F(CompiledKernels, LanesAndBlocksTakeTurnsWithALock) {
  BRT_LOAD_COMPILED(module, "basic");
  CUdeviceptr lock = upload(std::vector<int>{0}),
              value = upload(std::vector<int>{0});
  ASSERT_EQ(run(find(module, "lockedCounter"), {3}, {64}, 0, lock, value),
            CUDA_SUCCESS);
  EXPECT_EQ(download<int>(value, 1)[0], 192);
}

TEST_F(CompiledKernels, LastBlockAddsUp) {
  BRT_LOAD_COMPILED(module, "basic");
  std::vector<int> in(8 * 32);
  std::iota(in.begin(), in.end(), 1);
  CUdeviceptr din = upload(in), partial = upload(std::vector<int>(8)),
              arrived = upload(std::vector<unsigned>{0}),
              out = upload(std::vector<int>{0});
  ASSERT_EQ(run(find(module, "lastBlockSum"), {8}, {32}, 0, din, partial,
                arrived, out),
            CUDA_SUCCESS);
  EXPECT_EQ(download<int>(out, 1)[0], 256 * 257 / 2);
}

TEST_F(CompiledKernels, VirtualCallsAndRecursion) {
  BRT_LOAD_COMPILED(module, "basic");
  auto sizes = floats(64);
  CUdeviceptr din = upload(sizes), dout = upload(std::vector<float>(64));
  ASSERT_EQ(run(find(module, "virtualCalls"), {1}, {64}, 0, din, dout),
            CUDA_SUCCESS);
  auto out = download<float>(dout, 64);
  for (int i = 0; i < 64; ++i)
    EXPECT_FLOAT_EQ(out[i], (i % 3 ? 1.0f : 3.0f) * sizes[i] * sizes[i]);

  CUdeviceptr numbers = upload(std::vector<unsigned>(48));
  ASSERT_EQ(run(find(module, "recursion"), {1}, {48}, 0, numbers),
            CUDA_SUCCESS);
  const unsigned expected[] = {0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89};
  auto got = download<unsigned>(numbers, 48);
  for (int i = 0; i < 48; ++i)
    EXPECT_EQ(got[i], expected[i % 12]) << i;
}

TEST_F(CompiledKernels, MathFunctions) {
  BRT_LOAD_COMPILED(module, "basic");
  int count = 200;
  auto x = floats(count);
  x[0] = 1e6f; // the slow path of the sine's range reduction
  CUdeviceptr din = upload(x), dout = upload(std::vector<float>(8 * count));
  ASSERT_EQ(run(find(module, "mathFunctions"), {2}, {128}, 0, din, dout, count),
            CUDA_SUCCESS);
  auto out = download<float>(dout, 8 * count);
  for (int i = 0; i < count; ++i) {
    double v = x[i], magnitude = std::fabs(v);
    const double expected[] = {std::sin(v),
                               std::exp(v),
                               std::log(magnitude),
                               std::pow(magnitude, 1.5),
                               1 / std::sqrt(magnitude),
                               std::tanh(v),
                               std::exp(v),
                               v / 3};
    for (int f = 0; f < 8; ++f) {
      if (std::fabs(expected[f]) > 3e38) {
        EXPECT_TRUE(std::isinf(out[8 * i + f]));
        continue;
      }
      EXPECT_NEAR(out[8 * i + f], expected[f],
                  4e-6 * std::fabs(expected[f]) + 1e-6)
          << "function " << f << " of " << v;
    }
  }
}

TEST_F(CompiledKernels, Divergence) {
  BRT_LOAD_COMPILED(module, "basic");
  int count = 500;
  std::vector<int> in(count);
  for (int &value : in)
    value = 1 + static_cast<int>(random() % 1000);
  CUdeviceptr din = upload(in), dout = upload(std::vector<int>(count));
  ASSERT_EQ(run(find(module, "divergence"), {4}, {128}, 0, din, dout, count),
            CUDA_SUCCESS);
  auto out = download<int>(dout, count);
  for (int i = 0; i < count; ++i) {
    int value = in[i], steps = 0;
    while (value != 1 && steps < 200) {
      value = value % 2 ? 3 * value + 1 : value / 2;
      ++steps;
    }
    const int results[] = {steps + 100, steps * 2, steps - 5, steps ^ 77,
                           -steps,      steps * 4, steps};
    ASSERT_EQ(out[i], results[in[i] % 7]) << in[i];
  }
}

TEST_F(CompiledKernels, StructureByValue) {
  BRT_LOAD_COMPILED(module, "basic");
  struct Packed {
    char tag;
    double weight;
    short counts[3];
  } packed = {3, 0.5, {10, 20, -30}};
  char first = 1;
  CUdeviceptr out = upload(std::vector<double>(3));
  ASSERT_EQ(
      run(find(module, "structParameter"), {1}, {3}, 0, first, packed, out),
      CUDA_SUCCESS);
  EXPECT_EQ(download<double>(out, 3), (std::vector<double>{14.5, 24.5, -25.5}));
}

TEST_F(CompiledKernels, Symbols) {
  BRT_LOAD_COMPILED(module, "basic");
  CUdeviceptr out = upload(std::vector<float>(8)), counter = 0, table = 0;
  size_t bytes = 0;
  ASSERT_EQ(cuModuleGetGlobal(&counter, &bytes, module, "deviceCounter"),
            CUDA_SUCCESS);
  EXPECT_EQ(bytes, sizeof(int));
  ASSERT_EQ(cuModuleGetGlobal(&table, &bytes, module, "coefficients"),
            CUDA_SUCCESS);
  EXPECT_EQ(bytes, 4 * sizeof(float));
  float nine = 9;
  ASSERT_EQ(cuMemcpyHtoD(table, &nine, sizeof nine), CUDA_SUCCESS);
  ASSERT_EQ(run(find(module, "symbols"), {1}, {8}, 0, out), CUDA_SUCCESS);
  EXPECT_EQ(download<float>(out, 8),
            (std::vector<float>{9, 2, 3, 4, 9, 2, 3, 4}));
  EXPECT_EQ(download<int>(counter, 1)[0], 13);
}
