// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Defaults are not printed.
// CHECK-LABEL: func.func @plain(
// CHECK:      %{{.+}} = brt.window_attention %{{[^ ]+}}, %[[K:.+]], %[[K]] {window = 8 : i64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
func.func @plain(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>) -> tensor<?x8x4x16xf32> {
  %0 = brt.window_attention %q, %k, %k {window = 8, causal = true, scale = 1.0 : f64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}

// All that can be given.
// CHECK-LABEL: func.func @full(
// CHECK:      %{{.+}} = brt.window_attention %{{[^ ]+}}, %[[K:.+]], %[[K]] temperature(%[[T:.+]] : tensor<4xf32>) bias(%{{[^ ]+}} : tensor<4x23xf32>) sink(%[[T]] : tensor<4xf32>) positions(%{{[^ ]+}} : tensor<?xi32>) {causal = false, scale = 2.500000e-01 : f64, temperature_kind = #brt<temperature signed>, window = 8 : i64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
func.func @full(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4xf32>, %b: tensor<4x23xf32>, %p: tensor<?xi32>) -> tensor<?x8x4x16xf32> {
  %0 = brt.window_attention %q, %k, %k temperature(%t : tensor<4xf32>) bias(%b : tensor<4x23xf32>) sink(%t : tensor<4xf32>) positions(%p : tensor<?xi32>) {window = 8, causal = false, temperature_kind = #brt<temperature signed>, scale = 0.25 : f64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}

// Fewer keys than queries where positions are given.
// CHECK-LABEL: func.func @positions(
// CHECK:      %{{.+}} = brt.window_attention %{{[^ ]+}}, %[[K:.+]], %[[K]] positions(%{{[^ ]+}} : tensor<?xi32>) {window = 8 : i64} : tensor<?x8x4x16xf32>, tensor<?x4x4x16xf32>
func.func @positions(%q: tensor<?x8x4x16xf32>, %k: tensor<?x4x4x16xf32>, %p: tensor<?xi32>) -> tensor<?x8x4x16xf32> {
  %0 = brt.window_attention %q, %k, %k positions(%p : tensor<?xi32>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x4x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}

// Weights are dropped.
// CHECK-LABEL: func.func @dropout(
// CHECK:      %{{.+}} = brt.window_attention %{{[^ ]+}}, %[[K:.+]], %[[K]] draw(%{{[^ ]+}}, %{{[^ ]+}}) {dropout_rate = 5.000000e-02 : f64, dropout_site = 4 : i64, window = 8 : i64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
func.func @dropout(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %seed: i64, %step: i64) -> tensor<?x8x4x16xf32> {
  %0 = brt.window_attention %q, %k, %k draw(%seed, %step) {window = 8, dropout_rate = 0.05 : f64, dropout_site = 4} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}
