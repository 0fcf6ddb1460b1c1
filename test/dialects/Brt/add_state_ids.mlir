// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// A vector for each state vector.
// CHECK-LABEL: func.func @ids(
// CHECK:      %{{.+}} = brt.add_state_ids %{{[^ ]+}}, %{{[^ ]+}} : tensor<?x8x16xf32>, tensor<8x16xf32>
func.func @ids(%s: tensor<?x8x16xf32>, %i: tensor<8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.add_state_ids %s, %i : tensor<?x8x16xf32>, tensor<8x16xf32>
  return %0 : tensor<?x8x16xf32>
}
