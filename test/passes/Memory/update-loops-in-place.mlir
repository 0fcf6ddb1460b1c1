// RUN: brt-opt %s --brt-update-loops-in-place | FileCheck %s

// CHECK-LABEL: func.func @other_buffer
// CHECK:         scf.for {{.+}} iter_args(%[[SUM:.+]] = %{{.+}})
// CHECK:           %[[NEXT:.+]] = memref.alloc()
// CHECK:           memref.copy %[[NEXT]], %[[SUM]]
// CHECK-NEXT:      scf.yield %[[SUM]]
func.func @other_buffer(%init: memref<8xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %init) -> (memref<8xf32>) {
    %1 = memref.alloc() : memref<8xf32>
    linalg.exp ins(%sum : memref<8xf32>) outs(%1 : memref<8xf32>)
    scf.yield %1 : memref<8xf32>
  }
  return
}

// Both are read before either is written.
// CHECK-LABEL: func.func @exchanged
// CHECK:         scf.for {{.+}} iter_args(%[[A:.+]] = %{{.+}}, %[[B:.+]] = %{{.+}})
// CHECK:           %[[LANES_B:.+]] = memref.dim %[[B]]
// CHECK:           %[[OLD_B:.+]] = memref.alloc(%[[LANES_B]])
// CHECK:           memref.copy %[[B]], %[[OLD_B]]
// CHECK:           %[[OLD_A:.+]] = memref.alloc(
// CHECK:           memref.copy %[[A]], %[[OLD_A]]
// CHECK:           memref.copy %[[OLD_B]], %[[A]]
// CHECK:           memref.copy %[[OLD_A]], %[[B]]
// CHECK-NEXT:      scf.yield %[[A]], %[[B]]
func.func @exchanged(%x: memref<?x8xf32>, %y: memref<?x8xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %y) -> (memref<?x8xf32>, memref<?x8xf32>) {
    scf.yield %b, %a : memref<?x8xf32>, memref<?x8xf32>
  }
  return
}

// CHECK-LABEL: func.func @negative_in_place
// CHECK-NOT:     memref.copy
func.func @negative_in_place(%init: memref<8xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %count = arith.constant 0.0 : f32
  %0:2 = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %init, %x = %count) -> (memref<8xf32>, f32) {
    linalg.exp ins(%sum : memref<8xf32>) outs(%sum : memref<8xf32>)
    %1 = arith.addf %x, %x : f32
    scf.yield %sum, %1 : memref<8xf32>, f32
  }
  return
}
