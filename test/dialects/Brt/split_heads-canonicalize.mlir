// RUN: brt-opt %s --canonicalize | FileCheck %s

// The heads that were merged are split again.
// CHECK-LABEL: func.func @merged(
// CHECK-SAME:    %[[X:[^:]+]]: tensor<?x8x4x8xf32>
// CHECK-NEXT:    return %[[X]]
func.func @merged(%x: tensor<?x8x4x8xf32>) -> tensor<?x8x4x8xf32> {
  %0 = brt.merge_heads %x : tensor<?x8x4x8xf32>
  %1 = brt.split_heads %0 into 4 : tensor<?x8x32xf32>
  return %1 : tensor<?x8x4x8xf32>
}

// Into other heads.
// CHECK-LABEL: func.func @negative_other_heads(
// CHECK:         brt.merge_heads
// CHECK:         brt.split_heads
func.func @negative_other_heads(%x: tensor<?x8x4x8xf32>) -> tensor<?x8x2x16xf32> {
  %0 = brt.merge_heads %x : tensor<?x8x4x8xf32>
  %1 = brt.split_heads %0 into 2 : tensor<?x8x32xf32>
  return %1 : tensor<?x8x2x16xf32>
}

// Two operands: the result has the heads of both.
// CHECK-LABEL: func.func @negative_two(
// CHECK:         brt.merge_heads
// CHECK:         brt.split_heads
func.func @negative_two(%x: tensor<?x8x2x8xf32>) -> tensor<?x8x4x8xf32> {
  %0 = brt.merge_heads %x, %x : tensor<?x8x2x8xf32>, tensor<?x8x2x8xf32>
  %1 = brt.split_heads %0 into 4 : tensor<?x8x32xf32>
  return %1 : tensor<?x8x4x8xf32>
}
