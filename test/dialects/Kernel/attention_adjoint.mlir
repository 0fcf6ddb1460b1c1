// RUN: brt-opt %s | FileCheck %s
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s

// CHECK-LABEL: func.func @state
// CHECK:         kernel.attention_adjoint %{{.*}}, %{{.*}}, %{{.*}} gradient(%{{.*}}, %{{.*}}, %{{.*}} : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>)
// CHECK-SAME:      outs(%{{.*}}, %{{.*}}, %{{.*}} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>{{$}}
func.func @state(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %l: memref<?x4x8xf32>, %dq: memref<?x8x4x16xf32>, %dk: memref<?x12x4x16xf32>, %dv: memref<?x12x4x16xf32>) {
  kernel.attention_adjoint %q, %k, %k gradient(%q, %l, %l : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>)
      outs(%dq, %dk, %dv : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>)
      : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// CHECK-LABEL: func.func @window
// CHECK:         kernel.attention_adjoint %{{.*}} temperature(%{{.*}} : tensor<4xf32>) bias(%{{.*}} : tensor<4x23xf32>) positions(%{{.*}} : tensor<?xi32>) draw(%{{.*}}, %{{.*}}) gradient(
// CHECK-SAME:      {causal = false, dropout_rate = 1.000000e-01 : f64, dropout_site = 3 : i64, scale = 2.500000e-01 : f64, window = 8 : i64}
// CHECK-SAME:      -> tensor<?x8x4x16xf32>, tensor<?x16x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<?x4x8xf32>, tensor<?x4x23xf32>
func.func @window(%q: tensor<?x8x4x16xbf16>, %k: tensor<?x16x4x16xbf16>, %t: tensor<4xf32>, %b: tensor<4x23xf32>, %p: tensor<?xi32>, %seed: i64, %step: i64,
                  %l: tensor<?x4x8xf32>, %dq: tensor<?x8x4x16xf32>, %db: tensor<?x4x23xf32>) -> tensor<?x4x23xf32> {
  %0:5 = kernel.attention_adjoint %q, %k, %k temperature(%t : tensor<4xf32>) bias(%b : tensor<4x23xf32>) positions(%p : tensor<?xi32>) draw(%seed, %step)
      gradient(%q, %l, %l : tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>, tensor<?x4x8xf32>)
      outs(%dq, %k, %k, %l, %db : tensor<?x8x4x16xf32>, tensor<?x16x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<?x4x8xf32>, tensor<?x4x23xf32>)
      {window = 8, causal = false, scale = 0.25, dropout_rate = 0.1, dropout_site = 3}
      : tensor<?x8x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<?x16x4x16xbf16>
      -> tensor<?x8x4x16xf32>, tensor<?x16x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<?x4x8xf32>, tensor<?x4x23xf32>
  return %0#4 : tensor<?x4x23xf32>
}
