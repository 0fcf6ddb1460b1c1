// RUN: brt-opt %s | FileCheck %s
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s

// CHECK-LABEL: func.func @gradient
// CHECK: tile.add_toeplitz %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] : tensor<96x128xf32>, memref<8x512xf32>
func.func @gradient(%tile: tensor<96x128xf32>, %table: memref<8x512xf32>, %head: index, %distance: index) {
  tile.add_toeplitz %tile, %table[%head, %distance] : tensor<96x128xf32>, memref<8x512xf32>
  return
}
