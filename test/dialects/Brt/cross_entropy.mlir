// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Each token, the sum, and how many there are.
// CHECK-LABEL: func.func @loss(
// CHECK:      %{{.+}}, %{{.+}}, %{{.+}} = brt.cross_entropy %{{[^ ]+}}, %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x256xf64>, tensor<?x8xi32>, tensor<?x8xi1>
func.func @loss(%l: tensor<?x8x256xf64>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>) -> (tensor<?x8xf64>, tensor<f64>, tensor<i64>) {
  %0, %1, %2 = brt.cross_entropy %l, %t, %m : tensor<?x8x256xf64>, tensor<?x8xi32>, tensor<?x8xi1>
  return %0, %1, %2 : tensor<?x8xf64>, tensor<f64>, tensor<i64>
}
