// RUN: brt-opt %s --split-input-file --brt-recompute | FileCheck %s --enable-var-scope --check-prefixes=CHECK,CHEAP
// RUN: brt-opt %s --split-input-file --brt-recompute="bytes=1100" | FileCheck %s --enable-var-scope --check-prefixes=CHECK,LIMIT
// RUN: brt-opt %s --split-input-file --brt-recompute --brt-explain -o /dev/null 2>&1 | FileCheck %s --check-prefix=EXPLAIN

// A norm is computed again where it is read behind the peak, and its view with
// it. What the early use reads stays.

// EXPLAIN:      remark: [Passed] op | Category:brt-recompute | Function=norm
// EXPLAIN-SAME: computes 'brt.norm' again, 0 FLOPs, rather than keep 512 bytes
// EXPLAIN:      remark: [Passed] plan | Category:brt-recompute | Function=norm
// EXPLAIN-SAME: computes 1 ops again, 0 FLOPs, so that of tensors 1280 bytes are in use at once rather than 1536

// CHECK-LABEL: func.func @norm
// CHECK:         %[[NORM:.*]] = brt.norm
// CHECK:         brt.linear %[[NORM]]
// CHECK:         arith.mulf
// CHECK:         %[[AGAIN:.*]] = brt.norm rms %{{.*}}, %{{.*}}
// CHECK:         %[[HALF:.*]] = tensor.extract_slice %[[AGAIN]]
// CHECK:         brt.weight_gradient %[[HALF]]
func.func @norm(%x: tensor<?x16x8xf32> {brt.input = "x"}, %s: tensor<8xf32> {brt.parameter = "s"}, %w: tensor<8x8xf32> {brt.parameter = "w"})
    -> (tensor<8x8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  %0 = brt.norm rms %x, %s : tensor<?x16x8xf32>, tensor<8xf32>
  %c0 = arith.constant 0 : index
  %lanes = tensor.dim %x, %c0 : tensor<?x16x8xf32>
  %half = tensor.extract_slice %0[0, 8, 0] [%lanes, 8, 8] [1, 1, 1] : tensor<?x16x8xf32> to tensor<?x8x8xf32>
  %1 = brt.linear %0, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %2 = math.sin %1 : tensor<?x16x8xf32>
  %3 = math.cos %1 : tensor<?x16x8xf32>
  %4 = arith.mulf %2, %3 : tensor<?x16x8xf32>
  %read = tensor.extract_slice %4[0, 8, 0] [%lanes, 8, 8] [1, 1, 1] : tensor<?x16x8xf32> to tensor<?x8x8xf32>
  %5 = brt.weight_gradient %half, %read : tensor<?x8x8xf32>, tensor<?x8x8xf32> -> tensor<8x8xf32>
  return %5 : tensor<8x8xf32>
}

// -----

// A product is computed again where there is a limit, and only then.

// CHECK-LABEL: func.func @product
// CHECK:         %[[ONE:.*]] = brt.linear
// CHECK:         brt.linear %[[ONE]]
// CHECK:         arith.mulf
// CHEAP:         brt.weight_gradient %[[ONE]]
// LIMIT:         %[[AGAIN:.*]] = brt.linear
// LIMIT:         brt.weight_gradient %[[AGAIN]]
func.func @product(%x: tensor<?x16x8xf32> {brt.input = "x"}, %w: tensor<8x8xf32> {brt.parameter = "w"})
    -> (tensor<8x8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  %0 = brt.linear %x, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %1 = brt.linear %0, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %2 = math.sin %1 : tensor<?x16x8xf32>
  %3 = math.cos %1 : tensor<?x16x8xf32>
  %4 = arith.mulf %2, %3 : tensor<?x16x8xf32>
  %5 = brt.weight_gradient %0, %4 : tensor<?x16x8xf32>, tensor<?x16x8xf32> -> tensor<8x8xf32>
  return %5 : tensor<8x8xf32>
}

// -----

// A loop overwrites what it starts with: it is computed again from values of its
// own. What only its later uses read it yields no longer.

