// RUN: brt-opt %s --brt-place-tiles-x86="vector-bytes=32 rows=2" --canonicalize --cse --split-input-file | FileCheck %s

#row = affine_map<(i, j) -> (i)>
#all = affine_map<(i, j) -> (i, j)>

// Sums in scratch are computed with where they are; behind the end of the rows
// they are what they start from.
// CHECK-LABEL: func.func @scratch
// CHECK-NOT:     tile.
// CHECK:         %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<4x8xf32>
// CHECK:         %[[BEHIND:.*]] = memref.subview %[[SUMS]][%{{.*}}, 0] [%{{.*}}, 8] [1, 1]
// CHECK:         linalg.fill ins(%{{.*}} : f32) outs(%[[BEHIND]]
// CHECK:         vector.fma
// CHECK:         linalg.generic {{.*}} outs(%[[SUMS]] : memref<4x8xf32>)
// CHECK:         math.exp
// CHECK:         %[[TO:.*]] = memref.subview %arg2
// CHECK:         linalg.copy ins(%{{.*}}) outs(%[[TO]]
func.func @scratch(%a: memref<6x8xf32>, %b: memref<8x8xf32>, %c: memref<6x8xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (2) {
    %empty = tensor.empty() : tensor<4x8xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
    %left = tile.load %a[%i, %c0] axes [0, 1] : memref<6x8xf32> -> tensor<4x8xf32>
    %right = tile.load %b[%c0, %c0] axes [0, 1] : memref<8x8xf32> -> tensor<8x8xf32>
    %sum = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
        ins(%left, %right : tensor<4x8xf32>, tensor<8x8xf32>) outs(%zeros : tensor<4x8xf32>) -> tensor<4x8xf32>
    %exp = linalg.generic {indexing_maps = [#all], iterator_types = ["parallel", "parallel"]} outs(%sum : tensor<4x8xf32>) {
    ^bb0(%out: f32):
      %0 = math.exp %out : f32
      linalg.yield %0 : f32
    } -> tensor<4x8xf32>
    tile.store %exp, %c[%i, %c0] axes [0, 1] : tensor<4x8xf32>, memref<6x8xf32>
  }
  return
}

// -----

#row = affine_map<(i, j) -> (i)>
#all = affine_map<(i, j) -> (i, j)>

// What a loop carries has a place; a maximum whose old value is needed has two,
// and is moved at the end of an iteration. A whole tile is read where it lies.
// CHECK-LABEL: func.func @carried
// CHECK:         linalg.fill ins(%{{.*}}) outs(%[[OLD:.*]] : memref<4xf32>)
// CHECK:         linalg.fill ins(%{{.*}}) outs(%[[SUM:.*]] : memref<4xf32>)
// CHECK:         scf.for
// CHECK:           %[[BOX:.*]] = memref.subview %arg0
// CHECK-NOT:       linalg.copy ins(%[[BOX]]
// CHECK:           linalg.copy ins(%[[OLD]] : memref<4xf32>) outs(%[[NEW:.*]] : memref<4xf32>)
// CHECK:           linalg.generic {{.*}} ins(%[[BOX]] : {{.*}} outs(%[[NEW]] : memref<4xf32>)
// CHECK:           linalg.generic {{.*}} ins(%[[OLD]], %[[NEW]] : memref<4xf32>, memref<4xf32>) outs(%[[SUM]] : memref<4xf32>)
// CHECK:           linalg.copy ins(%[[NEW]] : memref<4xf32>) outs(%[[OLD]] : memref<4xf32>)
// CHECK:         linalg.copy ins(%[[SUM]] : memref<4xf32>)
func.func @carried(%a: memref<8x16xf32>, %b: memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (2) {
    %empty = tensor.empty() : tensor<4xf32>
    %first = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
    %empty1 = tensor.empty() : tensor<4xf32>
    %second = linalg.fill ins(%zero : f32) outs(%empty1 : tensor<4xf32>) -> tensor<4xf32>
    %0:2 = scf.for %j = %c0 to %c2 step %c1 iter_args(%max = %first, %sum = %second) -> (tensor<4xf32>, tensor<4xf32>) {
      %x = tile.load %a[%i, %j] axes [0, 1] : memref<8x16xf32> -> tensor<4x8xf32>
      %next = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%max : tensor<4xf32>) {
      ^bb0(%in: f32, %out: f32):
        %1 = arith.maximumf %in, %out : f32
        linalg.yield %1 : f32
      } -> tensor<4xf32>
      %both = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
          ins(%max, %next : tensor<4xf32>, tensor<4xf32>) outs(%sum : tensor<4xf32>) {
      ^bb0(%old: f32, %new: f32, %out: f32):
        %1 = arith.subf %old, %new : f32
        %2 = arith.addf %1, %out : f32
        linalg.yield %2 : f32
      } -> tensor<4xf32>
      scf.yield %next, %both : tensor<4xf32>, tensor<4xf32>
    }
    tile.store %0#1, %b[%i] axes [0] : tensor<4xf32>, memref<8xf32>
  }
  return
}

