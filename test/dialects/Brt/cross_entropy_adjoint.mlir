// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// CHECK-LABEL: func.func @loss(
// CHECK:      %{{.+}} = brt.cross_entropy_adjoint %{{[^ ]+}}, %{{[^ ]+}}, %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x256xf32>, tensor<?x8xi32>, tensor<?x8xi1>, tensor<?x8xf32>
func.func @loss(%l: tensor<?x8x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>, %g: tensor<?x8xf32>) -> tensor<?x8x256xf32> {
  %0 = brt.cross_entropy_adjoint %l, %t, %m, %g : tensor<?x8x256xf32>, tensor<?x8xi32>, tensor<?x8xi1>, tensor<?x8xf32>
  return %0 : tensor<?x8x256xf32>
}
