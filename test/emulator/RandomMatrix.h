//===- RandomMatrix.h - bf16 as bits and as numbers -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_EMULATOR_RANDOMMATRIX_H
#define BRT_TEST_EMULATOR_RANDOMMATRIX_H

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace brt::emu::test {

/// Random bf16 values between -1 and 1.
struct RandomMatrix {
  std::vector<uint16_t> bits;
  std::vector<double> values;

  RandomMatrix(size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> between(-1, 1);
    for (size_t i = 0; i < count; ++i) {
      float value = between(random);
      uint32_t word;
      std::memcpy(&word, &value, sizeof word);
      word &= 0xffff0000;
      std::memcpy(&value, &word, sizeof word);
      bits.push_back(static_cast<uint16_t>(word >> 16));
      values.push_back(value);
    }
  }
};

/// (A B^T)(row, column), of rows of k elements.
inline double productOf(const RandomMatrix &a, const RandomMatrix &b, int row,
                        int column, int k) {
  double sum = 0;
  for (int i = 0; i < k; ++i)
    sum += a.values[row * k + i] * b.values[column * k + i];
  return sum;
}

} // namespace brt::emu::test

#endif // BRT_TEST_EMULATOR_RANDOMMATRIX_H
