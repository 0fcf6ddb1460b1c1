// RUN: brt-opt %s --brt-tile-products="rows=48 columns=32 depth=16 row-step=6 column-step=16 tasks=1" --cse --split-input-file | FileCheck %s
// RUN: brt-opt %s --brt-tile-products="rows=48 columns=32 depth=16 row-step=6 column-step=16 tasks=1" --brt-explain --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=EXPLAIN

// Rows of all lanes are one axis. The last tiles are ragged.

// CHECK-LABEL: func.func @forward
// CHECK-DAG:     %[[A:.*]] = memref.collapse_shape %arg0 {{.*}} into memref<?x40xf32>
// CHECK-DAG:     %[[C:.*]] = memref.collapse_shape %arg2 {{.*}} into memref<?x50xf32>
// CHECK:         %[[ROWS:.*]] = arith.ceildivui %{{.*}}, %c48
// CHECK:         scf.forall (%[[I:.*]], %[[J:.*]]) in (%[[ROWS]], 2) {
// CHECK:           %[[SUM:.*]] = scf.for %[[K:.*]] = %c0{{.*}} to %c3{{.*}} step %c1{{.*}} iter_args(%[[ACC:.*]] = %{{.*}}) -> (tensor<48x32xf32>)
// CHECK-DAG:         %[[L:.*]] = tile.load %[[A]][%[[I]], %[[K]]] axes [0, 1] : memref<?x40xf32> -> tensor<48x14xf32>
// CHECK-DAG:         %[[R:.*]] = tile.load %arg1[%[[K]], %[[J]]] axes [0, 1] : memref<40x50xf32> -> tensor<14x32xf32>
// CHECK:             linalg.contract {{.*}} ins(%[[L]], %[[R]] : {{.*}}) outs(%[[ACC]]
// CHECK:           tile.store %[[SUM]], %[[C]][%[[I]], %[[J]]] axes [0, 1]
// EXPLAIN: remark: [Passed] tiles | Category:brt-tile-products | Function=forward | Remark="tiles of 48 rows and 32 columns, 14 deep, of a product of 50 rows a lane and 50 columns, 40 deep"
func.func @forward(%a: memref<?x50x40xf32>, %b: memref<40x50xf32>, %c: memref<?x50x50xf32>) {
  linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x50x40xf32>, memref<40x50xf32>) outs(%c : memref<?x50x50xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// A result that was filled starts as a filled tile; a transposed factor is read
// as it lies.

// CHECK: #[[$TRANSPOSED:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @filled
// CHECK-NOT:     linalg.fill {{.*}} memref
// CHECK:         scf.forall
// CHECK:           %[[FILLED:.*]] = linalg.fill
// CHECK:           scf.for {{.*}} iter_args(%[[SUM:.*]] = %[[FILLED]])
// CHECK:             tile.load %arg1[%{{.*}}, %{{.*}}] axes [0, 1] : memref<20x12xf32> -> tensor<20x12xf32>
// CHECK:           linalg.contract indexing_maps = [#{{.*}}, #[[$TRANSPOSED]], #{{.*}}] {{.*}} outs(%[[SUM]]
func.func @filled(%a: memref<30x12xf32>, %b: memref<20x12xf32>, %c: memref<30x20xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<30x20xf32>)
  linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%a, %b : memref<30x12xf32>, memref<20x12xf32>) outs(%c : memref<30x20xf32>)
  return
}

// -----

// The gradient of a weight: lanes are a loop around the depth, and may be none,
// so that the result is filled first.

// CHECK-LABEL: func.func @weight_gradient
// CHECK:         scf.forall
// CHECK:           tile.store %{{.*}}, %arg2
// CHECK:           scf.for
// CHECK:             scf.for
// CHECK:               linalg.contract
func.func @weight_gradient(%a: memref<?x30x12xf32>, %b: memref<?x30x20xf32>, %c: memref<12x20xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<12x20xf32>)
  linalg.contract indexing_maps = [affine_map<(m, n, b, k) -> (b, k, m)>, affine_map<(m, n, b, k) -> (b, k, n)>, affine_map<(m, n, b, k) -> (m, n)>]
      ins(%a, %b : memref<?x30x12xf32>, memref<?x30x20xf32>) outs(%c : memref<12x20xf32>)
  return
}

