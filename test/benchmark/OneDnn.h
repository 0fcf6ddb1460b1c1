//===- OneDnn.h - Products by oneDNN, to compare with -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_BENCHMARK_ONEDNN_H
#define BRT_TEST_BENCHMARK_ONEDNN_H

#include <cstdint>
#include <string_view>

namespace brt::benchmark {

/// A product of row-major f32 matrices, result[m, n] = sum_k lhs[m, k] rhs[k,
/// n]; a transposed factor lies in memory as [k, m] or [n, k].
struct MatrixProduct {
  bool transposeLhs, transposeRhs;
  int64_t m, n, k;
  const float *lhs, *rhs;
  float *result;
};

/// Makes oneDNN use one thread and no instructions but those of a set, "avx512"
/// or "avx2". To be called once, before any product. Returns false where the
/// benchmark was built without oneDNN, or it does not know the set.
bool prepareOneDnn(std::string_view isa);

/// Computes a product by oneDNN, which has to be prepared.
void multiplyByOneDnn(const MatrixProduct &product);

} // namespace brt::benchmark

#endif // BRT_TEST_BENCHMARK_ONEDNN_H
