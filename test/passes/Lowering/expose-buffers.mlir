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
// All are written as soon as they are there, and what was there has been read.
// CHECK-LABEL: func.func @update
// CHECK-SAME:    (%[[W:[^:]+]]: memref<8xf32>, %[[M:[^:]+]]: memref<8xf32>, %[[W2:[^:]+]]: memref<8xf32>, %[[M2:[^:]+]]: memref<8xf32>, %[[Y:[^:]+]]: memref<8xf32>) attributes {brt.arguments = 2 : i64, brt.entry}
// CHECK-DAG:     %[[OLD_W:.+]] = bufferization.to_tensor %[[W]] restrict writable
// CHECK-DAG:     %[[OLD_M:.+]] = bufferization.to_tensor %[[M]] restrict writable
// CHECK-DAG:     %[[OLD_Y:.+]] = bufferization.to_tensor %[[Y]] restrict writable
// CHECK:         %[[SUM:.+]] = arith.addf %[[OLD_W]], %[[OLD_M]]
// CHECK-NEXT:    %[[NEW_Y:.+]] = bufferization.materialize_in_destination %[[SUM]] in %[[OLD_Y]]
// CHECK:         %[[PRODUCT:.+]] = arith.mulf
// CHECK-DAG:     %[[NEW_M:.+]] = bufferization.materialize_in_destination %[[SUM]] in %[[OLD_M]]
// CHECK-DAG:     %[[NEW_W:.+]] = bufferization.materialize_in_destination %[[PRODUCT]] in %[[OLD_W]]
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

