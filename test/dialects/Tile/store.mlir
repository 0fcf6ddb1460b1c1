// RUN: brt-opt %s | FileCheck %s
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s

// CHECK-LABEL: func.func @lanes
// CHECK: tile.store %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}] axes [1, 2] : tensor<32x64xf32>, memref<?x100x64xf32>
func.func @lanes(%tile: tensor<32x64xf32>, %view: memref<?x100x64xf32>, %b: index, %i: index, %j: index) {
  tile.store %tile, %view[%b, %i, %j] axes [1, 2] : tensor<32x64xf32>, memref<?x100x64xf32>
  return
}
