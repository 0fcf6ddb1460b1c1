// RUN: brt-opt %s --brt-tile-attention="queries=32 keys=16" --split-input-file --verify-diagnostics | FileCheck %s
// RUN: brt-opt %s --brt-tile-attention="queries=32 keys=16 window-tiles=4" --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=WINDOW

// A window has as many tiles as is asked for; without one, tiles are as large.
// WINDOW-LABEL: func.func @window
// WINDOW:         tile.load %arg1{{.*}} -> tensor<8x8xf32>
// WINDOW-LABEL: func.func @state
// WINDOW:         tile.load %arg1{{.*}} -> tensor<16x8xbf16>

// Tiles of keys from the first to the last that is seen. One that all queries
// see has only its bias added; others are masked. The bias is heated too.
// CHECK-LABEL: func.func @window
// CHECK-NOT:     kernel.
// CHECK:         scf.forall (%[[LANE:[a-z0-9]+]], %[[HEAD:[a-z0-9]+]], %[[I:[a-z0-9]+]]) in (%{{.*}}, 2, 2) {
// CHECK:           %[[T:.*]] = memref.load %{{.*}}[%[[HEAD]]] : memref<2xf32>
// CHECK:           %[[Q:.*]] = tile.load %arg0[%[[LANE]], %[[I]], %[[HEAD]], %{{.*}}] axes [1, 3] : memref<?x64x2x8xf32> -> tensor<32x8xf32>
// CHECK:           scf.for %[[J:[a-z0-9]+]] = {{.*}} -> (tensor<32xf32>, tensor<32xf32>, tensor<32x8xf32>) {
// CHECK:             %[[K:.*]] = tile.load %arg1[%[[LANE]], %[[J]], %[[HEAD]], %{{.*}}] axes [1, 3] : memref<?x96x2x8xf32> -> tensor<16x8xf32>
// CHECK:             %[[V:.*]] = tile.load %arg2
// CHECK:             %[[DOTS:.*]] = linalg.contract {{.*}} ins(%{{.*}}, %[[K]] :
// CHECK:             %[[B:.*]] = tile.load_toeplitz %arg4[%[[HEAD]], %{{.*}}] : memref<2x32xf32> -> tensor<32x16xf32>
// CHECK:             scf.if
// CHECK-NEXT:          linalg.generic {{.*}} ins(%[[B]] : {{.*}} outs(%[[DOTS]]
// CHECK-NOT:           arith.select
// CHECK:             } else {
// CHECK-NEXT:          linalg.generic {{.*}} ins(%[[B]] : {{.*}} outs(%[[DOTS]]
// CHECK:                 arith.select
// CHECK:             arith.maximumf
// CHECK:             math.exp
// CHECK:             linalg.contract {{.*}} ins(%{{.*}}, %[[V]] :
// CHECK:           tile.store %{{.*}}, %arg5[%[[LANE]], %[[I]], %[[HEAD]], %{{.*}}] axes [1, 3]
// CHECK:           math.log
// CHECK:           tile.store %{{.*}}, %arg6[%[[LANE]], %[[HEAD]], %[[I]]] axes [2] : tensor<32xf32>, memref<?x2x64xf32>
func.func @window(%q: memref<?x64x2x8xf32>, %k: memref<?x96x2x8xf32>, %v: memref<?x96x2x8xf32>, %t: memref<2xf32>, %b: memref<2x32xf32>,
                  %y: memref<?x64x2x8xf32>, %l: memref<?x2x64xf32>) {
  kernel.attention %q, %k, %v temperature(%t : memref<2xf32>) bias(%b : memref<2x32xf32>) outs(%y, %l : memref<?x64x2x8xf32>, memref<?x2x64xf32>)
      {window = 32} : memref<?x64x2x8xf32>, memref<?x96x2x8xf32>, memref<?x96x2x8xf32>
  return
}

// -----

// Whole tiles that all are seen: no mask anywhere. bf16 is widened.
// CHECK-LABEL: func.func @state
// CHECK:         %[[K:.*]] = tile.load %arg1{{.*}} -> tensor<16x8xbf16>
// CHECK:         %[[WIDE:.*]] = linalg.generic {{.*}} ins(%[[K]] : tensor<16x8xbf16>) outs(%{{.*}} : tensor<16x8xf32>)
// CHECK:         linalg.contract {{.*}} ins(%{{.*}}, %[[WIDE]] : {{.*}} outs(%{{.*}} : tensor<8x16xf32>)
// CHECK-NOT:     scf.if
// CHECK:         tile.store %{{.*}} : tensor<8x8xbf16>, memref<?x8x2x8xbf16>
func.func @state(%q: memref<?x8x2x8xbf16>, %k: memref<?x48x2x8xbf16>, %y: memref<?x8x2x8xbf16>) {
  kernel.attention %q, %k, %k outs(%y : memref<?x8x2x8xbf16>) : memref<?x8x2x8xbf16>, memref<?x48x2x8xbf16>, memref<?x48x2x8xbf16>
  return
}

// -----

// A lane's position says where its first query stands.
// CHECK-LABEL: func.func @positions
// CHECK:         scf.forall (%[[LANE:.*]], %{{.*}}, %{{.*}}) in
// CHECK:           memref.load %arg2[%[[LANE]]] : memref<?xi32>
func.func @positions(%q: memref<?x1x2x8xf32>, %k: memref<?x64x2x8xf32>, %p: memref<?xi32>, %y: memref<?x1x2x8xf32>) {
  kernel.attention %q, %k, %k positions(%p : memref<?xi32>) outs(%y : memref<?x1x2x8xf32>) {window = 32}
      : memref<?x1x2x8xf32>, memref<?x64x2x8xf32>, memref<?x64x2x8xf32>
  return
}

// -----

func.func @tensors(%q: tensor<?x8x2x8xf32>, %k: tensor<?x48x2x8xf32>, %y: tensor<?x8x2x8xf32>) -> tensor<?x8x2x8xf32> {
  // expected-error @+1 {{expects to be on buffers to become a program over tiles}}
  %0 = kernel.attention %q, %k, %k outs(%y : tensor<?x8x2x8xf32>) : tensor<?x8x2x8xf32>, tensor<?x48x2x8xf32>, tensor<?x48x2x8xf32> -> tensor<?x8x2x8xf32>
  return %0 : tensor<?x8x2x8xf32>
}
