// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// The default epsilon is not printed.
// CHECK-LABEL: func.func @unit(
// CHECK:      %{{.+}} = brt.unit_normalize %{{[^ ]+}} : tensor<?x8x4x16xf32>
func.func @unit(%q: tensor<?x8x4x16xf32>) -> tensor<?x8x4x16xf32> {
  %0 = brt.unit_normalize %q {epsilon = 1.0e-6 : f64} : tensor<?x8x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}

// Any other is.
// CHECK-LABEL: func.func @epsilon(
// CHECK:      %{{.+}} = brt.unit_normalize %{{[^ ]+}} {epsilon = 5.000000e-01 : f64} : tensor<?x8x4x16xf32>
func.func @epsilon(%q: tensor<?x8x4x16xf32>) -> tensor<?x8x4x16xf32> {
  %0 = brt.unit_normalize %q {epsilon = 0.5 : f64} : tensor<?x8x4x16xf32>
  return %0 : tensor<?x8x4x16xf32>
}
