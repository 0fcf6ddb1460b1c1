// RUN: brt-opt %s --brt-fit-memory=budget=16780KB 2>&1 | FileCheck %s --enable-var-scope
// RUN: not brt-opt %s --brt-fit-memory=budget=16779500 2>&1 | FileCheck %s --check-prefix=LEAST
// RUN: not brt-opt %s --brt-fit-memory=budget=16MB 2>&1 | FileCheck %s --check-prefix=LEAST
// RUN: not brt-opt %s --brt-fit-memory=budget=1TB 2>&1 | FileCheck %s --check-prefix=UNIT
// RUN: not brt-opt %s --brt-fit-memory="budget=1GB lanes=0" 2>&1 | FileCheck %s --check-prefix=NO-LANE
// RUN: brt-opt %s --brt-fit-memory=budget=1GB 2>&1 | FileCheck %s --check-prefix=ROOMY
// RUN: brt-opt %s --brt-fit-memory="budget=16870KB lanes=40" 2>&1 | FileCheck %s --check-prefix=LANES
// RUN: brt-opt %s --brt-fit-memory=budget=16780KB --brt-recompute 2>&1 | FileCheck %s --check-prefix=AGAIN

// What is made before the sines and read behind them does not fit; made again
// it does.

// CHECK:       remark: 'product' of 1 lane takes 16,779,776 bytes of a budget of 16,780,000
// CHECK-SAME:  parameters 256, optimizer 0, carry, inputs and outputs 768, arena 1,536, program 16,777,216
// CHECK:       module {
// CHECK-NEXT:  func.func @product
// CHECK-SAME:  brt.tensor_limit = array<i64: {{[0-9]+}}, 1>
// CHECK-COUNT-3: brt.linear

// LEAST: error: expects a memory budget of at least 16,779,776 bytes for 1 lane of 'product', but got 16,
// UNIT: error: expects a memory budget to be a number of bytes, KB, MB, GB, KiB, MiB or GiB, but got '1TB'
// NO-LANE: error: expects a memory budget for 1 lane or more, but got 0

// ROOMY:     remark: 'product' of 1 lane takes
// ROOMY:     module {
// ROOMY-NOT: brt.tensor_limit

// LANES: brt.tensor_limit = array<i64: {{[0-9]+}}, 40>

// AGAIN:       remark: 'product' computes 1 ops again, 2048 FLOPs
// AGAIN:       module {
// AGAIN-NOT:   brt.tensor_limit
// AGAIN-COUNT-4: brt.linear
func.func @product(%x: tensor<?x16x8xf32> {brt.input = "x"}, %w: tensor<8x8xf32> {brt.parameter = "w"})
    -> (tensor<8x8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  %0 = brt.linear %x, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %1 = brt.linear %0, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %2 = brt.activation softmax %1 : tensor<?x16x8xf32>
  %3 = brt.linear %2, %w : tensor<?x16x8xf32>, tensor<8x8xf32>
  %4 = arith.addf %3, %2 : tensor<?x16x8xf32>
  %5 = arith.mulf %4, %1 : tensor<?x16x8xf32>
  %6 = brt.weight_gradient %0, %5 : tensor<?x16x8xf32>, tensor<?x16x8xf32> -> tensor<8x8xf32>
  return %6 : tensor<8x8xf32>
}
