// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Every kind of one input.
// CHECK-LABEL: func.func @kinds(
// CHECK:      %{{.+}} = brt.activation none %{{[^ ]+}} : tensor<?x8x16xf32>
// CHECK-NEXT: %{{.+}} = brt.activation relu %{{[^ ]+}} : tensor<?x8x16xf32>
// CHECK-NEXT: %{{.+}} = brt.activation swish %{{[^ ]+}} : tensor<?x8x16xf32>
// CHECK-NEXT: %{{.+}} = brt.activation sigmoid %{{[^ ]+}} : tensor<?x8x16xf32>
// CHECK-NEXT: %{{.+}} = brt.activation tanh %{{[^ ]+}} : tensor<?x8x16xf32>
// CHECK-NEXT: %{{.+}} = brt.activation softmax %{{[^ ]+}} : tensor<?x8x16xf32>
// CHECK-NEXT: %{{.+}} = brt.activation gelu %{{[^ ]+}} : tensor<?x8x16xf32>
func.func @kinds(%x: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.activation none %x : tensor<?x8x16xf32>
  %1 = brt.activation relu %0 : tensor<?x8x16xf32>
  %2 = brt.activation swish %1 : tensor<?x8x16xf32>
  %3 = brt.activation sigmoid %2 : tensor<?x8x16xf32>
  %4 = brt.activation tanh %3 : tensor<?x8x16xf32>
  %5 = brt.activation softmax %4 : tensor<?x8x16xf32>
  %6 = brt.activation gelu %5 : tensor<?x8x16xf32>
  return %6 : tensor<?x8x16xf32>
}
