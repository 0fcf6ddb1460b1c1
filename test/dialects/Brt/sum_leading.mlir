// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Over lanes and positions, and over nothing.
// CHECK-LABEL: func.func @sum(
// CHECK:      %{{.+}} = brt.sum_leading %[[G:[^ ]+]] : tensor<?x8x16xf32> -> tensor<16xf32>
// CHECK:      %{{.+}} = brt.sum_leading %{{[^ ]+}} : tensor<16xf32> -> tensor<16xf32>
func.func @sum(%g: tensor<?x8x16xf32>) -> tensor<16xf32> {
  %0 = brt.sum_leading %g : tensor<?x8x16xf32> -> tensor<16xf32>
  %1 = brt.sum_leading %0 : tensor<16xf32> -> tensor<16xf32>
  return %1 : tensor<16xf32>
}

// Terms in bf16, the sum in f32.
// CHECK-LABEL: func.func @bf16(
// CHECK:      %{{.+}} = brt.sum_leading %{{[^ ]+}} : tensor<?x8xbf16> -> tensor<f32>
func.func @bf16(%g: tensor<?x8xbf16>) -> tensor<f32> {
  %0 = brt.sum_leading %g : tensor<?x8xbf16> -> tensor<f32>
  return %0 : tensor<f32>
}
