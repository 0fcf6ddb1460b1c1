// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// CHECK-LABEL: func.func @table(
// CHECK:      %{{.+}} = brt.embed_adjoint %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8xi32>, tensor<?x8x16xbf16> -> tensor<256x16xf32>
func.func @table(%t: tensor<?x8xi32>, %g: tensor<?x8x16xbf16>) -> tensor<256x16xf32> {
  %0 = brt.embed_adjoint %t, %g : tensor<?x8xi32>, tensor<?x8x16xbf16> -> tensor<256x16xf32>
  return %0 : tensor<256x16xf32>
}
