// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Four axes.
// CHECK-LABEL: func.func @keys(
// CHECK:      %{{.+}} = brt.cache_write %{{[^ ]+}}, %{{[^ ]+}} at %[[P:.+]] count %[[P]] : tensor<?x16x4x8xf32>, tensor<?x1x4x8xf32>, tensor<?xi32>
func.func @keys(%c: tensor<?x16x4x8xf32>, %k: tensor<?x1x4x8xf32>, %p: tensor<?xi32>) -> tensor<?x16x4x8xf32> {
  %0 = brt.cache_write %c, %k at %p count %p : tensor<?x16x4x8xf32>, tensor<?x1x4x8xf32>, tensor<?xi32>
  return %0 : tensor<?x16x4x8xf32>
}

// More rows than the cache holds: the rest is not written.
// CHECK-LABEL: func.func @two_axes(
// CHECK:      %{{.+}} = brt.cache_write %{{[^ ]+}}, %{{[^ ]+}} at %[[P:.+]] count %[[P]] : tensor<?x4xf32>, tensor<?x8xf32>, tensor<?xi32>
func.func @two_axes(%c: tensor<?x4xf32>, %k: tensor<?x8xf32>, %p: tensor<?xi32>) -> tensor<?x4xf32> {
  %0 = brt.cache_write %c, %k at %p count %p : tensor<?x4xf32>, tensor<?x8xf32>, tensor<?xi32>
  return %0 : tensor<?x4xf32>
}
