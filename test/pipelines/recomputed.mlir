// RUN: brt-opt %s --brt-compile-to=kernel | FileCheck %s

// The backward pass draws a mask of dropout again, and nothing keeps it until
// then: here one of `x`, then for the gradient `g` of what becomes of it.
// CHECK-LABEL: func.func @same_draw
// CHECK-SAME:    brt.arena = array<i64: 0, 8192>
// CHECK:         call @[[DRAW:brt_dropout_[0-9]+]]({{.+}}) : (memref<64x32xf32>, i64, i64, f32, f32)
// CHECK:         call @[[APPLY:brt_dropout_[0-9]+]](%arg0,
// CHECK:         call @[[DRAW]](
// CHECK:         call @[[APPLY]](%arg1,
func.func @same_draw(
    %x: tensor<?x64x32xf32> {brt.input = "x"}, %g: tensor<?x64x32xf32> {brt.input = "g"},
    %seed: tensor<i64> {brt.input = "seed"}, %step: tensor<i64> {brt.input = "step"})
    -> (tensor<?x64x32xf32> {brt.output = "y"}, tensor<?x64x32xf32> {brt.output = "dx"}) attributes {brt.entry} {
  %s = tensor.extract %seed[] : tensor<i64>
  %n = tensor.extract %step[] : tensor<i64>
  %0 = brt.dropout %x draw(%s, %n) {rate = 5.0e-01 : f64, site = 0 : i64} : tensor<?x64x32xf32>
  %1 = brt.dropout %g draw(%s, %n) {rate = 5.0e-01 : f64, site = 0 : i64} : tensor<?x64x32xf32>
  return %0, %1 : tensor<?x64x32xf32>, tensor<?x64x32xf32>
}
