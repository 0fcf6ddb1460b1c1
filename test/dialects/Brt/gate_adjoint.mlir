// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// One number a feature.
// CHECK-LABEL: func.func @fixed(
// CHECK:      %{{.+}}, %{{.+}}, %{{.+}} = brt.gate_adjoint fixed %[[C:[^ ]+]], %[[C]], %[[C]] (%{{[^ ]+}} : tensor<16xf32>) : tensor<?x8x16xbf16>
func.func @fixed(%c: tensor<?x8x16xbf16>, %b: tensor<16xf32>) -> tensor<16xf32> {
  %0:3 = brt.gate_adjoint fixed %c, %c, %c (%b : tensor<16xf32>) : tensor<?x8x16xbf16>
  return %0#2 : tensor<16xf32>
}

// Two numbers an element.
// CHECK-LABEL: func.func @lstm(
// CHECK:      %{{.+}}, %{{.+}}, %{{.+}}:2 = brt.gate_adjoint lstm %[[C:[^ ]+]], %[[C]], %[[C]] (%[[C]], %[[C]] : tensor<?x8x16xf32>, tensor<?x8x16xf32>) : tensor<?x8x16xf32>
func.func @lstm(%c: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0:4 = brt.gate_adjoint lstm %c, %c, %c (%c, %c : tensor<?x8x16xf32>, tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return %0#3 : tensor<?x8x16xf32>
}