// What updates of a carry make is where it has to be, or is copied there behind
// all else: a branch, a loop that inserts slices, an op that has it as its init.
// CHECK-LABEL: func.func @keep
// CHECK-SAME:    (%[[C:[^:]+]]: memref<?x8xf32>, %[[S:[^:]+]]: memref<?x8xf32>
// CHECK-DAG:     %[[OLD_C:.+]] = bufferization.to_tensor %[[C]] restrict writable
// CHECK-DAG:     %[[OLD_S:.+]] = bufferization.to_tensor %[[S]] restrict writable
// CHECK:         %[[LOOP:.+]] = scf.for
// CHECK-NOT:     bufferization
// CHECK:         %[[READ:.+]] = linalg.exp
// CHECK-NEXT:    %[[NEW_S:.+]] = bufferization.materialize_in_destination %[[READ]] in %[[OLD_S]]
// CHECK:         bufferization.materialize_in_destination %[[NEW_S]] in writable %[[S]]
// CHECK:         bufferization.materialize_in_destination %[[LOOP]] in writable %[[C]]
// CHECK-NEXT:    return
func.func @keep(%c: tensor<?x8xf32> {brt.carry = "c"}, %s: tensor<?x8xf32> {brt.carry = "s"}, %row: tensor<1x8xf32> {brt.input = "row"}, %flag: tensor<i1> {brt.input = "flag"}, %e: tensor<?x8xf32> {brt.input = "e"})
    -> (tensor<?x8xf32> {brt.carry = "c"}, tensor<?x8xf32> {brt.carry = "s"}) attributes {brt.entry} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %number = arith.constant 0.0 : f32
  %condition = tensor.extract %flag[] : tensor<i1>
  %0 = scf.if %condition -> (tensor<?x8xf32>) {
    %3 = linalg.fill ins(%number : f32) outs(%c : tensor<?x8xf32>) -> tensor<?x8xf32>
    scf.yield %3 : tensor<?x8xf32>
  } else {
    scf.yield %c : tensor<?x8xf32>
  }
  %1 = scf.for %i = %zero to %two step %one iter_args(%rows = %0) -> (tensor<?x8xf32>) {
    %3 = tensor.insert_slice %row into %rows[%i, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<?x8xf32>
    scf.yield %3 : tensor<?x8xf32>
  }
  %2 = linalg.exp ins(%s : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %1, %2 : tensor<?x8xf32>, tensor<?x8xf32>
}

// What a slice of a carry is read for comes before the carry is written.
// CHECK-LABEL: func.func @read_later
// CHECK-SAME:    (%[[C:[^:]+]]: memref<?x8xf32>
// CHECK:         %[[OLD_C:.+]] = bufferization.to_tensor %[[C]] restrict writable
// CHECK:         %[[NEW_C:.+]] = linalg.exp
// CHECK:         linalg.generic
// CHECK:         bufferization.materialize_in_destination %[[NEW_C]] in %[[OLD_C]]
// CHECK:         return
func.func @read_later(%c: tensor<?x8xf32> {brt.carry = "c"}, %x: tensor<?x8xf32> {brt.input = "x"}, %e: tensor<?x8xf32> {brt.input = "e"}, %f: tensor<4xf32> {brt.input = "f"})
    -> (tensor<?x8xf32> {brt.carry = "c"}, tensor<4xf32> {brt.output = "y"}) attributes {brt.entry} {
  %0 = tensor.extract_slice %c[0, 2] [1, 4] [1, 1] : tensor<?x8xf32> to tensor<4xf32>
  %1 = linalg.exp ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%0 : tensor<4xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<4xf32>
  return %1, %2 : tensor<?x8xf32>, tensor<4xf32>
}

// A slice is copied at once where the carry that it takes the place of is still
// read, so that what it is a slice of need not be kept.
// CHECK-LABEL: func.func @slice_waits
// CHECK-SAME:    (%[[C:[^:]+]]: memref<?x8xf32>
// CHECK:         %[[OLD_C:.+]] = bufferization.to_tensor %[[C]] restrict writable
// CHECK:         %[[SLICE:.+]] = tensor.extract_slice
// CHECK:         %[[COPY:.+]] = linalg.copy ins(%[[SLICE]] :
// CHECK:         %[[READ:.+]] = linalg.exp ins(%[[OLD_C]] :
// CHECK:         bufferization.materialize_in_destination %[[COPY]] in %[[OLD_C]]
// CHECK:         return
func.func @slice_waits(%c: tensor<?x8xf32> {brt.carry = "c"}, %x: tensor<?x16xf32> {brt.input = "x"}, %e: tensor<?x8xf32> {brt.input = "e"})
    -> (tensor<?x8xf32> {brt.carry = "c"}, tensor<?x8xf32> {brt.output = "y"}) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %lanes = tensor.dim %x, %c0 : tensor<?x16xf32>
  %0 = tensor.extract_slice %x[0, 8] [%lanes, 8] [1, 1] : tensor<?x16xf32> to tensor<?x8xf32>
  %1 = linalg.exp ins(%c : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// What takes the place of another argument is copied before either is written.
// CHECK-LABEL: func.func @exchange
// CHECK-DAG:     %[[A:.+]] = bufferization.to_tensor %arg0 restrict writable
// CHECK-DAG:     %[[B:.+]] = bufferization.to_tensor %arg1 restrict writable
// CHECK-DAG:     %[[COPY_A:.+]] = linalg.copy ins(%[[A]] :
// CHECK-DAG:     %[[COPY_B:.+]] = linalg.copy ins(%[[B]] :
// CHECK-DAG:     bufferization.materialize_in_destination %[[COPY_A]] in %[[B]]
// CHECK-DAG:     bufferization.materialize_in_destination %[[COPY_B]] in %[[A]]
// CHECK:         return
func.func @exchange(%a: tensor<8xf32> {brt.carry = "a"}, %b: tensor<8xf32> {brt.carry = "b"})
    -> (tensor<8xf32> {brt.carry = "a"}, tensor<8xf32> {brt.carry = "b"}) attributes {brt.entry} {
  return %b, %a : tensor<8xf32>, tensor<8xf32>
}

// What no entry point calls is gone.
// CHECK-NOT: @helper
func.func @helper(%x: f32) -> f32 {
  return %x : f32
}
