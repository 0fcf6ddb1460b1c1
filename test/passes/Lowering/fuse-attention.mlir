// RUN: brt-opt %s --convert-brt-to-linalg="fuse-attention=true fuse-attention-adjoint=true" --split-input-file | FileCheck %s
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

// -----

// Sums over lanes come behind the kernel, as do the sign of a temperature and
// the gradient of the sink, which follows from rows; sums of bf16 are in f32.
// CHECK-LABEL: func.func @window_adjoint
// CHECK:         %[[DELTA:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x4x8xf32>)
// CHECK:         %[[DQ:.*]] = tensor.empty(%{{.*}}) : tensor<?x8x4x16xf32>
// CHECK:         %[[T:.*]] = linalg.generic
// CHECK:           math.absf
// CHECK:         %[[G:.*]]:5 = kernel.attention_adjoint %arg0, %arg1, %arg1 temperature(%[[T]] : tensor<4xf32>) bias(%arg3 : tensor<4x8xf32>) draw(%arg6, %arg7)
// CHECK-SAME:      gradient(%arg4, %arg5, %[[DELTA]] : tensor<?x8x4x16xbf16>, tensor<?x4x8xf32>, tensor<?x4x8xf32>) outs(%[[DQ]],
// CHECK-SAME:      {dropout_rate = 1.000000e-01 : f64, dropout_site = 3 : i64, scale = 2.500000e-01 : f64, window = 8 : i64}
// CHECK-SAME:      -> tensor<?x8x4x16xf32>, tensor<?x16x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<?x4x8xf32>, tensor<?x4x8xf32>
// CHECK:         linalg.generic {{.*}} ins(%[[G]]#0 :
// CHECK:           arith.truncf
// CHECK:         %[[TSUM:.*]] = linalg.generic {{.*}} ins(%[[G]]#3 : tensor<?x4x8xf32>) outs(%{{.*}} : tensor<4xf32>)
// CHECK:         linalg.generic {{.*}} ins(%[[TSUM]], %arg2 :
// CHECK:         linalg.generic {{.*}} ins(%[[G]]#4 : tensor<?x4x8xf32>) outs(%{{.*}} : tensor<4x8xf32>)
// CHECK:         linalg.generic {{.*}} ins(%arg2, %arg5, %[[DELTA]] :
// UNFUSED-LABEL: func.func @window_adjoint
func.func @window_adjoint(%q: tensor<?x8x4x16xbf16>, %k: tensor<?x16x4x16xbf16>, %t: tensor<4xf32>, %b: tensor<4x8xf32>, %o: tensor<?x8x4x16xbf16>, %l: tensor<?x4x8xf32>, %seed: i64, %step: i64)
    -> (tensor<?x8x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<4xf32>, tensor<4x8xf32>, tensor<4xf32>) {
  %0:6 = brt.window_attention_adjoint %q, %k, %k temperature(%t : tensor<4xf32>) bias(%b : tensor<4x8xf32>) sink(%t : tensor<4xf32>) draw(%seed, %step)
      output %o, %l gradient %o {window = 8, scale = 0.25 : f64, dropout_rate = 0.1 : f64, dropout_site = 3} : tensor<?x8x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<?x4x8xf32>
  return %0#0, %0#1, %0#3, %0#4, %0#5 : tensor<?x8x4x16xbf16>, tensor<?x16x4x16xbf16>, tensor<4xf32>, tensor<4x8xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @state_adjoint
// CHECK:         %[[DELTA:.*]] = linalg.generic {{.*}} ins(%arg0, %arg0 :
// CHECK:         %[[G:.*]]:3 = kernel.attention_adjoint %arg0, %arg1, %arg1 gradient(%arg0, %arg2, %[[DELTA]] :
// CHECK:         return %[[G]]#0
// UNFUSED-LABEL: func.func @state_adjoint
func.func @state_adjoint(%q: tensor<?x8x4x16xf32>, %k: tensor<?x12x4x16xf32>, %l: tensor<?x4x8xf32>) -> tensor<?x8x4x16xf32> {
  %0:3 = brt.state_attention_adjoint %q, %k, %k output %q, %l gradient %q : tensor<?x8x4x16xf32>, tensor<?x12x4x16xf32>, tensor<?x4x8xf32>
  return %0#0 : tensor<?x8x4x16xf32>
}
