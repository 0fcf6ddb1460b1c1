// RUN: brt-opt %s --brt-expose-buffers --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @entry
// CHECK-SAME:    (%[[X:.+]]: memref<?x8xf32>, %[[R:.+]]: memref<?x8xf32>) attributes {brt.arguments = 1 : i64, brt.entry}
// CHECK:         %[[T:.+]] = bufferization.to_tensor %[[X]] restrict
// CHECK:         %[[D:.+]] = bufferization.to_tensor %[[R]] restrict writable
// CHECK:         %[[M:.+]] = bufferization.materialize_in_destination %[[T]] in %[[D]]
// CHECK:         bufferization.materialize_in_destination %[[M]] in writable %[[R]]
// CHECK-NEXT:    return
func.func @entry(%x: tensor<?x8xf32> {brt.input = "x"}) -> (tensor<?x8xf32> {brt.output = "y"}) attributes {brt.entry} {
  return %x : tensor<?x8xf32>
}

// What is updated in place has one buffer; the place of the result is not used.
// It is written at the end, other results as soon as they are there.
// CHECK-LABEL: func.func @update
// CHECK-SAME:    (%[[W:[^:]+]]: memref<8xf32>, %[[M:[^:]+]]: memref<8xf32>, %[[W2:[^:]+]]: memref<8xf32>, %[[M2:[^:]+]]: memref<8xf32>, %[[Y:[^:]+]]: memref<8xf32>) attributes {brt.arguments = 2 : i64, brt.entry}
// CHECK-DAG:     %[[OLD_W:.+]] = bufferization.to_tensor %[[W]] restrict writable
// CHECK-DAG:     %[[OLD_M:.+]] = bufferization.to_tensor %[[M]] restrict writable
// CHECK-DAG:     %[[OLD_Y:.+]] = bufferization.to_tensor %[[Y]] restrict writable
// CHECK:         %[[SUM:.+]] = arith.addf %[[OLD_W]], %[[OLD_M]]
// CHECK-NEXT:    %[[NEW_Y:.+]] = bufferization.materialize_in_destination %[[SUM]] in %[[OLD_Y]]
// CHECK:         %[[PRODUCT:.+]] = arith.mulf
// CHECK:         %[[NEW_M:.+]] = bufferization.materialize_in_destination %[[SUM]] in %[[OLD_M]]
// CHECK:         %[[NEW_W:.+]] = bufferization.materialize_in_destination %[[PRODUCT]] in %[[OLD_W]]
// CHECK:         bufferization.materialize_in_destination %[[NEW_M]] in writable %[[M]]
// CHECK:         bufferization.materialize_in_destination %[[NEW_W]] in writable %[[W]]
// CHECK:         bufferization.materialize_in_destination %[[NEW_Y]] in writable %[[Y]]
// CHECK-NEXT:    return
func.func @update(%w: tensor<8xf32> {brt.parameter = "w"}, %m: tensor<8xf32> {brt.optimizer = "w"})
    -> (tensor<8xf32> {brt.optimizer = "w"}, tensor<8xf32> {brt.parameter = "w"}, tensor<8xf32> {brt.output = "w"})
    attributes {brt.entry} {
  %0 = arith.addf %w, %m : tensor<8xf32>
  %1 = arith.mulf %w, %m : tensor<8xf32>
  return %0, %1, %0 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// What no entry point calls is gone.
// CHECK-NOT: @helper
func.func @helper(%x: f32) -> f32 {
  return %x : f32
}
