// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Tokens of any number of lanes.
// CHECK-LABEL: func.func @embed(
// CHECK:      %{{.+}} = brt.embed %{{.+}}, %{{.+}} : tensor<?x8xi32>, tensor<256x16xf32> -> tensor<?x8x16xf32>
func.func @embed(%t: tensor<?x8xi32>, %e: tensor<256x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.embed %t, %e : tensor<?x8xi32>, tensor<256x16xf32> -> tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// Parameters stay in f32 under bf16.
// CHECK-LABEL: func.func @bf16(
// CHECK:      %{{.+}} = brt.embed %{{.+}}, %{{.+}} : tensor<2x8xi32>, tensor<256x16xf32> -> tensor<2x8x16xbf16>
func.func @bf16(%t: tensor<2x8xi32>, %e: tensor<256x16xf32>) -> tensor<2x8x16xbf16> {
  %0 = brt.embed %t, %e : tensor<2x8xi32>, tensor<256x16xf32> -> tensor<2x8x16xbf16>
  return %0 : tensor<2x8x16xbf16>
}
