// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Padding alone is masked.
// CHECK-LABEL: func.func @plain(
// CHECK:      %{{.+}}, %{{.+}} = brt.shift_targets %{{[^ ]+}} : tensor<?x8xi32>
func.func @plain(%t: tensor<?x8xi32>) -> (tensor<?x8xi32>, tensor<?x8xi1>) {
  %0, %1 = brt.shift_targets %t : tensor<?x8xi32>
  return %0, %1 : tensor<?x8xi32>, tensor<?x8xi1>
}

// A mask of the tokens that predict.
// CHECK-LABEL: func.func @mask(
// CHECK:      %{{.+}}, %{{.+}} = brt.shift_targets %{{[^ ]+}} mask(%{{[^ ]+}} : tensor<?x8xi1>) : tensor<?x8xi32>
func.func @mask(%t: tensor<?x8xi32>, %m: tensor<?x8xi1>) -> (tensor<?x8xi32>, tensor<?x8xi1>) {
  %0, %1 = brt.shift_targets %t mask(%m : tensor<?x8xi1>) : tensor<?x8xi32>
  return %0, %1 : tensor<?x8xi32>, tensor<?x8xi1>
}

// A mask of the tokens that are predicted.
// CHECK-LABEL: func.func @shifted(
// CHECK:      %{{.+}}, %{{.+}} = brt.shift_targets %{{[^ ]+}} mask(%{{[^ ]+}} : tensor<?x8xi1>) {shift_mask} : tensor<?x8xi32>
func.func @shifted(%t: tensor<?x8xi32>, %m: tensor<?x8xi1>) -> (tensor<?x8xi32>, tensor<?x8xi1>) {
  %0, %1 = brt.shift_targets %t mask(%m : tensor<?x8xi1>) {shift_mask} : tensor<?x8xi32>
  return %0, %1 : tensor<?x8xi32>, tensor<?x8xi1>
}
