// RUN: brt-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @none(
// CHECK-SAME:    %[[X:[^:]+]]: tensor<?x8xf32>
// CHECK-NEXT:    return %[[X]]
func.func @none(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = brt.activation none %x : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @relu_twice(
// CHECK-NEXT:    %[[RELU:.+]] = brt.activation relu
// CHECK-NEXT:    return %[[RELU]]
func.func @relu_twice(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = brt.activation relu %x : tensor<?x8xf32>
  %1 = brt.activation relu %0 : tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @negative_tanh_twice(
// CHECK-COUNT-2: brt.activation tanh
func.func @negative_tanh_twice(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = brt.activation tanh %x : tensor<?x8xf32>
  %1 = brt.activation tanh %0 : tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @negative_relu_of_swish(
// CHECK-NEXT:    brt.activation swish
// CHECK-NEXT:    brt.activation relu
func.func @negative_relu_of_swish(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = brt.activation swish %x : tensor<?x8xf32>
  %1 = brt.activation relu %0 : tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}
