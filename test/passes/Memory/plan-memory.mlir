// RUN: brt-opt %s --brt-plan-memory --canonicalize --split-input-file | FileCheck %s

// What is dead makes room; what is alive at once does not overlap. Sizes are
// rounded up to 64 bytes, those with lanes for one lane.
// CHECK-LABEL: func.func @chain
// CHECK-SAME:    (%[[X:.+]]: memref<?x8xf32>, %[[ARENA:.+]]: memref<?xi8>) attributes {brt.arena = array<i64: 128, 0>, brt.entry}
// CHECK-DAG:     %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG:     %[[C64:.+]] = arith.constant 64 : index
// CHECK-DAG:     %[[A:.+]] = memref.view %[[ARENA]][%[[C0]]][%{{.+}}] : memref<?xi8> to memref<?x8xf32>
// CHECK:         linalg.exp ins(%[[X]] {{.+}} outs(%[[A]]
// CHECK:         %[[OFFSET:.+]] = arith.muli %{{.+}}, %[[C64]]
// CHECK:         %[[B:.+]] = memref.view %[[ARENA]][%[[OFFSET]]][%{{.+}}]
// CHECK:         linalg.exp ins(%[[A]] {{.+}} outs(%[[B]]
// CHECK:         %[[C:.+]] = memref.view %[[ARENA]][%[[C0]]][%{{.+}}]
// CHECK:         linalg.exp ins(%[[B]] {{.+}} outs(%[[C]]
// CHECK-NOT:     memref.alloc
func.func @chain(%x: memref<?x8xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %lanes = memref.dim %x, %c0 : memref<?x8xf32>
  %a = memref.alloc(%lanes) : memref<?x8xf32>
  linalg.exp ins(%x : memref<?x8xf32>) outs(%a : memref<?x8xf32>)
  %b = memref.alloc(%lanes) : memref<?x8xf32>
  linalg.exp ins(%a : memref<?x8xf32>) outs(%b : memref<?x8xf32>)
  %c = memref.alloc(%lanes) : memref<?x8xf32>
  linalg.exp ins(%b : memref<?x8xf32>) outs(%c : memref<?x8xf32>)
  memref.copy %c, %x : memref<?x8xf32> to memref<?x8xf32>
  return
}

// -----

// Extents by way of views, products and quotients: 128 bytes a lane, then 64
// while the first are in use.
// CHECK-LABEL: func.func @extents
// CHECK-SAME:    brt.arena = array<i64: 192, 0>
func.func @extents(%x: memref<?x16xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : f32
  %lanes = memref.dim %x, %c0 : memref<?x16xf32>
  %rows = arith.muli %lanes, %c2 : index
  %a = memref.alloc(%rows) : memref<?x16xf32>
  linalg.fill ins(%one : f32) outs(%a : memref<?x16xf32>)
  %half = affine.apply affine_map<()[s] -> (s floordiv 2)>()[%rows]
  %pairs = memref.expand_shape %a [[0, 1], [2]] output_shape [%half, 2, 16] : memref<?x16xf32> into memref<?x2x16xf32>
  %n = memref.dim %pairs, %c0 : memref<?x2x16xf32>
  %firsts = memref.subview %pairs[0, 0, 0] [%n, 1, 16] [1, 1, 1] : memref<?x2x16xf32> to memref<?x1x16xf32, strided<[32, 16, 1]>>
  %flat = memref.collapse_shape %firsts [[0], [1, 2]] : memref<?x1x16xf32, strided<[32, 16, 1]>> into memref<?x16xf32, strided<[32, 1]>>
  %m = memref.dim %flat, %c0 : memref<?x16xf32, strided<[32, 1]>>
  %b = memref.alloc(%m) : memref<?x16xf32>
  memref.copy %flat, %b : memref<?x16xf32, strided<[32, 1]>> to memref<?x16xf32>
  memref.copy %b, %x : memref<?x16xf32> to memref<?x16xf32>
  return
}

// -----

// A fixed buffer goes where one with lanes has been, for any number of them.
// CHECK-LABEL: func.func @fixed_after_lanes
// CHECK-SAME:    brt.arena = array<i64: 128, 0>
func.func @fixed_after_lanes(%x: memref<?x32xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %lanes = memref.dim %x, %c0 : memref<?x32xf32>
  %a = memref.alloc(%lanes) : memref<?x32xf32>
  linalg.fill ins(%one : f32) outs(%a : memref<?x32xf32>)
  %b = memref.alloc() : memref<32xf32>
  linalg.fill ins(%one : f32) outs(%b : memref<32xf32>)
  return
}

