// RUN: brt-opt %s | FileCheck %s
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s

// CHECK-LABEL: func.func @state
// CHECK: kernel.attention %{{.*}}, %{{.*}}, %{{.*}} outs(%{{.*}} : memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>{{$}}
func.func @state(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>) {
  kernel.attention %q, %k, %k outs(%y : memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// CHECK-LABEL: func.func @window
// CHECK: kernel.attention %{{.*}} temperature(%{{.*}} : tensor<4xf32>) bias(%{{.*}} : tensor<4x23xf32>) sink(%{{.*}} : tensor<4xf32>) draw(%{{.*}}, %{{.*}}) outs(%{{.*}}, %{{.*}} : tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>)
// CHECK-SAME: {causal = false, dropout_rate = 1.000000e-01 : f64, dropout_site = 3 : i64, scale = 2.500000e-01 : f64, window = 8 : i64}
// CHECK-SAME: -> tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>
func.func @window(%q: tensor<?x8x4x16xbf16>, %k: tensor<?x16x4x16xbf16>, %t: tensor<4xf32>, %b: tensor<4x23xf32>, %seed: i64, %step: i64,
                  %y: tensor<?x8x4x16xbf16>, %l: tensor<?x4x8xf32>) -> (tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>) {
  %0:2 = kernel.attention %q, %k, %k temperature(%t : tensor<4xf32>) bias(%b : tensor<4x23xf32>) sink(%t : tensor<4xf32>) draw(%seed, %step)
      outs(%y, %l : tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>) {window = 8, causal = false, scale = 0.25, dropout_rate = 0.1, dropout_site = 3}
      : tensor<?x8x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<?x16x4x16xbf16> -> tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>
  return %0#0, %0#1 : tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>
}

// CHECK-LABEL: func.func @positions
// CHECK: positions(%{{.*}} : memref<?xi32>)
func.func @positions(%q: memref<?x1x4x16xf32>, %k: memref<?x16x4x16xf32>, %p: memref<?xi32>, %y: memref<?x1x4x16xf32>) {
  kernel.attention %q, %k, %k positions(%p : memref<?xi32>) outs(%y : memref<?x1x4x16xf32>) {window = 8}
      : memref<?x1x4x16xf32>, memref<?x16x4x16xf32>, memref<?x16x4x16xf32>
  return
}
