// RUN: brt-opt %s --convert-brt-to-linalg --split-input-file --verify-diagnostics | FileCheck %s

// A projection is one contraction on a filled tensor.
// CHECK-LABEL: func.func @linear
// CHECK-NOT:     brt.
// CHECK:         %[[Z:.+]] = linalg.fill
// CHECK:         linalg.generic {{.*}}"reduction"]} ins({{.*}}) outs(%[[Z]] : tensor<?x8x32xf32>)
// CHECK:           arith.mulf
// CHECK:           arith.addf
func.func @linear(%x: tensor<?x8x16xf32>, %w: tensor<16x32xf32>) -> tensor<?x8x32xf32> {
  %0 = brt.linear %x, %w : tensor<?x8x16xf32>, tensor<16x32xf32>
  return %0 : tensor<?x8x32xf32>
}

// -----

// Sums of bf16 are in f32, the weight and the result are rounded once.
// CHECK-LABEL: func.func @linear_bf16
// CHECK:         linalg.generic {{.*}} ins(%arg0, %arg1 : {{.*}}) outs(%{{.+}} : tensor<?x8x32xf32>)
// CHECK-NEXT:    ^bb0(%[[X:.+]]: bf16, %[[W:.+]]: f32, %{{.+}}: f32):
// CHECK-DAG:       %[[WIDE:.+]] = arith.extf %[[X]]
// CHECK-DAG:       %[[ROUNDED:.+]] = arith.truncf %[[W]] : f32 to bf16
// CHECK:           %[[WEIGHT:.+]] = arith.extf %[[ROUNDED]]
// CHECK:           arith.mulf %[[WIDE]], %[[WEIGHT]] : f32
// CHECK:         arith.truncf {{.*}} : f32 to bf16
func.func @linear_bf16(%x: tensor<?x8x16xbf16>, %w: tensor<16x32xf32>) -> tensor<?x8x32xbf16> {
  %0 = brt.linear %x, %w : tensor<?x8x16xbf16>, tensor<16x32xf32>
  return %0 : tensor<?x8x32xbf16>
}

// -----

// A segment of four windows is walked in blocks; no logits of all of it.
// CHECK-LABEL: func.func @window
// CHECK-NOT:     x32x40xf32>
// CHECK:         scf.for
// CHECK:           tensor<?x2x8x16xf32>
func.func @window(%q: tensor<?x32x2x4xf32>, %k: tensor<?x40x2x4xf32>, %v: tensor<?x40x2x4xf32>) -> tensor<?x32x2x4xf32> {
  %0 = brt.window_attention %q, %k, %v {window = 8} : tensor<?x32x2x4xf32>, tensor<?x40x2x4xf32>
  return %0 : tensor<?x32x2x4xf32>
}

// -----

// Ops of the level `model` are not known here.
brt.model @early {
  // expected-error@+1 {{expects to be an op of the level 'cell', which the conversion to linalg knows}}
  brt.embedding
  brt.transformer_layer
  brt.head
}
