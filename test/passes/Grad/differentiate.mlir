// RUN: brt-opt %s --brt-differentiate | FileCheck %s
// RUN: brt-opt %s --brt-differentiate="entry=forward name=slope" | FileCheck %s --check-prefix=NAME
// RUN: sed 's/@forward/@training/' %s | brt-opt --brt-differentiate | FileCheck %s --check-prefix=TRAINING
// RUN: sed 's/@forward/@training/' %s | brt-opt --brt-differentiate=entry=training | FileCheck %s --check-prefix=BOTH

// The entry point stays; the new one has its arguments, and of its results those
// that are single elements and the carry.
// NAME: func.func @forward
// NAME: func.func @slope

// Of `training` it takes the place, unless that is named.
// TRAINING-NOT: func.func @training
// TRAINING: func.func @gradient
// BOTH: func.func @training
// BOTH: func.func @gradient

// CHECK: func.func @forward
// CHECK-SAME: -> (tensor<?x8x4xf32> {brt.output = "hidden"}, tensor<f32> {brt.output = "loss"}, tensor<?x2x4xf32> {brt.carry = "0/state"}) attributes {brt.entry}
// CHECK: func.func @gradient
// CHECK-SAME: %[[W:[^:]+]]: tensor<4x4xf32> {brt.parameter = "w"}
// CHECK-SAME: %[[UNUSED:[^:]+]]: tensor<3xf32> {brt.parameter = "unused"}
// CHECK-SAME: %[[C:[^:]+]]: tensor<?x2x4xf32> {brt.carry = "0/state"}
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x8x4xf32> {brt.input = "x"}
// CHECK-SAME: -> (tensor<f32> {brt.output = "loss"}, tensor<?x2x4xf32> {brt.carry = "0/state"},
// CHECK-SAME: tensor<4x4xf32> {brt.gradient = "w"}, tensor<3xf32> {brt.gradient = "unused"}) attributes {brt.entry}

// The loop gives what its adjoint reads as pieces more.
// CHECK: %[[LOOP:.+]]:4 = brt.recurrence blocks = 4 over (%{{.+}} = %[[X]] : tensor<?x8x4xf32>) carry (%[[S:.+]] = %[[C]] : tensor<?x2x4xf32>) {
// CHECK: %[[T:.+]] = math.tanh
// CHECK: brt.yield %{{.+}}, %[[T]], %[[S]] : tensor<?x2x4xf32>, tensor<?x2x4xf32>, tensor<?x2x4xf32> carry
// CHECK: %[[LOSS:.+]] = brt.sum_leading
// CHECK: %[[ONE:.+]] = arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK: linalg.broadcast ins(%[[ONE]]
// The adjoint walks back, over the saved pieces. It carries the gradient of the
// state and the sum of the parameter's gradients.
// CHECK: %[[BACK:.+]]:2 = brt.recurrence reverse blocks = 4 over (%[[G:.+]] = %{{.+}} : tensor<?x8x4xf32>, %{{.+}} = %[[LOOP]]#{{[12]}} : tensor<?x8x4xf32>, %{{.+}} = %[[LOOP]]#{{[12]}} : tensor<?x8x4xf32>) carry (%{{.+}} = %{{.+}} : tensor<?x2x4xf32>, %[[SUM:.+]] = %{{.+}} : tensor<4x4xf32>) {
// CHECK: brt.linear %{{.+}}, transposed %[[W]]
// CHECK: %[[TERM:.+]] = brt.weight_gradient
// CHECK: %[[NEXT:.+]] = arith.addf %[[SUM]], %[[TERM]] : tensor<4x4xf32>
// CHECK: brt.yield carry %{{.+}}, %[[NEXT]]
// Nothing takes the gradient of the carry to the argument; no gradient is one.
// CHECK-NOT: %[[BACK]]#0
// CHECK: %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK-NOT: %[[BACK]]#0
// CHECK: return %[[LOSS]], %[[LOOP]]#3, %[[BACK]]#1, %[[ZERO]]
func.func @forward(
    %w: tensor<4x4xf32> {brt.parameter = "w"},
    %unused: tensor<3xf32> {brt.parameter = "unused"},
    %c: tensor<?x2x4xf32> {brt.carry = "0/state"},
    %x: tensor<?x8x4xf32> {brt.input = "x"})
    -> (tensor<?x8x4xf32> {brt.output = "hidden"}, tensor<f32> {brt.output = "loss"},
        tensor<?x2x4xf32> {brt.carry = "0/state"}) attributes {brt.entry} {
  %y, %last = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x4xf32>) carry (%s = %c : tensor<?x2x4xf32>) {
    %0 = brt.linear %s, %w : tensor<?x2x4xf32>, tensor<4x4xf32>
    %1 = math.tanh %0 : tensor<?x2x4xf32>
    %2 = arith.addf %1, %b : tensor<?x2x4xf32>
    brt.yield %2 : tensor<?x2x4xf32> carry %2 : tensor<?x2x4xf32>
  }
  %loss = brt.sum_leading %y : tensor<?x8x4xf32> -> tensor<f32>
  return %y, %loss, %last : tensor<?x8x4xf32>, tensor<f32>, tensor<?x2x4xf32>
}
