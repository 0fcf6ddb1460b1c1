// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Any number of lanes.
// CHECK-LABEL: func.func @any(
// CHECK:      %{{.+}} = brt.any_lane %{{[^ ]+}} : tensor<?xi1>
func.func @any(%f: tensor<?xi1>) -> i1 {
  %0 = brt.any_lane %f : tensor<?xi1>
  return %0 : i1
}
