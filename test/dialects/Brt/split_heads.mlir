// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// Four heads of eight.
// CHECK-LABEL: func.func @split(
// CHECK:      %{{.+}} = brt.split_heads %{{[^ ]+}} into 4 : tensor<?x8x32xf32>
func.func @split(%x: tensor<?x8x32xf32>) -> tensor<?x8x4x8xf32> {
  %0 = brt.split_heads %x into 4 : tensor<?x8x32xf32>
  return %0 : tensor<?x8x4x8xf32>
}

// One head.
// CHECK-LABEL: func.func @one_head(
// CHECK:      %{{.+}} = brt.split_heads %{{[^ ]+}} into 1 : tensor<?x8x32xf32>
func.func @one_head(%x: tensor<?x8x32xf32>) -> tensor<?x8x1x32xf32> {
  %0 = brt.split_heads %x into 1 : tensor<?x8x32xf32>
  return %0 : tensor<?x8x1x32xf32>
}
