// RUN: brt-opt %s --canonicalize | FileCheck %s

// Nothing to write.
// CHECK-LABEL: func.func @no_rows(
// CHECK-SAME:    %[[C:[^:]+]]: tensor<2x4x8xf32>
// CHECK-NEXT:    return %[[C]]
func.func @no_rows(%c: tensor<2x4x8xf32>, %r: tensor<2x1x8xf32>, %p: tensor<2xi32>) -> tensor<2x4x8xf32> {
  %n = arith.constant dense<0> : tensor<2xi32>
  %0 = brt.cache_write %c, %r at %p count %n : tensor<2x4x8xf32>, tensor<2x1x8xf32>, tensor<2xi32>
  return %0 : tensor<2x4x8xf32>
}

// A row in one of two lanes.
// CHECK-LABEL: func.func @negative_one_lane(
// CHECK:         brt.cache_write
func.func @negative_one_lane(%c: tensor<2x4x8xf32>, %r: tensor<2x1x8xf32>, %p: tensor<2xi32>) -> tensor<2x4x8xf32> {
  %n = arith.constant dense<[0, 1]> : tensor<2xi32>
  %0 = brt.cache_write %c, %r at %p count %n : tensor<2x4x8xf32>, tensor<2x1x8xf32>, tensor<2xi32>
  return %0 : tensor<2x4x8xf32>
}
