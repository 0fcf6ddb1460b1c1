// RUN: brt-opt %s --brt-place-tiles-x86="vector-bytes=32 rows=2" --canonicalize --cse | FileCheck %s

// The right factor is packed into panels of scratch; sums of a register tile are
// carried along the depth, and no vector is wider than a register. Behind whole
// register tiles come one row and one panel of five columns.

// CHECK-LABEL: func.func @product
// CHECK-NOT:     tile.
// CHECK-NOT:     vector<16xf32>
// CHECK:         %[[PANELS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<2x6x16xf32>
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
// One row of two vectors.
// CHECK:           scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>)
// Two rows of one vector, of which five elements are stored.
// CHECK:           scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>)
// CHECK:           vector.maskedstore
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
