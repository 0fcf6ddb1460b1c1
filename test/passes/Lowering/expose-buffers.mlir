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

// What no entry point calls is gone.
// CHECK-NOT: @helper
func.func @helper(%x: f32) -> f32 {
  return %x : f32
}
