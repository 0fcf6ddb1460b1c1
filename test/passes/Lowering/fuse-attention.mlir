// RUN: brt-opt %s --convert-brt-to-linalg="fuse-attention=true" --split-input-file | FileCheck %s
// RUN: brt-opt %s --convert-brt-to-linalg --split-input-file | FileCheck %s --check-prefix=UNFUSED --implicit-check-not=kernel.

// The absolute value of a temperature is taken before, and inits are empty.
// CHECK-LABEL: func.func @window
// CHECK:         %[[Y:.*]] = tensor.empty(%{{.*}}) : tensor<?x8x4x16xbf16>
// CHECK:         %[[L:.*]] = tensor.empty(%{{.*}}) : tensor<?x4x8xf32>
// CHECK:         %[[T:.*]] = linalg.generic
// CHECK:         math.absf
// CHECK:         kernel.attention %arg0, %arg1, %arg1 temperature(%[[T]] : tensor<4xf32>) bias(%arg3 : tensor<4x8xf32>) sink(%arg2 : tensor<4xf32>) draw(%arg4, %arg5) outs(%[[Y]], %[[L]] :
// CHECK-SAME:      {dropout_rate = 1.000000e-01 : f64, dropout_site = 3 : i64, scale = 2.500000e-01 : f64, window = 8 : i64}
// UNFUSED-LABEL: func.func @window
func.func @window(%q: tensor<?x8x4x16xbf16>, %k: tensor<?x16x4x16xbf16>, %t: tensor<4xf32>, %b: tensor<4x8xf32>, %seed: i64, %step: i64)
    -> (tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>) {
  %0, %1 = brt.window_attention %q, %k, %k temperature(%t : tensor<4xf32>) bias(%b : tensor<4x8xf32>) sink(%t : tensor<4xf32>) draw(%seed, %step)
      {window = 8, scale = 0.25 : f64, dropout_rate = 0.1 : f64, dropout_site = 3} : tensor<?x8x4x16xbf16>, tensor<?x16x4x16xbf16> -> tensor<?x4x8xf32>
  return %0, %1 : tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>
}

// -----

// A signed temperature is one already.
// CHECK-LABEL: func.func @state
// CHECK-NOT:     linalg
// CHECK:         kernel.attention %arg0, %arg1, %arg1 temperature(%arg2 : tensor<4xf32>) outs(%{{.*}} : tensor<?x8x4x16xf32>) : tensor<?x8x4x16xf32>
// UNFUSED-LABEL: func.func @state
func.func @state(%q: tensor<?x8x4x16xf32>, %k: tensor<?x12x4x16xf32>, %t: tensor<4xf32>) -> tensor<?x8x4x16xf32> {
  %0 = brt.state_attention %q, %k, %k temperature(%t : tensor<4xf32>) {temperature_kind = #brt<temperature signed>}
      : tensor<?x8x4x16xf32>, tensor<?x12x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}
