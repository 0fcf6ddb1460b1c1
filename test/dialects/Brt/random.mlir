// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Attributes in the order of their names.
// CHECK-LABEL: func.func @normal(
// CHECK:      %{{.+}} = brt.random normal %{{[^ ]+}} {mean = 0.000000e+00 : f64, stddev = 1.000000e+00 : f64, stream = 7 : i64} : tensor<256x16xf32>
func.func @normal(%s: i64) -> tensor<256x16xf32> {
  %0 = brt.random normal %s {mean = 0.0 : f64, stddev = 1.0 : f64, stream = 7 : i64} : tensor<256x16xf32>
  return %0 : tensor<256x16xf32>
}

// No spread at all is a constant.
// CHECK-LABEL: func.func @truncated(
// CHECK:      %{{.+}} = brt.random truncated_normal %{{[^ ]+}} {mean = 5.000000e-01 : f64, stddev = 0.000000e+00 : f64, stream = -1 : i64} : tensor<4xf64>
func.func @truncated(%s: i64) -> tensor<4xf64> {
  %0 = brt.random truncated_normal %s {mean = 0.5 : f64, stddev = 0.0 : f64, stream = -1 : i64} : tensor<4xf64>
  return %0 : tensor<4xf64>
}