// -----

// Few rows, integers, and what is no product stay as they are.

// CHECK-LABEL: func.func @few_rows
// CHECK-NOT:     scf.forall
// CHECK:         linalg.matmul
// EXPLAIN: remark: [Missed] stays | Category:brt-tile-products | Function=few_rows | Remark="is not tiled: it has fewer rows a lane than 8: 2, and those of all lanes are no axis of a matrix"
func.func @few_rows(%a: memref<2x12xf32>, %b: memref<12x20xf32>, %c: memref<2x20xf32>) {
  linalg.matmul ins(%a, %b : memref<2x12xf32>, memref<12x20xf32>) outs(%c : memref<2x20xf32>)
  return
}

// CHECK-LABEL: func.func @integers
// CHECK-NOT:     scf.forall
// CHECK:         linalg.matmul
func.func @integers(%a: memref<20x12xi32>, %b: memref<12x20xi32>, %c: memref<20x20xi32>) {
  linalg.matmul ins(%a, %b : memref<20x12xi32>, memref<12x20xi32>) outs(%c : memref<20x20xi32>)
  return
}

// -----

// One row a lane: tiles for several lanes, none for one.

// CHECK-LABEL: func.func @one_row
// CHECK:         %[[LANES:.*]] = memref.dim %arg0, %c0
// CHECK:         %[[ROWS:.*]] = arith.muli %{{.*}}, %[[LANES]]
// CHECK:         %[[ALL:.*]] = arith.muli %[[ROWS]], %c1
// CHECK:         %[[SEVERAL:.*]] = arith.cmpi ugt, %[[ALL]], %c1
// CHECK:         scf.if %[[SEVERAL]] {
// CHECK-NOT:       linalg.generic
// CHECK:           scf.forall
// CHECK:             linalg.contract
// CHECK:         } else {
// CHECK-NOT:       scf.forall
// CHECK:           linalg.fill
// CHECK:           linalg.generic
// EXPLAIN: remark: [Passed] tiles | Category:brt-tile-products | Function=one_row | Remark="{{.*}}, of a product of 1 rows a lane and 20 columns, 12 deep, where there are several lanes"
func.func @one_row(%a: memref<?x1x12xf32>, %b: memref<12x20xf32>, %c: memref<?x1x20xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<?x1x20xf32>)
  linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x1x12xf32>, memref<12x20xf32>) outs(%c : memref<?x1x20xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// A tile of a weight is rounded; both factors are then of bf16, sums of f32.

// CHECK-LABEL: func.func @rounded
// CHECK:         %[[LEFT:.*]] = tile.load %arg0
// CHECK-SAME:      tensor<40x12xbf16>
// CHECK:         %[[RIGHT:.*]] = tile.load %arg1
// CHECK-SAME:      tensor<12x20xf32>
// CHECK:         %[[ROUNDED:.*]] = linalg.generic {{.*}} ins(%[[RIGHT]] : {{.*}}) outs(%{{.*}} : tensor<12x20xbf16>)
// CHECK:           arith.truncf
// CHECK:         linalg.contract {{.*}} ins(%[[LEFT]], %[[ROUNDED]] : {{.*}}) outs(%{{.*}} : tensor<40x20xf32>)
func.func @rounded(%a: memref<40x12xbf16>, %b: memref<12x20xf32>, %c: memref<40x20xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<40x12xbf16>, memref<12x20xf32>) outs(%c : memref<40x20xf32>) {
  ^bb0(%x: bf16, %y: f32, %sum: f32):
    %0 = arith.extf %x : bf16 to f32
    %1 = arith.truncf %y : f32 to bf16
    %2 = arith.extf %1 : bf16 to f32
    %3 = arith.mulf %0, %2 : f32
    %4 = arith.addf %sum, %3 : f32
    linalg.yield %4 : f32
  }
  return
}
