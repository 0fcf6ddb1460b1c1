// RUN: brt-opt %s --brt-tile-attention-adjoint="queries=32 keys=64" --canonicalize --cse --split-input-file --verify-diagnostics | FileCheck %s

// Gradients of queries, of a bias and of a temperature start from zero in memory;
// each tile of keys carries its own. Queries that see a key from j on to j + 63 in
// a window of 64 stand at j + 1 ... j + 127, from 64 on the key axis.
// CHECK-LABEL: func.func @window
// CHECK:         scf.forall (%[[B:.*]], %[[H:.*]]) in (%{{.*}}, 2)
// CHECK:           %[[T:.*]] = memref.load %arg4[%[[H]]]
// CHECK:           scf.for
// CHECK:             tile.store %{{.*}}, %arg6[%[[B]], %{{.*}}, %[[H]], %c0] axes [1, 3] : tensor<32x8xf32>
// CHECK:             tile.store %{{.*}}, %arg9[%[[B]], %[[H]], %{{.*}}] axes [1, 2] : tensor<1x32xf32>
// CHECK:           tile.store %{{.*}}, %arg10[%[[B]], %[[H]], %c0] axes [1, 2] : tensor<1x64xf32>
// CHECK:           scf.for %[[J:.*]] = %c0 to %c2
// CHECK:             %[[FIRST:.*]] = arith.muli %[[J]], %c64
// CHECK:             tile.load %arg1[%[[B]], %[[J]], %[[H]], %c0] axes [1, 3]
// CHECK:             %[[KEYS:.*]] = linalg.generic
// CHECK:             %[[VALUES:.*]] = tile.load %arg2
// CHECK:             %[[SUMS:.*]]:2 = scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %c1 iter_args(%[[DK:.*]] = %{{.*}}, %[[DV:.*]] = %{{.*}})
// CHECK:               %[[Q:.*]] = tile.load %arg0[%[[B]], %[[I]], %[[H]], %c0]
// CHECK:               %[[G:.*]] = tile.load %arg3[%[[B]], %[[I]], %[[H]], %c0]
// CHECK:               linalg.contract {{.*}} ins(%[[Q]], %[[KEYS]] :
// CHECK:               tile.load_toeplitz %arg5[%[[H]], %{{.*}}]
// CHECK:               tile.load %{{.*}} axes [2] {padding = 1.000000e+30 : f64}
// CHECK:               %[[P:.*]] = scf.if
// CHECK-NOT:             arith.select
// CHECK:               } else {
// CHECK:                 arith.select
// CHECK:               linalg.contract {{.*}} ins(%[[G]], %[[VALUES]] :
// CHECK:               %[[NEXT_DV:.*]] = linalg.contract {{.*}} ins(%[[P]], %[[G]] : {{.*}} outs(%[[DV]]
// CHECK:               tile.store %{{.*}}, %arg9[%[[B]], %[[H]], %[[I]]] axes [2] : tensor<32xf32>
// CHECK:               %[[F:.*]] = linalg.generic
// CHECK:               tile.add_toeplitz %[[F]], %arg10[%[[B]], %[[H]], %{{.*}}]
// CHECK:               %[[DQ:.*]] = tile.load %arg6[%[[B]], %[[I]], %[[H]], %c0]
// CHECK:               %[[NEXT_DQ:.*]] = linalg.contract {{.*}} ins(%[[F]], %[[KEYS]] : {{.*}} outs(%[[DQ]]
// CHECK:               tile.store %[[NEXT_DQ]], %arg6[%[[B]], %[[I]], %[[H]], %c0]
// CHECK:               %[[NEXT_DK:.*]] = linalg.contract {{.*}} ins(%[[F]], %[[Q]] : {{.*}} outs(%[[DK]]
// CHECK:               scf.yield %[[NEXT_DK]], %[[NEXT_DV]]
// CHECK:             %[[SCALED:.*]] = linalg.generic {{.*}} ins(%[[SUMS]]#0
// CHECK:             tile.store %[[SCALED]], %arg7[%[[B]], %[[J]], %[[H]], %c0]
// CHECK:             tile.store %[[SUMS]]#1, %arg8[%[[B]], %[[J]], %[[H]], %c0]
func.func @window(%q: memref<?x64x2x8xf32>, %k: memref<?x128x2x8xf32>, %v: memref<?x128x2x8xf32>, %g: memref<?x64x2x8xf32>,
                  %t: memref<2xf32>, %b: memref<2x64xf32>,
                  %dq: memref<?x64x2x8xf32>, %dk: memref<?x128x2x8xf32>, %dv: memref<?x128x2x8xf32>, %dt: memref<?x2x64xf32>, %db: memref<?x2x64xf32>,
                  %l: memref<?x2x64xf32>, %d: memref<?x2x64xf32>) {
  kernel.attention_adjoint %q, %k, %v temperature(%t : memref<2xf32>) bias(%b : memref<2x64xf32>)
      gradient(%g, %l, %d : memref<?x64x2x8xf32>, memref<?x2x64xf32>, memref<?x2x64xf32>)
      outs(%dq, %dk, %dv, %dt, %db : memref<?x64x2x8xf32>, memref<?x128x2x8xf32>, memref<?x128x2x8xf32>, memref<?x2x64xf32>, memref<?x2x64xf32>)
      {window = 64, scale = 0.5} : memref<?x64x2x8xf32>, memref<?x128x2x8xf32>, memref<?x128x2x8xf32>
  return
}

// -----

// Without a window all queries see all keys, and whole tiles need no mask.
// CHECK-LABEL: func.func @state
// CHECK:         scf.for %{{.*}} = %c0 to %c2
// CHECK-NOT:       scf.if
// CHECK-NOT:       tile.add_toeplitz
// CHECK:           scf.for %{{.*}} = %c0 to %c2
// CHECK-NOT:         scf.if
// CHECK-NOT:         arith.select
// CHECK:             scf.yield
func.func @state(%q: memref<?x64x2x8xf32>, %k: memref<?x128x2x8xf32>, %l: memref<?x2x64xf32>,
                 %dq: memref<?x64x2x8xf32>, %dk: memref<?x128x2x8xf32>, %dv: memref<?x128x2x8xf32>) {
  kernel.attention_adjoint %q, %k, %k gradient(%q, %l, %l : memref<?x64x2x8xf32>, memref<?x2x64xf32>, memref<?x2x64xf32>)
      outs(%dq, %dk, %dv : memref<?x64x2x8xf32>, memref<?x128x2x8xf32>, memref<?x128x2x8xf32>)
      : memref<?x64x2x8xf32>, memref<?x128x2x8xf32>, memref<?x128x2x8xf32>
  return
}

// -----

func.func @on_tensors(%q: tensor<?x64x2x8xf32>, %l: tensor<?x2x64xf32>) -> tensor<?x64x2x8xf32> {
  // expected-error @+1 {{expects to be on buffers to become a program over tiles}}
  %0:3 = kernel.attention_adjoint %q, %q, %q gradient(%q, %l, %l : tensor<?x64x2x8xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>)
      outs(%q, %q, %q : tensor<?x64x2x8xf32>, tensor<?x64x2x8xf32>, tensor<?x64x2x8xf32>)
      : tensor<?x64x2x8xf32>, tensor<?x64x2x8xf32>, tensor<?x64x2x8xf32> -> tensor<?x64x2x8xf32>, tensor<?x64x2x8xf32>, tensor<?x64x2x8xf32>
  return %0#0 : tensor<?x64x2x8xf32>
}
