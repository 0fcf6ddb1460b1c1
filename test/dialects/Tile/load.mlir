// RUN: brt-opt %s | FileCheck %s
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s

// CHECK-LABEL: func.func @lanes
// CHECK: tile.load %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}] axes [1, 2] : memref<?x100x64xf32> -> tensor<32x64xf32>
func.func @lanes(%view: memref<?x100x64xf32>, %b: index, %i: index, %j: index) -> tensor<32x64xf32> {
  %0 = tile.load %view[%b, %i, %j] axes [1, 2] : memref<?x100x64xf32> -> tensor<32x64xf32>
  return %0 : tensor<32x64xf32>
}

// An axis that the tile does not walk may stand between two that it does.
// CHECK-LABEL: func.func @heads
// CHECK: tile.load %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}] axes [0, 2] {padding = -1.000000e+03 : f64}
func.func @heads(%view: memref<100x8x64xbf16, strided<[1024, 64, 1], offset: ?>>, %i: index, %h: index, %j: index) -> tensor<32x16xbf16> {
  %0 = tile.load %view[%i, %h, %j] axes [0, 2] {padding = -1000.0} : memref<100x8x64xbf16, strided<[1024, 64, 1], offset: ?>> -> tensor<32x16xbf16>
  return %0 : tensor<32x16xbf16>
}
