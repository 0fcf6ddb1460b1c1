// RUN: brt-opt %s --brt-vectorize-kernels --split-input-file | FileCheck %s
// RUN: brt-opt %s --brt-vectorize-kernels="vector-bytes=64 vector-registers=32" --split-input-file | FileCheck %s --check-prefix=WIDE

// Whole vectors, then one of what is left.
// CHECK-LABEL: func.func @remainder
// CHECK-NOT:     linalg
// CHECK:         vector.store {{.*}} vector<8xf32>
// CHECK:         vector.store {{.*}} vector<8xf32>
// CHECK:         vector.store {{.*}} vector<5xf32>
// WIDE-LABEL:  func.func @remainder
// WIDE:          vector.store {{.*}} vector<16xf32>
// WIDE:          vector.store {{.*}} vector<5xf32>
func.func @remainder(%x: f32, %a: memref<21xf32>) {
  linalg.fill ins(%x : f32) outs(%a : memref<21xf32>)
  return
}

// -----

// A tile of four rows and two vectors stays in registers over the sum.
// CHECK-LABEL: func.func @contraction
// CHECK:         scf.for
// CHECK:           scf.for {{.*}} iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-NOT:         vector.store
// CHECK:             scf.yield
func.func @contraction(%a: memref<8x30xf32>, %b: memref<30x32xf32>, %c: memref<8x32xf32>) {
  linalg.matmul ins(%a, %b : memref<8x30xf32>, memref<30x32xf32>) outs(%c : memref<8x32xf32>)
  return
}

// -----

// A large one is split among threads.
// CHECK-LABEL: func.func @parallel
// CHECK:         scf.parallel
func.func @parallel(%a: memref<64x64xf32>, %b: memref<64x64xf32>, %c: memref<64x64xf32>) {
  linalg.matmul ins(%a, %b : memref<64x64xf32>, memref<64x64xf32>) outs(%c : memref<64x64xf32>)
  return
}

// -----

// A flag is a byte in memory and a bit in a vector: scalar loops.
// CHECK-LABEL: func.func @negative_flags
// CHECK-NOT:     vector
// CHECK:         memref.store {{.*}} memref<16xi1>
func.func @negative_flags(%f: i1, %a: memref<16xi1>) {
  linalg.fill ins(%f : i1) outs(%a : memref<16xi1>)
  return
}
