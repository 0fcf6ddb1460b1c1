// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Lanes of positions.
// CHECK-LABEL: func.func @lanes(
// CHECK:      %{{.+}} = brt.weight_gradient %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x16xf32>, tensor<?x8x32xf32> -> tensor<16x32xf32>
func.func @lanes(%x: tensor<?x8x16xf32>, %g: tensor<?x8x32xf32>) -> tensor<16x32xf32> {
  %0 = brt.weight_gradient %x, %g : tensor<?x8x16xf32>, tensor<?x8x32xf32> -> tensor<16x32xf32>
  return %0 : tensor<16x32xf32>
}

// One row.
// CHECK-LABEL: func.func @row(
// CHECK:      %{{.+}} = brt.weight_gradient %{{[^ ]+}}, %{{[^ ]+}} : tensor<4xbf16>, tensor<5xf32> -> tensor<4x5xf32>
func.func @row(%x: tensor<4xbf16>, %g: tensor<5xf32>) -> tensor<4x5xf32> {
  %0 = brt.weight_gradient %x, %g : tensor<4xbf16>, tensor<5xf32> -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}
