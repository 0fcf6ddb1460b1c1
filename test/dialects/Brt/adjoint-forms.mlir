// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// What adjoints ask of the ops themselves.

// CHECK-LABEL: func.func @transposed(
// CHECK:      %{{.+}} = brt.linear %{{[^ ]+}}, transposed %{{[^ ]+}} : tensor<?x8x32xf32>, tensor<16x32xf32>
func.func @transposed(%g: tensor<?x8x32xf32>, %w: tensor<16x32xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.linear %g, transposed %w : tensor<?x8x32xf32>, tensor<16x32xf32>
  return %0 : tensor<?x8x16xf32>
}

// CHECK-LABEL: func.func @inverse(
// CHECK:      %{{.+}} = brt.rotary %{{[^ ]+}} {first = -8 : i64, inverse} : tensor<?x16x4x8xf32>
func.func @inverse(%k: tensor<?x16x4x8xf32>) -> tensor<?x16x4x8xf32> {
  %0 = brt.rotary %k {first = -8, inverse} : tensor<?x16x4x8xf32>
  return %0 : tensor<?x16x4x8xf32>
}

// CHECK-LABEL: func.func @reverse(
// CHECK:      %{{.+}}:2 = brt.recurrence reverse blocks = 4 over (%{{.+}} = %{{.+}} : tensor<?x8x16xf32>) carry (%{{.+}} = %{{.+}} : tensor<?x2x16xf32>) {
func.func @reverse(%x: tensor<?x8x16xf32>, %c: tensor<?x2x16xf32>) -> tensor<?x8x16xf32> {
  %0:2 = brt.recurrence reverse blocks = 4 over (%b = %x : tensor<?x8x16xf32>) carry (%s = %c : tensor<?x2x16xf32>) {
    %1 = arith.addf %b, %s : tensor<?x2x16xf32>
    brt.yield %1 : tensor<?x2x16xf32> carry %1 : tensor<?x2x16xf32>
  }
  return %0#0 : tensor<?x8x16xf32>
}

// CHECK-LABEL: func.func @log_sum_exp(
// CHECK:      %{{.+}}, %{{.+}} = brt.window_attention %[[Q:[^ ]+]], %[[Q]], %[[Q]] {window = 8 : i64} : tensor<?x8x4x16xbf16>, tensor<?x8x4x16xbf16> -> tensor<?x4x8xf32>
// CHECK:      %{{.+}}, %{{.+}} = brt.state_attention %[[Q]], %[[Q]], %[[Q]] : tensor<?x8x4x16xbf16>, tensor<?x8x4x16xbf16> -> tensor<?x4x8xf32>
func.func @log_sum_exp(%q: tensor<?x8x4x16xbf16>) -> (tensor<?x4x8xf32>, tensor<?x4x8xf32>) {
  %0, %1 = brt.window_attention %q, %q, %q {window = 8} : tensor<?x8x4x16xbf16>, tensor<?x8x4x16xbf16> -> tensor<?x4x8xf32>
  %2, %3 = brt.state_attention %q, %q, %q : tensor<?x8x4x16xbf16>, tensor<?x8x4x16xbf16> -> tensor<?x4x8xf32>
  return %1, %3 : tensor<?x4x8xf32>, tensor<?x4x8xf32>
}
