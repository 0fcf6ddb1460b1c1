// RUN: brt-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @one_of_two(
// CHECK-NEXT:    %[[TRUE:.+]] = arith.constant true
// CHECK-NEXT:    return %[[TRUE]]
func.func @one_of_two() -> i1 {
  %f = arith.constant dense<[false, true]> : tensor<2xi1>
  %0 = brt.any_lane %f : tensor<2xi1>
  return %0 : i1
}

// CHECK-LABEL: func.func @no_lane(
// CHECK-NEXT:    %[[FALSE:.+]] = arith.constant false
// CHECK-NEXT:    return %[[FALSE]]
func.func @no_lane() -> i1 {
  %f = arith.constant dense<false> : tensor<2xi1>
  %0 = brt.any_lane %f : tensor<2xi1>
  return %0 : i1
}

// No lanes at all.
// CHECK-LABEL: func.func @no_lanes(
// CHECK-NEXT:    %[[FALSE:.+]] = arith.constant false
// CHECK-NEXT:    return %[[FALSE]]
func.func @no_lanes() -> i1 {
  %f = arith.constant dense<true> : tensor<0xi1>
  %0 = brt.any_lane %f : tensor<0xi1>
  return %0 : i1
}

// CHECK-LABEL: func.func @negative_unknown(
// CHECK-NEXT:    brt.any_lane
func.func @negative_unknown(%f: tensor<2xi1>) -> i1 {
  %0 = brt.any_lane %f : tensor<2xi1>
  return %0 : i1
}
