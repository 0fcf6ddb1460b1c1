// RUN: brt-opt %s --brt-fission-recurrence --canonicalize --split-input-file | FileCheck %s
// RUN: brt-opt %s --brt-fission-recurrence --brt-explain --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=EXPLAIN

// What no state reaches runs before the loop, what no state needs after it.
// Blocks are lanes outside of the loop.

// CHECK-LABEL: func.func @three_ways
// CHECK:         %[[FOLDED:.*]] = tensor.collapse_shape {{.*}} into tensor<?x2x4xf32>
// CHECK:         %[[BEFORE:.*]] = brt.linear %[[FOLDED]], %arg1
// CHECK:         brt.recurrence blocks = 4 over (%[[PIECE:.*]] = {{.*}} : tensor<?x8x4xf32>) carry (%[[STATE:.*]] = %arg2
// CHECK-NEXT:      %[[SUM:.*]] = arith.addf %[[PIECE]], %[[STATE]]
// CHECK-NEXT:      %[[NEXT:.*]] = math.tanh %[[SUM]]
// CHECK-NEXT:      brt.yield %[[NEXT]] : tensor<?x2x4xf32> carry %[[NEXT]]
// CHECK:         brt.linear {{.*}} : tensor<?x2x4xf32>, tensor<4x4xf32>
// EXPLAIN: fission-recurrence.mlir:[[#@LINE+2]]:{{.*}} remark: [Passed] split | Category:brt-fission-recurrence | Function=three_ways | Remark="1 ops for all 4 blocks before the loop, 2 in it, 1 after it, 0 once; the loop keeps 0 % of the FLOPs of products"
func.func @three_ways(%x: tensor<?x8x4xf32>, %w: tensor<4x4xf32>, %s: tensor<?x2x4xf32>) -> tensor<?x8x4xf32> {
  %y, %last = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x4xf32>) carry (%c = %s : tensor<?x2x4xf32>) {
    %0 = brt.linear %b, %w : tensor<?x2x4xf32>, tensor<4x4xf32>
    %1 = arith.addf %0, %c : tensor<?x2x4xf32>
    %2 = math.tanh %1 : tensor<?x2x4xf32>
    %3 = brt.linear %2, %w : tensor<?x2x4xf32>, tensor<4x4xf32>
    brt.yield %3 : tensor<?x2x4xf32> carry %2 : tensor<?x2x4xf32>
  }
  return %y : tensor<?x8x4xf32>
}

// -----

// What the block before made is all blocks' results, shifted by one; without a
// chain there is no loop.

// CHECK-LABEL: func.func @shifted
// CHECK-NOT:     brt.recurrence
// CHECK:         %[[ALL:.*]] = math.tanh
// CHECK:         %[[FIRST:.*]] = tensor.extract_slice {{.*}}[0, 0, 0] [%{{.*}}, 6, 4]
// CHECK:         tensor.concat dim(1) %arg1, %[[FIRST]]
// CHECK:         tensor.extract_slice {{.*}}[0, 6, 0] [%{{.*}}, 2, 4]
func.func @shifted(%x: tensor<?x8x4xf32>, %s: tensor<?x2x4xf32>) -> (tensor<?x8x4xf32>, tensor<?x2x4xf32>) {
  %y, %last = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x4xf32>) carry (%c = %s : tensor<?x2x4xf32>) {
    %0 = math.tanh %b : tensor<?x2x4xf32>
    %1 = arith.mulf %0, %c : tensor<?x2x4xf32>
    brt.yield %1 : tensor<?x2x4xf32> carry %0 : tensor<?x2x4xf32>
  }
  return %y, %last : tensor<?x8x4xf32>, tensor<?x2x4xf32>
}

// -----

// The same in a loop that runs the other way round.

// CHECK-LABEL: func.func @shifted_reverse
// CHECK:         %[[REST:.*]] = tensor.extract_slice {{.*}}[0, 2, 0] [%{{.*}}, 6, 4]
// CHECK:         tensor.concat dim(1) %[[REST]], %arg1
func.func @shifted_reverse(%x: tensor<?x8x4xf32>, %s: tensor<?x2x4xf32>) -> tensor<?x8x4xf32> {
  %y, %last = brt.recurrence reverse blocks = 4 over (%b = %x : tensor<?x8x4xf32>) carry (%c = %s : tensor<?x2x4xf32>) {
    %0 = math.tanh %b : tensor<?x2x4xf32>
    %1 = arith.mulf %0, %c : tensor<?x2x4xf32>
    brt.yield %1 : tensor<?x2x4xf32> carry %0 : tensor<?x2x4xf32>
  }
  return %y : tensor<?x8x4xf32>
}

// -----

// A sum of what blocks add is one sum over all of them.

// CHECK-LABEL: func.func @sum
// CHECK-NOT:     brt.recurrence
// CHECK:         %[[ALL:.*]] = brt.weight_gradient %[[X:.*]], %[[X]] : tensor<?x2x4xf32>
// CHECK:         arith.addf %arg1, %[[ALL]]
func.func @sum(%x: tensor<?x8x4xf32>, %s: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %last = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x4xf32>) carry (%c = %s : tensor<4x4xf32>) {
    %0 = brt.weight_gradient %b, %b : tensor<?x2x4xf32>, tensor<?x2x4xf32> -> tensor<4x4xf32>
    %1 = arith.addf %c, %0 : tensor<4x4xf32>
    brt.yield carry %1 : tensor<4x4xf32>
  }
  return %last : tensor<4x4xf32>
}

// -----

// A weight that a block makes itself cannot be that of all blocks.

// CHECK-LABEL: func.func @own_weight
// CHECK:         brt.recurrence
// CHECK:           brt.weight_gradient
// CHECK:           brt.linear
// EXPLAIN: fission-recurrence.mlir:[[#@LINE+4]]:{{.*}} remark: [Missed] stays | Category:brt-fission-recurrence | Function=own_weight | Remark="stays in the loop: 'brt.weight_gradient' sums over lanes, and the sum is not just added up"
// EXPLAIN: remark: [Missed] stays {{.*}}"stays in the loop: 'brt.linear' reads operand #1, which has no lanes but changes from block to block"
func.func @own_weight(%x: tensor<?x8x4xf32>) -> tensor<?x8x4xf32> {
  %y = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x4xf32>) {
    %0 = brt.weight_gradient %b, %b : tensor<?x2x4xf32>, tensor<?x2x4xf32> -> tensor<4x4xf32>
    %1 = brt.linear %b, %0 : tensor<?x2x4xf32>, tensor<4x4xf32>
    %2 = math.tanh %1 : tensor<?x2x4xf32>
    brt.yield %2 : tensor<?x2x4xf32>
  }
  return %y : tensor<?x8x4xf32>
}

// -----

// Nothing to split.

// CHECK-LABEL: func.func @chain
// CHECK:         brt.recurrence blocks = 4 carry
// EXPLAIN: remark: [Missed] whole {{.*}}"is not split: all of its ops are in the chain from block to block"
func.func @chain(%s: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %last = brt.recurrence blocks = 4 carry (%c = %s : tensor<?x2x4xf32>) {
    %0 = math.tanh %c : tensor<?x2x4xf32>
    brt.yield carry %0 : tensor<?x2x4xf32>
  }
  return %last : tensor<?x2x4xf32>
}
