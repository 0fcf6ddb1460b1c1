// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// The result takes its type from the operands.
// CHECK-LABEL: func.func @linear(
// CHECK:      %{{.+}} = brt.linear %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x16xf32>, tensor<16x32xf32>
func.func @linear(%x: tensor<?x8x16xf32>, %w: tensor<16x32xf32>) -> tensor<?x8x32xf32> {
  %0 = brt.linear %x, %w : tensor<?x8x16xf32>, tensor<16x32xf32>
  return %0 : tensor<?x8x32xf32>
}

// With a bias, f32 parameters of bf16 activations.
// CHECK-LABEL: func.func @bias(
// CHECK:      %{{.+}} = brt.linear %{{[^ ]+}}, %{{[^ ]+}} bias(%{{[^ ]+}} : tensor<32xf32>) : tensor<?x8x16xbf16>, tensor<16x32xf32>
func.func @bias(%x: tensor<?x8x16xbf16>, %w: tensor<16x32xf32>, %b: tensor<32xf32>) -> tensor<?x8x32xbf16> {
  %0 = brt.linear %x, %w bias(%b : tensor<32xf32>) : tensor<?x8x16xbf16>, tensor<16x32xf32>
  return %0 : tensor<?x8x32xbf16>
}

// A vector.
// CHECK-LABEL: func.func @vector(
// CHECK:      %{{.+}} = brt.linear %{{[^ ]+}}, %{{[^ ]+}} : tensor<16xf32>, tensor<16x32xf32>
func.func @vector(%x: tensor<16xf32>, %w: tensor<16x32xf32>) -> tensor<32xf32> {
  %0 = brt.linear %x, %w : tensor<16xf32>, tensor<16x32xf32>
  return %0 : tensor<32xf32>
}
