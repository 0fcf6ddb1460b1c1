// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Defaults are not printed.
// CHECK-LABEL: func.func @plain(
// CHECK:      %{{.+}} = brt.state_attention %{{[^ ]+}}, %[[K:.+]], %[[K]] : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
func.func @plain(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>) -> tensor<?x8x4x16xf32> {
  %0 = brt.state_attention %q, %k, %k {scale = 1.0 : f64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}

// A signed temperature, f32 under bf16.
// CHECK-LABEL: func.func @temperature(
// CHECK:      %{{.+}} = brt.state_attention %[[Q:.+]], %[[Q]], %[[Q]] temperature(%{{[^ ]+}} : tensor<4xf32>) {temperature_kind = #brt<temperature signed>} : tensor<?x8x4x16xbf16>, tensor<?x8x4x16xbf16>
func.func @temperature(%q: tensor<?x8x4x16xbf16>, %t: tensor<4xf32>) -> tensor<?x8x4x16xbf16> {
  %0 = brt.state_attention %q, %q, %q temperature(%t : tensor<4xf32>) {temperature_kind = #brt<temperature signed>} : tensor<?x8x4x16xbf16>, tensor<?x8x4x16xbf16>
  return %0 : tensor<?x8x4x16xbf16>
}
