// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// CHECK-LABEL: func.func @kinds(
// CHECK:      %{{.+}} = brt.activation_adjoint relu %[[X:[^ ]+]], %[[X]] : tensor<?x8x32xf32>
// CHECK:      %{{.+}} = brt.activation_adjoint softmax %[[X]], %{{[^ ]+}} : tensor<?x8x32xf32>
func.func @kinds(%x: tensor<?x8x32xf32>) -> tensor<?x8x32xf32> {
  %0 = brt.activation_adjoint relu %x, %x : tensor<?x8x32xf32>
  %1 = brt.activation_adjoint softmax %x, %0 : tensor<?x8x32xf32>
  return %1 : tensor<?x8x32xf32>
}
