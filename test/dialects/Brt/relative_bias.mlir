// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// A table of buckets.
// CHECK-LABEL: func.func @t5(
// CHECK:      %{{.+}} = brt.relative_bias t5 (%{{[^ ]+}}) {first_distance = 1 : i64} : (tensor<4x32xf32>) -> tensor<4x128xf32>
func.func @t5(%t: tensor<4x32xf32>) -> tensor<4x128xf32> {
  %0 = brt.relative_bias t5 (%t) {first_distance = 1} : (tensor<4x32xf32>) -> tensor<4x128xf32>
  return %0 : tensor<4x128xf32>
}

// Waves of three frequencies.
// CHECK-LABEL: func.func @fourier(
// CHECK:      %{{.+}} = brt.relative_bias fourier (%{{[^ ]+}}) {first_distance = 1 : i64, max_keys = 16 : i64} : (tensor<4x6xf32>) -> tensor<4x8xf32>
func.func @fourier(%r: tensor<4x6xf32>) -> tensor<4x8xf32> {
  %0 = brt.relative_bias fourier (%r) {first_distance = 1, max_keys = 16} : (tensor<4x6xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// One bound for all heads, and negative distances.
// CHECK-LABEL: func.func @alibi(
// CHECK:      %{{.+}} = brt.relative_bias alibi (%[[S:.+]], %[[S]]) {first_distance = -7 : i64} : (tensor<1xf32>, tensor<1xf32>) -> tensor<4x23xf32>
func.func @alibi(%s: tensor<1xf32>) -> tensor<4x23xf32> {
  %0 = brt.relative_bias alibi (%s, %s) {first_distance = -7} : (tensor<1xf32>, tensor<1xf32>) -> tensor<4x23xf32>
  return %0 : tensor<4x23xf32>
}

// A bound a head.
// CHECK-LABEL: func.func @alibi_per_head(
// CHECK:      %{{.+}} = brt.relative_bias alibi (%{{[^ ]+}}, %{{[^ ]+}}) {first_distance = 1 : i64} : (tensor<1xf32>, tensor<4xf32>) -> tensor<4x8xf32>
func.func @alibi_per_head(%s: tensor<1xf32>, %r: tensor<4xf32>) -> tensor<4x8xf32> {
  %0 = brt.relative_bias alibi (%s, %r) {first_distance = 1} : (tensor<1xf32>, tensor<4xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// A net of the distance.
// CHECK-LABEL: func.func @nn(
// CHECK:      %{{.+}} = brt.relative_bias nn (%[[W:.+]], %[[W]], %{{[^ ]+}}) {first_distance = 1 : i64} : (tensor<5xf32>, tensor<5xf32>, tensor<4x5xf32>) -> tensor<4x8xf32>
func.func @nn(%w1: tensor<5xf32>, %w2: tensor<4x5xf32>) -> tensor<4x8xf32> {
  %0 = brt.relative_bias nn (%w1, %w1, %w2) {first_distance = 1} : (tensor<5xf32>, tensor<5xf32>, tensor<4x5xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