// -----

// A Toeplitz tile is its elements in falling order, with rows that overlap.
// CHECK-LABEL: func.func @toeplitz
// CHECK:         %[[FALLING:.*]] = memref.alloca() {alignment = 64 : i64} : memref<11xf32>
// CHECK:         scf.for
// CHECK:           memref.store %{{.*}}, %[[FALLING]]
// CHECK:         memref.reinterpret_cast %[[FALLING]] to offset: [3], sizes: [4, 8], strides: [-1, 1]
func.func @toeplitz(%a: memref<2x16xf32>, %b: memref<4x8xf32>, %i: index) {
  %c0 = arith.constant 0 : index
  scf.forall (%h) in (1) {
    %0 = tile.load_toeplitz %a[%h, %i] : memref<2x16xf32> -> tensor<4x8xf32>
    tile.store %0, %b[%c0, %c0] axes [0, 1] : tensor<4x8xf32>, memref<4x8xf32>
  }
  return
}

// -----

// Its adjoint sums diagonals in scratch, row by row, and adds each to its element.
// CHECK-LABEL: func.func @add_toeplitz
// CHECK-DAG:     %[[TILE:.*]] = memref.alloca() {alignment = 64 : i64} : memref<4x8xf32>
// CHECK-DAG:     %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<11xf32>
// CHECK:         linalg.fill ins(%{{.*}} : f32) outs(%[[SUMS]] : memref<11xf32>)
// CHECK:         scf.for
// CHECK:           %[[ROW:.*]] = memref.subview %[[TILE]][%[[I:.*]], 0] [1, 8] [1, 1]
// CHECK:           %[[FIRST:.*]] = arith.subi %c3, %[[I]]
// CHECK:           %[[PLACE:.*]] = memref.subview %[[SUMS]][%[[FIRST]]] [8] [1]
// CHECK:           linalg.generic {{.*}} ins(%[[ROW]] : {{.*}} outs(%[[PLACE]]
// CHECK:         scf.for
// CHECK:           scf.if
// CHECK:             memref.load %arg1
// CHECK:             memref.load %[[SUMS]]
// CHECK:             memref.store %{{.*}}, %arg1
func.func @add_toeplitz(%a: memref<4x8xf32>, %b: memref<2x16xf32>, %i: index) {
  %c0 = arith.constant 0 : index
  scf.forall (%h) in (1) {
    %0 = tile.load %a[%c0, %c0] axes [0, 1] : memref<4x8xf32> -> tensor<4x8xf32>
    %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%0 : tensor<4x8xf32>) {
    ^bb0(%out: f32):
      %2 = math.exp %out : f32
      linalg.yield %2 : f32
    } -> tensor<4x8xf32>
    tile.add_toeplitz %1, %b[%h, %i] : tensor<4x8xf32>, memref<2x16xf32>
  }
  return
}

// -----

