// RUN: brt-opt %s --brt-differentiate | FileCheck %s --enable-var-scope

// The adjoint computes again what follows by passes from what it reads anyway,
// the adjoint of the norm its input: neither the norm nor the heads are pieces.

// CHECK-LABEL: func.func @gradient
// CHECK: %[[LOOP:.+]]:3 = brt.recurrence blocks = 2
// CHECK: brt.norm
// CHECK: brt.yield %{{.+}}, %{{.+}} : tensor<?x4x4xf32>, tensor<?x4x4xf32> carry
// CHECK: brt.recurrence reverse blocks = 2 over (%{{.+}} = %{{.+}} : tensor<?x8x4xf32>, %[[STATE:.+]] = %[[LOOP]]#1 : tensor<?x8x4xf32>) carry
// CHECK: %[[AGAIN:.+]] = brt.norm rms %[[STATE]]
// CHECK: brt.weight_gradient %[[AGAIN]]
// CHECK: brt.norm_adjoint rms %[[STATE]]
func.func @forward(
    %w: tensor<4x4xf32> {brt.parameter = "w"}, %scale: tensor<4xf32> {brt.parameter = "scale"},
    %c: tensor<?x4x4xf32> {brt.carry = "0/state"}, %x: tensor<?x8x4xf32> {brt.input = "x"})
    -> (tensor<f32> {brt.output = "loss"}, tensor<?x4x4xf32> {brt.carry = "0/state"}) attributes {brt.entry} {
  %y, %last = brt.recurrence blocks = 2 over (%b = %x : tensor<?x8x4xf32>) carry (%s = %c : tensor<?x4x4xf32>) {
    %0 = brt.norm rms %s, %scale : tensor<?x4x4xf32>, tensor<4xf32>
    %1 = brt.linear %0, %w : tensor<?x4x4xf32>, tensor<4x4xf32>
    %2 = arith.addf %1, %b : tensor<?x4x4xf32>
    brt.yield %2 : tensor<?x4x4xf32> carry %2 : tensor<?x4x4xf32>
  }
  %loss = brt.sum_leading %y : tensor<?x8x4xf32> -> tensor<f32>
  return %loss, %last : tensor<f32>, tensor<?x4x4xf32>
}
