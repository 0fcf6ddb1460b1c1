// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Everything that may be given.
// CHECK-LABEL: func.func @window(
// CHECK:      %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}:3 = brt.window_attention_adjoint %[[Q:[^ ]+]], %[[K:[^ ]+]], %[[K]] temperature(%{{.+}} : tensor<4xf32>) bias(%{{.+}} : tensor<4x8xf32>) sink(%{{.+}} : tensor<4xf32>) positions(%{{.+}} : tensor<?xi32>) output %[[Q]], %{{[^ ]+}} gradient %[[Q]] {window = 8 : i64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x4x8xf32>
func.func @window(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4xf32>, %b: tensor<4x8xf32>, %p: tensor<?xi32>, %l: tensor<?x4x8xf32>) -> tensor<4xf32> {
  %0:6 = brt.window_attention_adjoint %q, %k, %k temperature(%t : tensor<4xf32>) bias(%b : tensor<4x8xf32>) sink(%t : tensor<4xf32>) positions(%p : tensor<?xi32>)
      output %q, %l gradient %q {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x4x8xf32>
  return %0#5 : tensor<4xf32>
}

// Weights that were dropped.
// CHECK-LABEL: func.func @dropout(
// CHECK:      %{{.+}}, %{{.+}}, %{{.+}} = brt.window_attention_adjoint %[[Q:[^ ]+]], %[[K:[^ ]+]], %[[K]] draw(%[[S:.+]], %[[S]]) output %[[Q]], %{{[^ ]+}} gradient %[[Q]] {dropout_rate = 5.000000e-02 : f64, dropout_site = 4 : i64, window = 8 : i64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x4x8xf32>
func.func @dropout(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %s: i64, %l: tensor<?x4x8xf32>) -> tensor<?x8x4x16xf32> {
  %0:3 = brt.window_attention_adjoint %q, %k, %k draw(%s, %s)
      output %q, %l gradient %q {window = 8, dropout_rate = 0.05 : f64, dropout_site = 4} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x4x8xf32>
  return %0#0 : tensor<?x8x4x16xf32>
}

// A log-sum-exp in f32 under bf16.
// CHECK-LABEL: func.func @state(
// CHECK:      %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}} = brt.state_attention_adjoint %[[Q:[^ ]+]], %[[K:[^ ]+]], %[[K]] temperature(%{{.+}} : tensor<4xf32>) output %[[Q]], %{{[^ ]+}} gradient %[[Q]] : tensor<?x8x4x16xbf16>, tensor<?x32x4x16xbf16>, tensor<?x4x8xf32>
func.func @state(%q: tensor<?x8x4x16xbf16>, %k: tensor<?x32x4x16xbf16>, %t: tensor<4xf32>, %l: tensor<?x4x8xf32>) -> tensor<4xf32> {
  %0:4 = brt.state_attention_adjoint %q, %k, %k temperature(%t : tensor<4xf32>) output %q, %l gradient %q
      : tensor<?x8x4x16xbf16>, tensor<?x32x4x16xbf16>, tensor<?x4x8xf32>
  return %0#3 : tensor<4xf32>
}

// CHECK-LABEL: func.func @bias(
// CHECK:      %{{.+}}:2 = brt.relative_bias_adjoint alibi (%{{[^ ]+}}, %{{[^ ]+}}), %{{[^ ]+}} {first_distance = 1 : i64} : (tensor<1xf32>, tensor<4xf32>, tensor<4x8xf32>) -> (tensor<1xf32>, tensor<4xf32>)
func.func @bias(%s: tensor<1xf32>, %r: tensor<4xf32>, %g: tensor<4x8xf32>) -> tensor<1xf32> {
  %0:2 = brt.relative_bias_adjoint alibi (%s, %r), %g {first_distance = 1} : (tensor<1xf32>, tensor<4xf32>, tensor<4x8xf32>) -> (tensor<1xf32>, tensor<4xf32>)
  return %0#0 : tensor<1xf32>
}
