// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// One operand.
// CHECK-LABEL: func.func @one(
// CHECK:      %{{.+}} = brt.merge_heads %{{[^ ]+}} : tensor<?x8x4x8xf32>
func.func @one(%a: tensor<?x8x4x8xf32>) -> tensor<?x8x32xf32> {
  %0 = brt.merge_heads %a : tensor<?x8x4x8xf32>
  return %0 : tensor<?x8x32xf32>
}

// Heads of two attentions.
// CHECK-LABEL: func.func @two(
// CHECK:      %{{.+}} = brt.merge_heads %[[A:.+]], %[[A]] : tensor<?x8x4x8xf32>, tensor<?x8x4x8xf32>
func.func @two(%a: tensor<?x8x4x8xf32>) -> tensor<?x8x64xf32> {
  %0 = brt.merge_heads %a, %a : tensor<?x8x4x8xf32>, tensor<?x8x4x8xf32>
  return %0 : tensor<?x8x64xf32>
}
