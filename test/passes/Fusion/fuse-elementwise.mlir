// RUN: brt-opt %s --brt-fuse-elementwise --split-input-file | FileCheck %s
// RUN: brt-opt %s --brt-fuse-elementwise --split-input-file --brt-explain 2>&1 >/dev/null | FileCheck %s --check-prefix=EXPLAIN

#same = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#one = affine_map<(i) -> (i)>

// A chain, and the sum at its end, are one op; a filled tensor is a number.
// CHECK-LABEL: func.func @chain
// CHECK-SAME:    %[[A:.+]]: tensor<4x8xf32>, %[[B:.+]]: tensor<4x8xf32>
// CHECK:         %[[SUM:.+]] = linalg.generic
// CHECK-SAME:      iterator_types = ["parallel", "reduction"]
// CHECK-SAME:      ins(%[[A]], %[[B]] :
// CHECK:         ^bb0(%[[X:.+]]: f32, %[[Y:.+]]: f32, %[[OLD:.+]]: f32):
// CHECK:           %[[S:.+]] = arith.addf %[[X]], %[[Y]]
// CHECK:           %[[P:.+]] = arith.mulf %[[S]], %{{.+}}
// CHECK:           %[[T:.+]] = arith.addf %[[P]], %[[OLD]]
// CHECK:           linalg.yield %[[T]]
// CHECK:         return %[[SUM]]
// EXPLAIN-COUNT-2: [Passed] fused | Category:brt-fuse-elementwise | Function=chain | Remark="is computed where its result is used"
func.func @chain(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>, %sum: tensor<4xf32>) -> tensor<4xf32> {
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %twos = linalg.fill ins(%two : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%0, %twos : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %s = arith.mulf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %2 = linalg.generic {indexing_maps = [#same, #row], iterator_types = ["parallel", "reduction"]}
      ins(%1 : tensor<4x8xf32>) outs(%sum : tensor<4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = arith.addf %x, %old : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// -----

#same = affine_map<(i, j) -> (i, j)>

// A constant of one number is not read from memory.
// CHECK-LABEL: func.func @constant
// CHECK:         linalg.generic
// CHECK-SAME:      ins(%arg0 : tensor<4x8xf32>)
// CHECK:           arith.mulf %{{.+}}, %{{cst.*}}
func.func @constant(%a: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c = arith.constant dense<3.0> : tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%a, %c : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %s = arith.mulf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

#same = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#one = affine_map<(i) -> (i)>

// A square root for each row is not computed for each element, nor one with
// two uses twice.
// CHECK-LABEL: func.func @rows
// CHECK:         linalg.generic
// CHECK:           math.sqrt
// CHECK:         linalg.generic
// CHECK:           arith.divf
// CHECK-LABEL: func.func @twice
// CHECK:         %[[R:.+]] = linalg.generic
// CHECK:           math.sqrt
// CHECK:         return %[[R]], %{{.+}}
// EXPLAIN:     [Missed] stays | Category:brt-fuse-elementwise | Function=rows | Remark="is a pass over memory of its own: what uses its result has more loops"
// EXPLAIN:     [Missed] stays | Category:brt-fuse-elementwise | Function=twice | Remark="is a pass over memory of its own: its result has several uses"
func.func @rows(%a: tensor<4x8xf32>, %b: tensor<4xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %f = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]}
      ins(%b : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = math.sqrt %x : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#same, #row, #same], iterator_types = ["parallel", "parallel"]}
      ins(%a, %0 : tensor<4x8xf32>, tensor<4xf32>) outs(%f : tensor<4x8xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %s = arith.divf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

func.func @twice(%b: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]}
      ins(%b : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = math.sqrt %x : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]}
      ins(%0 : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

#same = affine_map<(i, j) -> (i, j)>
#turned = affine_map<(i, j) -> (j, i)>

// Neither a product, nor a user that reads in another order, nor one in a loop.
// CHECK-LABEL: func.func @stays
// CHECK-COUNT-2: math.exp
// CHECK:         scf.for
// CHECK-NOT:     math.exp
// EXPLAIN:     [Missed] stays {{.*}}Function=stays {{.*}}: what uses its result multiplies matrices"
// EXPLAIN:     [Missed] stays {{.*}}Function=stays {{.*}}: what uses its result reads it in another order"
// EXPLAIN:     [Missed] stays {{.*}}Function=stays {{.*}}: its result is used in another block"
func.func @stays(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>, %n: index) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = math.exp %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  %1 = linalg.generic {
      indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%0, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%b : tensor<4x4xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  %2 = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%b : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = math.exp %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  %3 = linalg.generic {indexing_maps = [#turned, #same], iterator_types = ["parallel", "parallel"]}
      ins(%2 : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  %4 = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%3 : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%x: f32, %old: f32):
    %s = math.tanh %x : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  %5 = scf.for %i = %c0 to %n step %c1 iter_args(%carried = %a) -> tensor<4x4xf32> {
    %6 = linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
        ins(%4, %carried : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
    ^bb0(%x: f32, %y: f32, %old: f32):
      %s = arith.addf %x, %y : f32
      linalg.yield %s : f32
    } -> tensor<4x4xf32>
    scf.yield %6 : tensor<4x4xf32>
  }
  return %1, %5 : tensor<4x4xf32>, tensor<4x4xf32>
}
