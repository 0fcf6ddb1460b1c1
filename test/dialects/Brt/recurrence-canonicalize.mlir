// RUN: brt-opt %s --canonicalize --split-input-file | FileCheck %s
// RUN: brt-opt %s --loop-invariant-code-motion --split-input-file | FileCheck %s --check-prefix=LICM

// One block: the loop is its body.
// CHECK-LABEL: func.func @single_block
// CHECK-SAME:    %[[X:[^:]+]]: tensor<?x8x16xf32>, %[[C:[^:]+]]: tensor<?x8x16xf32>
// CHECK-NEXT:    %[[SUM:.+]] = arith.addf %[[X]], %[[C]]
// CHECK-NEXT:    return %[[SUM]], %[[X]]
func.func @single_block(%x: tensor<?x8x16xf32>, %c: tensor<?x8x16xf32>) -> (tensor<?x8x16xf32>, tensor<?x8x16xf32>) {
  %0:2 = brt.recurrence blocks = 1 over (%b = %x : tensor<?x8x16xf32>) carry (%s = %c : tensor<?x8x16xf32>) {
    %1 = arith.addf %b, %s : tensor<?x8x16xf32>
    brt.yield %1 : tensor<?x8x16xf32> carry %b : tensor<?x8x16xf32>
  }
  return %0#0, %0#1 : tensor<?x8x16xf32>, tensor<?x8x16xf32>
}

// -----

// A sequence nobody reads and a piece nobody uses go; the rest keeps its order.
// CHECK-LABEL: func.func @unused
// CHECK-SAME:    %[[X:[^:]+]]: tensor<?x8x16xf32>, %[[Y:[^:]+]]: tensor<?x8x16xf32>, %[[C:[^:]+]]:
// CHECK:         %[[LOOP:.+]]:2 = brt.recurrence blocks = 4
// CHECK-SAME:      over (%[[B:.+]] = %[[Y]] : tensor<?x8x16xf32>) carry (%[[S:.+]] = %[[C]]
// CHECK-NEXT:      %[[SUM:.+]] = arith.addf %[[B]], %[[S]]
// CHECK-NEXT:      brt.yield %[[SUM]] : tensor<?x2x16xf32> carry %[[SUM]]
// CHECK:         return %[[LOOP]]#0, %[[LOOP]]#1
func.func @unused(%x: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %c: tensor<?x2x16xf32>) -> (tensor<?x8x16xf32>, tensor<?x2x16xf32>) {
  %0:3 = brt.recurrence blocks = 4 over (%a = %x : tensor<?x8x16xf32>, %b = %y : tensor<?x8x16xf32>) carry (%s = %c : tensor<?x2x16xf32>) {
    %1 = arith.addf %b, %s : tensor<?x2x16xf32>
    brt.yield %b, %1 : tensor<?x2x16xf32>, tensor<?x2x16xf32> carry %1 : tensor<?x2x16xf32>
  }
  return %0#1, %0#2 : tensor<?x8x16xf32>, tensor<?x2x16xf32>
}

// -----

// What does not depend on the block is computed once before the loop.
// LICM-LABEL: func.func @invariant
// LICM:         brt.activation relu
// LICM:         brt.recurrence
func.func @invariant(%x: tensor<?x8x16xf32>, %p: tensor<?x2x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x16xf32>) {
    %1 = brt.activation relu %p : tensor<?x2x16xf32>
    %2 = arith.addf %b, %1 : tensor<?x2x16xf32>
    brt.yield %2 : tensor<?x2x16xf32>
  }
  return %0 : tensor<?x8x16xf32>
}

// -----

// More than one block, everything used: nothing to do.
// CHECK-LABEL: func.func @negative_all_used
// CHECK:         brt.recurrence blocks = 2
func.func @negative_all_used(%x: tensor<?x8x16xf32>, %c: tensor<?x4x16xf32>) -> (tensor<?x8x16xf32>, tensor<?x4x16xf32>) {
  %0:2 = brt.recurrence blocks = 2 over (%b = %x : tensor<?x8x16xf32>) carry (%s = %c : tensor<?x4x16xf32>) {
    %1 = arith.addf %b, %s : tensor<?x4x16xf32>
    brt.yield %1 : tensor<?x4x16xf32> carry %1 : tensor<?x4x16xf32>
  }
  return %0#0, %0#1 : tensor<?x8x16xf32>, tensor<?x4x16xf32>
}
