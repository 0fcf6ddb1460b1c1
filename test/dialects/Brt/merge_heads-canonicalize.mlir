// RUN: brt-opt %s --canonicalize | FileCheck %s

// The heads that were split are merged again.
// CHECK-LABEL: func.func @split(
// CHECK-SAME:    %[[X:[^:]+]]: tensor<?x8x32xf32>
// CHECK-NEXT:    return %[[X]]
func.func @split(%x: tensor<?x8x32xf32>) -> tensor<?x8x32xf32> {
  %0 = brt.split_heads %x into 4 : tensor<?x8x32xf32>
  %1 = brt.merge_heads %0 : tensor<?x8x4x8xf32>
  return %1 : tensor<?x8x32xf32>
}

// Merged twice is twice as wide.
// CHECK-LABEL: func.func @negative_two(
// CHECK:         brt.split_heads
// CHECK:         brt.merge_heads
func.func @negative_two(%x: tensor<?x8x32xf32>) -> tensor<?x8x64xf32> {
  %0 = brt.split_heads %x into 4 : tensor<?x8x32xf32>
  %1 = brt.merge_heads %0, %0 : tensor<?x8x4x8xf32>, tensor<?x8x4x8xf32>
  return %1 : tensor<?x8x64xf32>
}
