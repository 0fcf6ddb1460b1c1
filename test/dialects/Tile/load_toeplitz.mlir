// RUN: brt-opt %s | FileCheck %s
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s

// CHECK-LABEL: func.func @bias
// CHECK: tile.load_toeplitz %{{.*}}[%{{.*}}, %{{.*}}] : memref<8x512xf32> -> tensor<96x128xf32>
// CHECK: tile.load_toeplitz %{{.*}}[%{{.*}}, %{{.*}}] {padding = -1.000000e+03 : f64} : memref<8x512xf32>
func.func @bias(%table: memref<8x512xf32>, %head: index, %distance: index) -> (tensor<96x128xf32>, tensor<96x128xf32>) {
  %0 = tile.load_toeplitz %table[%head, %distance] : memref<8x512xf32> -> tensor<96x128xf32>
  %1 = tile.load_toeplitz %table[%head, %distance] {padding = -1000.0} : memref<8x512xf32> -> tensor<96x128xf32>
  return %0, %1 : tensor<96x128xf32>, tensor<96x128xf32>
}