// Sums of a loop that may have no iterations begin in memory, and what a loop
// updates where it lies is loaded nowhere.
// CHECK-LABEL: func.func @in_loop
// CHECK:         %[[SUMS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<8x8xf32>
// CHECK:         linalg.fill ins(%{{.*}} : f32) outs(%[[SUMS]] : memref<8x8xf32>)
// CHECK:         scf.for
// CHECK-NOT:       linalg.copy
// CHECK:           %[[B:.*]] = memref.subview %arg1
// CHECK:           vector.store %{{.*}}, %[[B]]
// CHECK-NOT:       linalg.copy
// CHECK:         linalg.copy ins(%[[SUMS]]
func.func @in_loop(%a: memref<32x8xf32>, %b: memref<32x8xf32>, %c: memref<8x8xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%h) in (1) {
    %empty = tensor.empty() : tensor<8x8xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<8x8xf32>) -> tensor<8x8xf32>
    %sums = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zeros) -> (tensor<8x8xf32>) {
      %x = tile.load %a[%i, %c0] axes [0, 1] : memref<32x8xf32> -> tensor<8x8xf32>
      %old = tile.load %b[%i, %c0] axes [0, 1] : memref<32x8xf32> -> tensor<8x8xf32>
      %new = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
          ins(%x, %x : tensor<8x8xf32>, tensor<8x8xf32>) outs(%old : tensor<8x8xf32>) -> tensor<8x8xf32>
      tile.store %new, %b[%i, %c0] axes [0, 1] : tensor<8x8xf32>, memref<32x8xf32>
      %next = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
          ins(%x, %x : tensor<8x8xf32>, tensor<8x8xf32>) outs(%sum : tensor<8x8xf32>) -> tensor<8x8xf32>
      scf.yield %next : tensor<8x8xf32>
    }
    tile.store %sums, %c[%c0, %c0] axes [0, 1] : tensor<8x8xf32>, memref<8x8xf32>
  }
  return
}

// -----

// A right factor that loops use again is packed in front of them, once for all
// contractions that walk its columns.
// CHECK-LABEL: func.func @packed_once
// CHECK:         vector.load %arg1
// CHECK:         scf.for %{{.*}} = %c0 to %c4
// CHECK-NOT:     vector.load %arg1
// CHECK:         vector.store %{{.*}}#0
// CHECK-NOT:     vector.load %arg1
// CHECK:         return
func.func @packed_once(%a: memref<16x8xf32>, %b: memref<8x8xf32>, %c: memref<16x8xf32>, %d: memref<16x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%h) in (1) {
    %right = tile.load %b[%c0, %c0] axes [0, 1] : memref<8x8xf32> -> tensor<8x8xf32>
    scf.for %i = %c0 to %c4 step %c1 {
      %left = tile.load %a[%i, %c0] axes [0, 1] : memref<16x8xf32> -> tensor<4x8xf32>
      %0 = tile.load %c[%i, %c0] axes [0, 1] : memref<16x8xf32> -> tensor<4x8xf32>
      %1 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
          ins(%left, %right : tensor<4x8xf32>, tensor<8x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
      tile.store %1, %c[%i, %c0] axes [0, 1] : tensor<4x8xf32>, memref<16x8xf32>
      %2 = tile.load %d[%i, %c0] axes [0, 1] : memref<16x8xf32> -> tensor<4x8xf32>
      %3 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
          ins(%left, %right : tensor<4x8xf32>, tensor<8x8xf32>) outs(%2 : tensor<4x8xf32>) -> tensor<4x8xf32>
      tile.store %3, %d[%i, %c0] axes [0, 1] : tensor<4x8xf32>, memref<16x8xf32>
    }
  }
  return
}

// -----

