// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Both sides have lanes.
// CHECK-LABEL: func.func @lanes(
// CHECK:      %{{.+}} = brt.select_lanes %{{[^ ]+}}, %{{[^ ]+}}, %{{[^ ]+}} : tensor<?xi1>, tensor<?x8x16xf32>, tensor<?x8x16xf32>
func.func @lanes(%f: tensor<?xi1>, %a: tensor<?x8x16xf32>, %b: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.select_lanes %f, %a, %b : tensor<?xi1>, tensor<?x8x16xf32>, tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// One value for all lanes.
// CHECK-LABEL: func.func @broadcast(
// CHECK:      %{{.+}} = brt.select_lanes %{{[^ ]+}}, %{{[^ ]+}}, %{{[^ ]+}} : tensor<?xi1>, tensor<8x16xf32>, tensor<?x8x16xf32>
func.func @broadcast(%f: tensor<?xi1>, %a: tensor<8x16xf32>, %b: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.select_lanes %f, %a, %b : tensor<?xi1>, tensor<8x16xf32>, tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}

// Numbers of lanes: the value for all is a scalar.
// CHECK-LABEL: func.func @scalar(
// CHECK:      %{{.+}} = brt.select_lanes %{{[^ ]+}}, %{{[^ ]+}}, %{{[^ ]+}} : tensor<?xi1>, tensor<i32>, tensor<?xi32>
func.func @scalar(%f: tensor<?xi1>, %a: tensor<i32>, %b: tensor<?xi32>) -> tensor<?xi32> {
  %0 = brt.select_lanes %f, %a, %b : tensor<?xi1>, tensor<i32>, tensor<?xi32>
  return %0 : tensor<?xi32>
}
