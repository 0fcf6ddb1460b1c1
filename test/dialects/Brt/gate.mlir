// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// One number a feature.
// CHECK-LABEL: func.func @fixed(
// CHECK:      %{{.+}} = brt.gate fixed %{{[^ ]+}}, %{{[^ ]+}} (%{{[^ ]+}} : tensor<16xf32>) : tensor<?x8x16xf32>
func.func @fixed(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.gate fixed %c, %y (%b : tensor<16xf32>) : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// One number an element.
// CHECK-LABEL: func.func @full(
// CHECK:      %{{.+}} = brt.gate full %{{[^ ]+}}, %[[Y:.+]] (%[[Y]] : tensor<?x8x16xf32>) : tensor<?x8x16xf32>
func.func @full(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.gate full %c, %y (%y : tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// What to forget, and what to take in.
// CHECK-LABEL: func.func @lstm(
// CHECK:      %{{.+}} = brt.gate lstm %[[C:.+]], %[[Y:.+]] (%[[Y]], %[[C]] : tensor<?x8x16xf32>, tensor<?x8x16xf32>) : tensor<?x8x16xf32>
func.func @lstm(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.gate lstm %c, %y (%y, %c : tensor<?x8x16xf32>, tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// Nothing to decide by.
// CHECK-LABEL: func.func @residual(
// CHECK:      %{{.+}} = brt.gate residual %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x16xf32>
func.func @residual(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.gate residual %c, %y : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// An f32 parameter of a bf16 state.
// CHECK-LABEL: func.func @bf16(
// CHECK:      %{{.+}} = brt.gate fixed %[[C:.+]], %[[C]] (%{{[^ ]+}} : tensor<16xf32>) : tensor<?x8x16xbf16>
func.func @bf16(%c: tensor<?x8x16xbf16>, %b: tensor<16xf32>) -> tensor<?x8x16xbf16> {
  %0 = brt.gate fixed %c, %c (%b : tensor<16xf32>) : tensor<?x8x16xbf16>
  return %0 : tensor<?x8x16xbf16>
}
