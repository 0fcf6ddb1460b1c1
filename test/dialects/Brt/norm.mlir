// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// The default epsilon is not printed.
// CHECK-LABEL: func.func @rms(
// CHECK:      %{{.+}} = brt.norm rms %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x16xf32>, tensor<16xf32>
func.func @rms(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.norm rms %x, %g {epsilon = 1.0e-6 : f64} : tensor<?x8x16xf32>, tensor<16xf32>
  return %0 : tensor<?x8x16xf32>
}

// Any other epsilon is.
// CHECK-LABEL: func.func @epsilon(
// CHECK:      %{{.+}} = brt.norm rms %{{[^ ]+}}, %{{[^ ]+}} {epsilon = 1.000000e-05 : f64} : tensor<?x8x16xf32>, tensor<16xf32>
func.func @epsilon(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.norm rms %x, %g {epsilon = 1.0e-5 : f64} : tensor<?x8x16xf32>, tensor<16xf32>
  return %0 : tensor<?x8x16xf32>
}

// A classic norm with a bias, of a tensor without lanes.
// CHECK-LABEL: func.func @layer(
// CHECK:      %{{.+}} = brt.norm layer %{{[^ ]+}}, %{{[^ ]+}} bias(%{{[^ ]+}} : tensor<16xf64>) : tensor<16xf64>, tensor<16xf64>
func.func @layer(%x: tensor<16xf64>, %g: tensor<16xf64>) -> tensor<16xf64> {
  %0 = brt.norm layer %x, %g bias(%g : tensor<16xf64>) : tensor<16xf64>, tensor<16xf64>
  return %0 : tensor<16xf64>
}

// Statistics of bf16 activations.
// CHECK-LABEL: func.func @bf16(
// CHECK:      %{{.+}} = brt.norm rms %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x16xbf16>, tensor<16xf32>
func.func @bf16(%x: tensor<?x8x16xbf16>, %g: tensor<16xf32>) -> tensor<?x8x16xbf16> {
  %0 = brt.norm rms %x, %g : tensor<?x8x16xbf16>, tensor<16xf32>
  return %0 : tensor<?x8x16xbf16>
}
