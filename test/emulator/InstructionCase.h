//===- InstructionCase.h - One instruction against the manual -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_EMULATOR_INSTRUCTIONCASE_H
#define BRT_TEST_EMULATOR_INSTRUCTIONCASE_H

#include "Machine.h"

#include <gtest/gtest.h>

namespace brt::emu::test {

inline uint64_t f32(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline uint64_t f64(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
constexpr uint64_t kInf32 = 0x7f800000, kNegInf32 = 0xff800000;
constexpr uint64_t kAnyNaN32 = 0x7fc12345, kNaN = 0x7fffffff;

/// Operands in order, then the expected result.
using Row = std::vector<uint64_t>;

/// Runs `text`, which reads %a, %b, … and writes %d, one row per thread.
/// `types` are the register types of d, a, b, …
std::vector<uint64_t> evaluate(const std::string &text,
                               const std::vector<std::string> &types,
                               const std::vector<Row> &rows);

/// The same, and compares with the last column of each row.
void expectRows(const std::string &text, const std::vector<std::string> &types,
                const std::vector<Row> &rows);

} // namespace brt::emu::test

#endif // BRT_TEST_EMULATOR_INSTRUCTIONCASE_H
