//===- OneDnn.cpp - Products by oneDNN, to compare with -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OneDnn.h"

using namespace brt::benchmark;

#ifdef BRT_HAS_ONEDNN

#include <cstdlib>
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

/// The OpenMP runtime that oneDNN is linked with need not be the compiler's.
static bool useOneThread() {
  void *openmp = dlopen("libgomp.so.1", RTLD_NOW | RTLD_NOLOAD);
  void *function = openmp ? dlsym(openmp, "omp_set_num_threads") : nullptr;
  if (!function)
    return false;
  reinterpret_cast<void (*)(int)>(function)(1);
  return true;
}

bool brt::benchmark::prepareOneDnn(std::string_view isa) {
  dnnl_cpu_isa_t most =
      isa == "avx512" ? dnnl_cpu_isa_avx512_core : dnnl_cpu_isa_avx2;
  return useOneThread() && dnnl_set_max_cpu_isa(most) == dnnl_success;
}

void brt::benchmark::multiplyByOneDnn(const MatrixProduct &p) {
  dnnl_status_t status = dnnl_sgemm(
      p.transposeLhs ? 'T' : 'N', p.transposeRhs ? 'T' : 'N', p.m, p.n, p.k,
      /*alpha=*/1.0f, p.lhs, p.transposeLhs ? p.m : p.k, p.rhs,
      p.transposeRhs ? p.k : p.n, /*beta=*/0.0f, p.result, p.n);
  if (status != dnnl_success)
    abort();
}

#else

bool brt::benchmark::prepareOneDnn(std::string_view) { return false; }

void brt::benchmark::multiplyByOneDnn(const MatrixProduct &) {}

#endif
