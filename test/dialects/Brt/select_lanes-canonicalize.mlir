// RUN: brt-opt %s --canonicalize | FileCheck %s

// Nothing to choose.
// CHECK-LABEL: func.func @same(
// CHECK-SAME:    %{{[^:]+}}: tensor<?xi1>, %[[A:[^:]+]]: tensor<?x4xf32>
// CHECK-NEXT:    return %[[A]]
func.func @same(%f: tensor<?xi1>, %a: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = brt.select_lanes %f, %a, %a : tensor<?xi1>, tensor<?x4xf32>, tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @all(
// CHECK-SAME:    %[[A:[^:]+]]: tensor<2x4xf32>
// CHECK-NEXT:    return %[[A]]
func.func @all(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %f = arith.constant dense<true> : tensor<2xi1>
  %0 = brt.select_lanes %f, %a, %b : tensor<2xi1>, tensor<2x4xf32>, tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @no_lane(
// CHECK-SAME:    %{{[^:]+}}: tensor<4xf32>, %[[B:[^:]+]]: tensor<2x4xf32>
// CHECK-NEXT:    return %[[B]]
func.func @no_lane(%a: tensor<4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %f = arith.constant dense<false> : tensor<2xi1>
  %0 = brt.select_lanes %f, %a, %b : tensor<2xi1>, tensor<4xf32>, tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// What the same flags chose before is chosen again.
// CHECK-LABEL: func.func @chosen(
// CHECK-SAME:    %[[F:[^:]+]]: tensor<?xi1>, %[[A:[^:]+]]: tensor<4xf32>, %{{[^:]+}}: tensor<?x4xf32>, %[[C:[^:]+]]: tensor<?x4xf32>
// CHECK-NEXT:    %[[R:.+]] = brt.select_lanes %[[F]], %[[A]], %[[C]]
// CHECK-NEXT:    return %[[R]]
func.func @chosen(%f: tensor<?xi1>, %a: tensor<4xf32>, %b: tensor<?x4xf32>, %c: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = brt.select_lanes %f, %b, %c : tensor<?xi1>, tensor<?x4xf32>, tensor<?x4xf32>
  %1 = brt.select_lanes %f, %a, %0 : tensor<?xi1>, tensor<4xf32>, tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// Other flags.
// CHECK-LABEL: func.func @negative_other_flags(
// CHECK-COUNT-2: brt.select_lanes
func.func @negative_other_flags(%f: tensor<?xi1>, %g: tensor<?xi1>, %a: tensor<?x4xf32>, %b: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = brt.select_lanes %f, %a, %b : tensor<?xi1>, tensor<?x4xf32>, tensor<?x4xf32>
  %1 = brt.select_lanes %g, %a, %0 : tensor<?xi1>, tensor<?x4xf32>, tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// One value for all lanes is not the result's type.
// CHECK-LABEL: func.func @negative_broadcast(
// CHECK:         brt.select_lanes
func.func @negative_broadcast(%a: tensor<4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %f = arith.constant dense<true> : tensor<2xi1>
  %0 = brt.select_lanes %f, %a, %b : tensor<2xi1>, tensor<4xf32>, tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// Some lanes.
// CHECK-LABEL: func.func @negative_some(
// CHECK:         brt.select_lanes
func.func @negative_some(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %f = arith.constant dense<[true, false]> : tensor<2xi1>
  %0 = brt.select_lanes %f, %a, %b : tensor<2xi1>, tensor<2x4xf32>, tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
