// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// A sequence cut into blocks, and a carry.
// CHECK-LABEL: func.func @sum(
// CHECK:      %[[R:.+]]:2 = brt.recurrence blocks = 4 over (%[[B:.+]] = %{{.+}} : tensor<?x8x16xf32>) carry (%[[S:.+]] = %{{.+}} : tensor<?x2x16xf32>) {
// CHECK-NEXT:   %[[SUM:.+]] = arith.addf %[[B]], %[[S]] : tensor<?x2x16xf32>
// CHECK-NEXT:   brt.yield %[[SUM]] : tensor<?x2x16xf32> carry %[[SUM]] : tensor<?x2x16xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[R]]#0, %[[R]]#1 : tensor<?x8x16xf32>, tensor<?x2x16xf32>
func.func @sum(%x: tensor<?x8x16xf32>, %c: tensor<?x2x16xf32>) -> (tensor<?x8x16xf32>, tensor<?x2x16xf32>) {
  %0:2 = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x16xf32>) carry (%s = %c : tensor<?x2x16xf32>) {
    %1 = arith.addf %b, %s : tensor<?x2x16xf32>
    brt.yield %1 : tensor<?x2x16xf32> carry %1 : tensor<?x2x16xf32>
  }
  return %0#0, %0#1 : tensor<?x8x16xf32>, tensor<?x2x16xf32>
}

// A carry alone, of any element type.
// CHECK-LABEL: func.func @carry_only(
// CHECK:      %{{.+}} = brt.recurrence blocks = 3 carry (%[[N:.+]] = %{{.+}} : tensor<i64>) {
// CHECK-NEXT:   brt.yield carry %[[N]] : tensor<i64>
func.func @carry_only(%n: tensor<i64>) -> tensor<i64> {
  %0 = brt.recurrence blocks = 3 carry (%m = %n : tensor<i64>) {
    brt.yield carry %m : tensor<i64>
  }
  return %0 : tensor<i64>
}

// Two sequences and no carry; pieces may have another length than those given.
// CHECK-LABEL: func.func @sequences_only(
// CHECK:      %{{.+}} = brt.recurrence blocks = 2 over (%[[A:.+]] = %{{.+}} : tensor<?x8xf32>, %[[B:.+]] = %{{.+}} : tensor<?x2x3xi32>) {
// CHECK-NEXT:   brt.yield %[[B]] : tensor<?x1x3xi32>
func.func @sequences_only(%a: tensor<?x8xf32>, %b: tensor<?x2x3xi32>) -> tensor<?x2x3xi32> {
  %0 = brt.recurrence blocks = 2 over (%p = %a : tensor<?x8xf32>, %q = %b : tensor<?x2x3xi32>) {
    brt.yield %q : tensor<?x1x3xi32>
  }
  return %0 : tensor<?x2x3xi32>
}

// Nothing comes in or out; the terminator need not be written.
// CHECK-LABEL: func.func @empty(
// CHECK:      brt.recurrence blocks = 1 {
// CHECK-NEXT: } {note = "kept"}
func.func @empty() {
  brt.recurrence blocks = 1 {
  } {note = "kept"}
  return
}
