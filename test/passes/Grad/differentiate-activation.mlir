// RUN: brt-opt %s --brt-differentiate --canonicalize --split-input-file | FileCheck %s

// The adjoint of a ReLU reads its result, which the product keeps as well.
// CHECK-LABEL: func.func @gradient
// CHECK:         %[[Y:.+]] = brt.activation relu
// CHECK:         brt.activation_adjoint relu %[[Y]],
func.func @forward(%w: tensor<4x4xf32> {brt.parameter = "w"}, %x: tensor<?x8x4xf32> {brt.input = "x"})
    -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  %0 = brt.linear %x, %w : tensor<?x8x4xf32>, tensor<4x4xf32>
  %1 = brt.activation relu %0 : tensor<?x8x4xf32>
  %2 = brt.linear %1, %w : tensor<?x8x4xf32>, tensor<4x4xf32>
  %3 = brt.sum_leading %2 : tensor<?x8x4xf32> -> tensor<f32>
  return %3 : tensor<f32>
}

// -----

// CHECK-LABEL: func.func @gradient
// CHECK:         %[[X:.+]] = brt.linear
// CHECK:         brt.activation_adjoint tanh %[[X]],
func.func @forward(%w: tensor<4x4xf32> {brt.parameter = "w"}, %x: tensor<?x8x4xf32> {brt.input = "x"})
    -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  %0 = brt.linear %x, %w : tensor<?x8x4xf32>, tensor<4x4xf32>
  %1 = brt.activation tanh %0 : tensor<?x8x4xf32>
  %2 = brt.sum_leading %1 : tensor<?x8x4xf32> -> tensor<f32>
  return %2 : tensor<f32>
}
