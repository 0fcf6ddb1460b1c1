//===- LlvmKernelsTest.cpp - Tensor kernels by LLVM's NVPTX backend -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ptx/gemm.ptx, ptx/attention.ptx and ptx/attention-backward.ptx were printed
// by MLIR and LLVM 22 from nvgpu-level IR. Their shared memory is what the
// launch gives them, behind a variable of one byte.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <random>

using namespace brt::emu;
using namespace brt::emu::test;

static std::string readFile(const std::string &name) {
  std::ifstream file(std::string(BRT_TEST_SOURCE_DIR) + "/ptx/" + name);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

static float fromBF16(uint16_t bits) {
  uint32_t word = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

static std::vector<uint16_t> randomBF16(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1);
  std::vector<uint16_t> bits(count);
  for (uint16_t &each : bits) {
    float value = normal(random);
    uint32_t word;
    std::memcpy(&word, &value, sizeof word);
    each = static_cast<uint16_t>(word >> 16);
  }
  return bits;
}

TEST(LlvmKernels, Gemm) {
  constexpr unsigned n = 128;
  Machine machine;
  auto program = machine.load(readFile("gemm.ptx"));
  ASSERT_TRUE(program) << machine.diagnostic.message << " line "
                       << machine.diagnostic.where.line;
  auto a = randomBF16(n * n, 1), b = randomBF16(n * n, 2);
  uint64_t dc = machine.allocate(n * n * sizeof(uint16_t));
  LaunchConfig config;
  config.program = program.get();
  config.kernel = program->findEntry("gemm");
  config.grid[0] = config.grid[1] = n / 64;
  config.block[0] = 128;
  config.dynamicShared = 3 * 2 * 64 * 32 * sizeof(uint16_t);
  uint64_t arguments[] = {machine.upload(a), machine.upload(b), dc};
  config.parameters.resize(sizeof arguments);
  std::memcpy(config.parameters.data(), arguments, sizeof arguments);
  LaunchOutcome outcome = runLaunch(config, machine.options, machine.memory);
  ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
  EXPECT_EQ(outcome.counters.tensorMultiplyAdds, uint64_t(n) * n * n);

  auto c = machine.download<uint16_t>(dc, n * n);
  for (unsigned row = 0; row < n; ++row)
    for (unsigned col = 0; col < n; ++col) {
      double sum = 0;
      for (unsigned k = 0; k < n; ++k)
        sum += double(fromBF16(a[row * n + k])) * fromBF16(b[col * n + k]);
      // Half a unit in the last place of bf16 is 2^-9 of the value.
      ASSERT_NEAR(fromBF16(c[row * n + col]), sum, std::fabs(sum) / 256 + 1e-3);
    }
}

TEST(LlvmKernels, Attention) {
  constexpr unsigned rows = 256, width = 64;
  Machine machine;
  auto program = machine.load(readFile("attention.ptx"));
  ASSERT_TRUE(program) << machine.diagnostic.message << " line "
                       << machine.diagnostic.where.line;
  auto q = randomBF16(rows * width, 1), k = randomBF16(rows * width, 2),
       v = randomBF16(rows * width, 3);
  uint64_t out = machine.allocate(rows * width * sizeof(uint16_t));
  LaunchOutcome outcome = machine.run(
      *program, "fa", rows / 64, 128,
      {machine.upload(q), machine.upload(k), machine.upload(v), out}, 40960);
  ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();

  auto o = machine.download<uint16_t>(out, rows * width);
  for (unsigned row = 0; row < rows; ++row) {
    std::vector<double> weight(rows);
    double sum = 0;
    for (unsigned key = 0; key < rows; ++key) {
      double dot = 0;
      for (unsigned i = 0; i < width; ++i)
        dot +=
            double(fromBF16(q[row * width + i])) * fromBF16(k[key * width + i]);
      sum += weight[key] = std::exp(dot / 8);
    }
    for (unsigned i = 0; i < width; ++i) {
      double expected = 0;
      for (unsigned key = 0; key < rows; ++key)
        expected += weight[key] / sum * fromBF16(v[key * width + i]);
      // The weights are rounded to bf16 on the way.
      ASSERT_NEAR(fromBF16(o[row * width + i]), expected, 2e-2);
    }
  }
}

static double dotOf(const std::vector<uint16_t> &x, unsigned rowX,
                    const std::vector<uint16_t> &y, unsigned rowY,
                    unsigned width) {
  double sum = 0;
  for (unsigned i = 0; i < width; ++i)
    sum +=
        double(fromBF16(x[rowX * width + i])) * fromBF16(y[rowY * width + i]);
  return sum;
}

TEST(LlvmKernels, AttentionBackward) {
  constexpr unsigned rows = 256, width = 64;
  Machine machine;
  auto program = machine.load(readFile("attention-backward.ptx"));
  ASSERT_TRUE(program) << machine.diagnostic.message << " line "
                       << machine.diagnostic.where.line;
  auto q = randomBF16(rows * width, 1), k = randomBF16(rows * width, 2),
       v = randomBF16(rows * width, 3), dO = randomBF16(rows * width, 4);
  // Weights P, their gradient before the softmax, and what the kernel is given
  // of them: log2 of each row's sum and the row's dO . O.
  std::vector<double> weight(rows * rows), slope(rows * rows);
  std::vector<float> logSum(rows), delta(rows);
  for (unsigned row = 0; row < rows; ++row) {
    double sum = 0, mean = 0;
    for (unsigned key = 0; key < rows; ++key)
      sum += weight[row * rows + key] =
          std::exp(dotOf(q, row, k, key, width) / 8);
    for (unsigned key = 0; key < rows; ++key) {
      weight[row * rows + key] /= sum;
      slope[row * rows + key] = dotOf(dO, row, v, key, width);
      mean += weight[row * rows + key] * slope[row * rows + key];
    }
    for (unsigned key = 0; key < rows; ++key)
      slope[row * rows + key] =
          weight[row * rows + key] * (slope[row * rows + key] - mean);
    logSum[row] = static_cast<float>(std::log2(sum));
    delta[row] = static_cast<float>(mean);
  }
  uint64_t dK = machine.allocate(rows * width * sizeof(uint16_t)),
           dV = machine.allocate(rows * width * sizeof(uint16_t));
  LaunchOutcome outcome =
      machine.run(*program, "fab", rows / 64, 128,
                  {machine.upload(q), machine.upload(k), machine.upload(v),
                   machine.upload(dO), machine.upload(logSum),
                   machine.upload(delta), dK, dV},
                  49152);
  ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();

  auto gotK = machine.download<uint16_t>(dK, rows * width),
       gotV = machine.download<uint16_t>(dV, rows * width);
  for (unsigned key = 0; key < rows; ++key)
    for (unsigned i = 0; i < width; ++i) {
      double wantK = 0, wantV = 0;
      for (unsigned row = 0; row < rows; ++row) {
        wantK += slope[row * rows + key] * fromBF16(q[row * width + i]);
        wantV += weight[row * rows + key] * fromBF16(dO[row * width + i]);
      }
      // Weights and slopes are rounded to bf16 on the way, and so is the
      // result.
      ASSERT_NEAR(fromBF16(gotK[key * width + i]), wantK,
                  2e-2 + std::fabs(wantK) / 128);
      ASSERT_NEAR(fromBF16(gotV[key * width + i]), wantV,
                  1e-2 + std::fabs(wantV) / 128);
    }
}