// Tiles of rows that read the same tiles of a right factor are one task, which
// packs each of those once, in a slot of its own.
// CHECK-LABEL: func.func @kept
// CHECK-DAG:     %[[PANELS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<2x1x9x16xf32>
// CHECK-DAG:     %[[NUMBERS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<2xindex>
// CHECK:         scf.for %{{.*}} = %c0 to %c16 step
// CHECK:           memref.store %c-1, %[[NUMBERS]]
// CHECK:           scf.for
// CHECK:             scf.for %[[K:.*]] = %c0 to %c2
// CHECK:               %[[SLOT:.*]] = arith.remui %[[K]]
// CHECK:               memref.subview %[[PANELS]][%[[SLOT]], 0, 0, 0]
// CHECK:               %[[HELD:.*]] = memref.load %[[NUMBERS]][%[[SLOT]]]
// CHECK:               %[[OTHER:.*]] = arith.cmpi ne, %[[HELD]], %[[K]]
// CHECK:               scf.if %[[OTHER]]
// CHECK:                 vector.load %arg1
// CHECK:                 memref.store %[[K]], %[[NUMBERS]][%[[SLOT]]]
// CHECK:               vector.fma
func.func @kept(%a: memref<1x128x16xf32>, %b: memref<1x16x8xf32>, %c: memref<1x128x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%h, %i) in (1, 32) {
    %0 = tile.load %c[%h, %i, %c0] axes [1, 2] : memref<1x128x8xf32> -> tensor<4x8xf32>
    %1 = scf.for %j = %c0 to %c2 step %c1 iter_args(%sum = %0) -> (tensor<4x8xf32>) {
      %left = tile.load %a[%h, %i, %j] axes [1, 2] : memref<1x128x16xf32> -> tensor<4x8xf32>
      %right = tile.load %b[%h, %j, %c0] axes [1, 2] : memref<1x16x8xf32> -> tensor<8x8xf32>
      %2 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
          ins(%left, %right : tensor<4x8xf32>, tensor<8x8xf32>) outs(%sum : tensor<4x8xf32>) -> tensor<4x8xf32>
      scf.yield %2 : tensor<4x8xf32>
    }
    tile.store %1, %c[%h, %i, %c0] axes [1, 2] : tensor<4x8xf32>, memref<1x128x8xf32>
  }
  return
}

// -----

// Iterations of a loop keep panels as tasks do; what is a left factor too is
// read from there, panel by panel.
// CHECK-LABEL: func.func @left_in_panels
// CHECK-DAG:     %[[PANELS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<4x2x5x16xf32>
// CHECK-DAG:     %[[NUMBERS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<4xindex>
// CHECK:         memref.store %c-1, %[[NUMBERS]]
// CHECK:         scf.for %{{.*}} = %c0 to %c2
// CHECK:           scf.for %[[I:.*]] = %c0 to %c4
// CHECK:             scf.if
// CHECK:               vector.load %arg0
// CHECK:               memref.store %[[I]], %[[NUMBERS]]
// CHECK:             scf.for %[[PART:.*]] = %c0 to %c2 step %c1 iter_args
// CHECK:               %[[LEFT:.*]] = memref.subview {{.*}}[%[[PART]], %{{.*}}, 0] [1, 2, 16] [1, 1, 1]
// CHECK:               scf.for
// CHECK:                 memref.load %[[LEFT]]
// CHECK:                 vector.fma
// CHECK-NOT:     memref.load %arg0
// CHECK:         return
func.func @left_in_panels(%a: memref<16x32xf32>, %b: memref<16x32xf32>, %c: memref<16x32xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%h) in (1) {
    scf.for %j = %c0 to %c2 step %c1 {
      %key = tile.load %b[%j, %c0] axes [0, 1] : memref<16x32xf32> -> tensor<8x32xf32>
      %0 = tile.load %c[%j, %c0] axes [0, 1] : memref<16x32xf32> -> tensor<8x32xf32>
      %1 = scf.for %i = %c0 to %c4 step %c1 iter_args(%sum = %0) -> (tensor<8x32xf32>) {
        %query = tile.load %a[%i, %c0] axes [0, 1] : memref<16x32xf32> -> tensor<4x32xf32>
        %empty = tensor.empty() : tensor<4x8xf32>
        %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
        %logits = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
            ins(%query, %key : tensor<4x32xf32>, tensor<8x32xf32>) outs(%zeros : tensor<4x8xf32>) -> tensor<4x8xf32>
        %2 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
            ins(%logits, %query : tensor<4x8xf32>, tensor<4x32xf32>) outs(%sum : tensor<8x32xf32>) -> tensor<8x32xf32>
        scf.yield %2 : tensor<8x32xf32>
      }
      tile.store %1, %c[%j, %c0] axes [0, 1] : tensor<8x32xf32>, memref<16x32xf32>
    }
  }
  return
}