// CHECK-LABEL: func.func @loop
// CHECK:         %[[INIT:.*]] = brt.select_lanes
// CHEAP:         brt.recurrence {{.*}} carry (%{{.*}} = %[[INIT]] :
// LIMIT:         brt.recurrence {{.*}} carry (%{{.*}} = %[[INIT]] :
// LIMIT:         arith.mulf
// LIMIT:         %[[OWN:.*]] = brt.select_lanes
// LIMIT:         %[[AGAIN:.*]]:2 = brt.recurrence {{.*}} carry (%{{.*}} = %[[OWN]] :
// LIMIT:         brt.weight_gradient %[[AGAIN]]#0
func.func @loop(%x: tensor<?x16x8xf32> {brt.input = "x"}, %f: tensor<?xi1> {brt.input = "f"}, %i: tensor<4x8xf32> {brt.parameter = "i"},
                %c: tensor<?x4x8xf32> {brt.input = "c"}, %w: tensor<8x8xf32> {brt.parameter = "w"})
    -> (tensor<8x8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  %init = brt.select_lanes %f, %i, %c : tensor<?xi1>, tensor<4x8xf32>, tensor<?x4x8xf32>
  %0:2 = brt.recurrence blocks = 4 over (%b = %x : tensor<?x16x8xf32>) carry (%s = %init : tensor<?x4x8xf32>) {
    %h = brt.linear %b, %w : tensor<?x4x8xf32>, tensor<8x8xf32>
    %next = arith.addf %h, %s : tensor<?x4x8xf32>
    brt.yield %next : tensor<?x4x8xf32> carry %next : tensor<?x4x8xf32>
  }
  %1 = brt.linear %0#0, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %2 = math.sin %1 : tensor<?x16x8xf32>
  %3 = math.cos %1 : tensor<?x16x8xf32>
  %4 = arith.mulf %2, %3 : tensor<?x16x8xf32>
  %5 = brt.weight_gradient %0#0, %4 : tensor<?x16x8xf32>, tensor<?x16x8xf32> -> tensor<8x8xf32>
  return %5 : tensor<8x8xf32>
}

// -----

// An op whose result is smaller than what it is made of is not moved behind the
// peak, which would keep more; nor is anything in a function that is no entry
// point.

// CHECK-LABEL: func.func @kept
// CHECK:         %[[NORM:.*]] = brt.norm
// CHECK:         %[[SUM:.*]] = brt.sum_leading %[[NORM]]
// CHECK:         math.sin
// CHECK-NOT:     brt.norm
// CHECK:         arith.addf %[[SUM]]
// CHECK-LABEL: func.func @no_entry
// CHECK:         brt.norm
// CHECK-NOT:     brt.norm
func.func @kept(%x: tensor<?x16x8xf32> {brt.input = "x"}, %s: tensor<8xf32> {brt.parameter = "s"})
    -> (tensor<8xf32> {brt.output = "y"}) attributes {brt.entry} {
  %0 = brt.norm rms %x, %s : tensor<?x16x8xf32>, tensor<8xf32>
  %1 = brt.sum_leading %0 : tensor<?x16x8xf32> -> tensor<8xf32>
  %2 = math.sin %x : tensor<?x16x8xf32>
  %3 = math.cos %2 : tensor<?x16x8xf32>
  %4 = arith.mulf %2, %3 : tensor<?x16x8xf32>
  %5 = brt.sum_leading %4 : tensor<?x16x8xf32> -> tensor<8xf32>
  %6 = arith.addf %1, %5 : tensor<8xf32>
  return %6 : tensor<8xf32>
}

func.func @no_entry(%x: tensor<?x16x8xf32>, %s: tensor<8xf32>, %w: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = brt.norm rms %x, %s : tensor<?x16x8xf32>, tensor<8xf32>
  %1 = brt.linear %0, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %2 = math.sin %1 : tensor<?x16x8xf32>
  %3 = math.cos %1 : tensor<?x16x8xf32>
  %4 = arith.mulf %2, %3 : tensor<?x16x8xf32>
  %5 = brt.weight_gradient %0, %4 : tensor<?x16x8xf32>, tensor<?x16x8xf32> -> tensor<8x8xf32>
  return %5 : tensor<8x8xf32>
}
