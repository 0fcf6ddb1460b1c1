// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// CHECK-LABEL: func.func @rms(
// CHECK:      %{{.+}}, %{{.+}} = brt.norm_adjoint rms %[[X:[^ ]+]], %{{[^ ]+}}, %[[X]] : tensor<?x8x16xf32>, tensor<16xf32>
func.func @rms(%x: tensor<?x8x16xf32>, %s: tensor<16xf32>) -> tensor<16xf32> {
  %0, %1 = brt.norm_adjoint rms %x, %s, %x : tensor<?x8x16xf32>, tensor<16xf32>
  return %1 : tensor<16xf32>
}

// CHECK-LABEL: func.func @layer(
// CHECK:      %{{.+}}, %{{.+}} = brt.norm_adjoint layer %[[X:[^ ]+]], %{{[^ ]+}}, %[[X]] {epsilon = 1.000000e-05 : f64} : tensor<?x16xbf16>, tensor<16xf32>
func.func @layer(%x: tensor<?x16xbf16>, %s: tensor<16xf32>) -> tensor<16xf32> {
  %0, %1 = brt.norm_adjoint layer %x, %s, %x {epsilon = 1.0e-5 : f64} : tensor<?x16xbf16>, tensor<16xf32>
  return %1 : tensor<16xf32>
}

// CHECK-LABEL: func.func @unit(
// CHECK:      %{{.+}} = brt.unit_normalize_adjoint %[[X:[^ ]+]], %[[X]] : tensor<?x8x4x8xf32>
func.func @unit(%q: tensor<?x8x4x8xf32>) -> tensor<?x8x4x8xf32> {
  %0 = brt.unit_normalize_adjoint %q, %q : tensor<?x8x4x8xf32>
  return %0 : tensor<?x8x4x8xf32>
}
