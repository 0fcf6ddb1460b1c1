//===- CompiledOps.h - Compiled ops against the evaluator -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_UNIT_LOWERING_COMPILEDOPS_H
#define BRT_TEST_UNIT_LOWERING_COMPILEDOPS_H

#include "CheckEntries.h"
#include <gtest/gtest.h>
#include <string>

namespace brt::test {

inline constexpr Tolerance kOpTolerances[] = {
    {"f32", reference::Arithmetic::F64, 2e-6},
    {"f64", reference::Arithmetic::F64, 1e-13},
    {"bf16", reference::Arithmetic::AsTyped, 4e-3}};

/// A test of compiled ops in one element type.
class CompiledOps : public testing::TestWithParam<Tolerance> {
protected:
  /// Checks all functions of `text`, in which T stands for the element type and
  /// P for that of parameters. `slack` times the type's tolerance is allowed.
  void check(std::string text,
             std::initializer_list<int64_t> laneCounts = {1, 3},
             double slack = 1, const AttentionOptions &attention = {});
};

/// Names a test by its element type.
std::string nameOf(const testing::TestParamInfo<Tolerance> &info);

} // namespace brt::test

#endif // BRT_TEST_UNIT_LOWERING_COMPILEDOPS_H
