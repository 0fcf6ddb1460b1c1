// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// From position 0.
// CHECK-LABEL: func.func @plain(
// CHECK:      %{{.+}} = brt.rotary %{{[^ ]+}} : tensor<?x16x4x16xf32>
func.func @plain(%k: tensor<?x16x4x16xf32>) -> tensor<?x16x4x16xf32> {
  %0 = brt.rotary %k : tensor<?x16x4x16xf32>
  return %0 : tensor<?x16x4x16xf32>
}

// The past block has negative positions.
// CHECK-LABEL: func.func @first(
// CHECK:      %{{.+}} = brt.rotary %{{[^ ]+}} {first = -8 : i64} : tensor<?x16x4x16xf32>
func.func @first(%k: tensor<?x16x4x16xf32>) -> tensor<?x16x4x16xf32> {
  %0 = brt.rotary %k {first = -8} : tensor<?x16x4x16xf32>
  return %0 : tensor<?x16x4x16xf32>
}

// Positions of each lane.
// CHECK-LABEL: func.func @positions(
// CHECK:      %{{.+}} = brt.rotary %{{[^ ]+}} positions(%{{[^ ]+}} : tensor<?xi32>) : tensor<?x16x4x16xf32>
func.func @positions(%k: tensor<?x16x4x16xf32>, %p: tensor<?xi32>) -> tensor<?x16x4x16xf32> {
  %0 = brt.rotary %k positions(%p : tensor<?xi32>) : tensor<?x16x4x16xf32>
  return %0 : tensor<?x16x4x16xf32>
}