// -----

// CHECK-LABEL: func.func @negative_larger_than_the_gap
// CHECK-SAME:    brt.arena = array<i64: 64, 64>
func.func @negative_larger_than_the_gap(%x: memref<?x16xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %lanes = memref.dim %x, %c0 : memref<?x16xf32>
  %a = memref.alloc(%lanes) : memref<?x16xf32>
  linalg.fill ins(%one : f32) outs(%a : memref<?x16xf32>)
  %b = memref.alloc() : memref<32xf32>
  linalg.fill ins(%one : f32) outs(%b : memref<32xf32>)
  return
}

// -----

// A buffer from outside is kept for the next iteration, also behind its last use
// in this one; those of an iteration share.
// CHECK-LABEL: func.func @loop
// CHECK-SAME:    %[[ARENA:[^:]+]]: memref<?xi8>) attributes {brt.arena = array<i64: 0, 128>
// CHECK-DAG:     %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG:     %[[C64:.+]] = arith.constant 64 : index
// CHECK-DAG:     memref.view %[[ARENA]][%[[C0]]]
// CHECK:         scf.for
// CHECK-COUNT-2:   memref.view %[[ARENA]][%[[C64]]]
func.func @loop(%x: memref<16xf32>, %y: memref<16xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  scf.for %i = %c0 to %c8 step %c1 {
    linalg.exp ins(%a : memref<16xf32>) outs(%y : memref<16xf32>)
    %b = memref.alloc() : memref<16xf32>
    linalg.exp ins(%y : memref<16xf32>) outs(%b : memref<16xf32>)
    memref.copy %b, %y : memref<16xf32> to memref<16xf32>
    %c = memref.alloc() : memref<16xf32>
    linalg.exp ins(%y : memref<16xf32>) outs(%c : memref<16xf32>)
    memref.copy %c, %y : memref<16xf32> to memref<16xf32>
  }
  return
}

// -----

// A buffer that a branch yields is alive as long as what is made of it; one that
// is not, shares with the other branch.
// CHECK-LABEL: func.func @branches
// CHECK-SAME:    brt.arena = array<i64: 0, 192>
func.func @branches(%x: memref<16xf32>, %flag: memref<i1>) attributes {brt.entry} {
  %c = memref.load %flag[] : memref<i1>
  %0 = scf.if %c -> (memref<16xf32>) {
    %a = memref.alloc() : memref<16xf32>
    linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
    %b = memref.alloc() : memref<16xf32>
    linalg.exp ins(%a : memref<16xf32>) outs(%b : memref<16xf32>)
    scf.yield %b : memref<16xf32>
  } else {
    %a = memref.alloc() : memref<16xf32>
    linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
    %b = memref.alloc() : memref<16xf32>
    linalg.exp ins(%a : memref<16xf32>) outs(%b : memref<16xf32>)
    scf.yield %b : memref<16xf32>
  }
  %d = memref.alloc() : memref<16xf32>
  linalg.exp ins(%0 : memref<16xf32>) outs(%d : memref<16xf32>)
  memref.copy %d, %x : memref<16xf32> to memref<16xf32>
  return
}

// -----

// Either buffer may be the one that is chosen.
// CHECK-LABEL: func.func @selected
// CHECK-SAME:    brt.arena = array<i64: 0, 192>
func.func @selected(%x: memref<16xf32>, %flag: memref<i1>) attributes {brt.entry} {
  %c = memref.load %flag[] : memref<i1>
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  %b = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%b : memref<16xf32>)
  %0 = arith.select %c, %a, %b : memref<16xf32>
  %d = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%d : memref<16xf32>)
  linalg.add ins(%0, %d : memref<16xf32>, memref<16xf32>) outs(%x : memref<16xf32>)
  return
}

// -----

// What is no entry point is left alone.
// CHECK-LABEL: func.func @negative_no_entry
// CHECK-NOT:     memref.view
func.func @negative_no_entry() -> memref<16xf32> {
  %a = memref.alloc() : memref<16xf32>
  return %a : memref<16xf32>
}
