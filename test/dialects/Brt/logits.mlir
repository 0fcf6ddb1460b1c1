// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Divided by the square root of the width.
// CHECK-LABEL: func.func @logits(
// CHECK:      %{{.+}} = brt.logits %{{[^ ]+}}, %{{[^ ]+}} {divisor = 4.000000e+00 : f64} : tensor<?x8x16xf32>, tensor<256x16xf32> -> tensor<?x8x256xf32>
func.func @logits(%y: tensor<?x8x16xf32>, %e: tensor<256x16xf32>) -> tensor<?x8x256xf32> {
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xf32>, tensor<256x16xf32> -> tensor<?x8x256xf32>
  return %0 : tensor<?x8x256xf32>
}

// Logits of bf16 activations are f32.
// CHECK-LABEL: func.func @bf16(
// CHECK:      %{{.+}} = brt.logits %{{[^ ]+}}, %{{[^ ]+}} {divisor = 4.000000e+00 : f64} : tensor<?x8x16xbf16>, tensor<256x16xf32> -> tensor<?x8x256xf32>
func.func @bf16(%y: tensor<?x8x16xbf16>, %e: tensor<256x16xf32>) -> tensor<?x8x256xf32> {
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xbf16>, tensor<256x16xf32> -> tensor<?x8x256xf32>
  return %0 : tensor<?x8x256xf32>
}
