// RUN: brt-opt %s --brt-place-tiles-x86="vector-bytes=32 rows=2" --canonicalize --cse | FileCheck %s

// The right factor is packed into panels of scratch; sums of a register tile are
// carried along the depth, and no vector is wider than a register. Behind whole
// register tiles come one row and one panel of five columns.

// CHECK-LABEL: func.func @product
// CHECK-NOT:     tile.
// CHECK-NOT:     vector<16xf32>
// CHECK:         %[[PANELS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<2x7x16xf32>
// CHECK:         scf.for
// CHECK:           vector.store %{{.*}}, %[[PANELS]][%{{.*}}, %{{.*}}, %c0]
// CHECK:           vector.maskedload %arg1
// Two rows of two vectors, which start as zeros.
// CHECK:           scf.for {{.*}} iter_args({{.*}} = %[[ZERO:.*]], {{.*}} = %[[ZERO]], {{.*}} = %[[ZERO]], {{.*}} = %[[ZERO]]) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-2:     vector.load %[[PANELS]]
// CHECK:             memref.load
// CHECK-COUNT-2:     vector.fma
// CHECK:             memref.load
// CHECK-COUNT-2:     vector.fma
// CHECK-COUNT-4:   vector.store
// Two rows of one vector, of which five elements are stored.
// CHECK:           scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>)
// CHECK:           vector.maskedstore
// One row of two vectors, then of one.
// CHECK:           scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>)
// CHECK:           scf.for {{.*}} -> (vector<8xf32>)
func.func @product(%a: memref<5x6xf32>, %b: memref<6x21xf32>, %c: memref<5x21xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i, %j) in (1, 1) {
    %empty = tensor.empty() : tensor<5x21xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<5x21xf32>) -> tensor<5x21xf32>
    %left = tile.load %a[%i, %c0] axes [0, 1] : memref<5x6xf32> -> tensor<5x6xf32>
    %right = tile.load %b[%c0, %j] axes [0, 1] : memref<6x21xf32> -> tensor<6x21xf32>
    %sum = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
        ins(%left, %right : tensor<5x6xf32>, tensor<6x21xf32>) outs(%zeros : tensor<5x21xf32>) -> tensor<5x21xf32>
    tile.store %sum, %c[%i, %j] axes [0, 1] : tensor<5x21xf32>, memref<5x21xf32>
  }
  return
}

// Many columns use the left factor: its rows are transposed to a strip when their
// turn comes, before the panels pass by. The ninth column is copied by elements.

// CHECK-LABEL: func.func @strips
// CHECK:         %[[STRIP:.*]] = memref.alloca() {alignment = 64 : i64} : memref<1x24xf32>
// CHECK:         scf.for
// CHECK-COUNT-8:   vector.shuffle
// CHECK:           vector.store %{{.*}}, %[[STRIP]]
// CHECK:           scf.for
// CHECK:             memref.store %{{.*}}, %[[STRIP]]
// CHECK:           %[[SLICE:.*]] = memref.subview %[[STRIP]]
// CHECK:           scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK:             memref.load %[[SLICE]]
func.func @strips(%a: memref<4x9xf32>, %b: memref<9x256xf32>, %c: memref<4x256xf32>) {
  %c0 = arith.constant 0 : index
  scf.forall (%i, %j) in (1, 1) {
    %sum = tile.load %c[%i, %j] axes [0, 1] : memref<4x256xf32> -> tensor<4x256xf32>
    %left = tile.load %a[%i, %c0] axes [0, 1] : memref<4x9xf32> -> tensor<4x9xf32>
    %right = tile.load %b[%c0, %j] axes [0, 1] : memref<9x256xf32> -> tensor<9x256xf32>
    %next = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
        ins(%left, %right : tensor<4x9xf32>, tensor<9x256xf32>) outs(%sum : tensor<4x256xf32>) -> tensor<4x256xf32>
    tile.store %next, %c[%i, %j] axes [0, 1] : tensor<4x256xf32>, memref<4x256xf32>
  }
  return
}
