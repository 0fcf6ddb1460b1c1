// RUN: brt-opt %s --brt-place-tiles-x86="vector-bytes=64 rows=2 dot-products" --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,DOT
// RUN: brt-opt %s --brt-place-tiles-x86="vector-bytes=64 rows=2" --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,FMA

// Numbers are rounded while they are packed, from where they lie. Dot products
// read pairs of bf16, along the depth, which is odd: the last one has a zero.
// Without them, bf16 is widened.

// CHECK-LABEL: func.func @product
// CHECK-NOT:     linalg.
// DOT:           %[[STRIP:.*]] = memref.alloca() {{.*}} : memref<1x{{.*}}xi32>
// DOT:           %[[PANELS:.*]] = memref.alloca() {{.*}} : memref<1x5x32xi32>
// FMA:           %[[STRIP:.*]] = memref.alloca() {{.*}} : memref<1x{{.*}}xf32>
// FMA:           %[[PANELS:.*]] = memref.alloca() {{.*}} : memref<1x8x32xf32>
// Panels of the right factor.
// DOT:           scf.for
// DOT:             %[[EVEN:.*]] = arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// DOT:             %[[ODD:.*]] = arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// DOT:             %[[LOW:.*]] = vector.bitcast %[[EVEN]]
// DOT:             %[[HIGH:.*]] = vector.bitcast %[[ODD]]
// DOT:             vector.interleave %[[LOW]], %[[HIGH]]
// DOT:             vector.store %{{.*}}, %[[PANELS]]
// DOT:           vector.load %arg1[%c6, %c0]
// DOT:           %[[ZERO:.*]] = vector.bitcast %cst
// DOT:           vector.interleave %{{.*}}, %[[ZERO]]
// FMA:             %[[ROUND:.*]] = arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// FMA:             %[[WIDE:.*]] = arith.extf %[[ROUND]] : vector<16xbf16> to vector<16xf32>
// FMA:             vector.store %[[WIDE]], %[[PANELS]]
// Sums.
// CHECK:         scf.for {{.*}} iter_args
// DOT:             memref.load {{.*}} : memref<{{.*}}xi32
// DOT:             x86vector.avx512.dot {{.*}} : vector<32xbf16> -> vector<16xf32>
// FMA-NOT:         x86vector
// FMA:             vector.fma
func.func @product(%a: memref<4x7xbf16>, %b: memref<7x32xf32>, %c: memref<4x32xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i, %j) in (1, 1) {
    %empty = tensor.empty() : tensor<4x32xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x32xf32>) -> tensor<4x32xf32>
    %left = tile.load %a[%i, %c0] axes [0, 1] : memref<4x7xbf16> -> tensor<4x7xbf16>
    %wide = tile.load %b[%c0, %j] axes [0, 1] : memref<7x32xf32> -> tensor<7x32xf32>
    %narrow = tensor.empty() : tensor<7x32xbf16>
    %right = linalg.generic {indexing_maps = [affine_map<(k, n) -> (k, n)>, affine_map<(k, n) -> (k, n)>], iterator_types = ["parallel", "parallel"]}
        ins(%wide : tensor<7x32xf32>) outs(%narrow : tensor<7x32xbf16>) {
    ^bb0(%x: f32, %out: bf16):
      %0 = arith.truncf %x : f32 to bf16
      linalg.yield %0 : bf16
    } -> tensor<7x32xbf16>
    %sum = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
        ins(%left, %right : tensor<4x7xbf16>, tensor<7x32xbf16>) outs(%zeros : tensor<4x32xf32>) -> tensor<4x32xf32>
    tile.store %sum, %c[%i, %j] axes [0, 1] : tensor<4x32xf32>, memref<4x32xf32>
  }
  return
}
