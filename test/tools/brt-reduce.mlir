// REQUIRES: brt-reduce
// RUN: brt-reduce %s -reduction-tree='traversal-mode=0 test=%S/Inputs/has-gate.sh' | FileCheck %s

// What is interesting stays, the rest goes.
// CHECK-NOT: @other
// CHECK:     func.func @gate
// CHECK:       brt.gate
// CHECK-NOT: @other
func.func @other_before(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = arith.addf %x, %x : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
func.func @gate(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.gate fixed %c, %y (%b : tensor<16xf32>) : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}
func.func @other_after() {
  return
}
