// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Positions count from 0.
// CHECK-LABEL: func.func @plain(
// CHECK:      %{{.+}} = brt.add_absolute_positions %{{[^ ]+}} : tensor<?x8x16xf32>
func.func @plain(%x: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.add_absolute_positions %x : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// Positions of each lane.
// CHECK-LABEL: func.func @positions(
// CHECK:      %{{.+}} = brt.add_absolute_positions %{{[^ ]+}} positions(%{{[^ ]+}} : tensor<?xi32>) : tensor<?x8x16xf32>
func.func @positions(%x: tensor<?x8x16xf32>, %p: tensor<?xi32>) -> tensor<?x8x16xf32> {
  %0 = brt.add_absolute_positions %x positions(%p : tensor<?xi32>) : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}
