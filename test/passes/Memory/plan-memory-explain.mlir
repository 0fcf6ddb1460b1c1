// RUN: brt-opt %s --brt-plan-memory --brt-explain -o /dev/null 2>&1 | FileCheck %s

// CHECK:      remark: [Passed] arena | Category:brt-plan-memory | Function=explained
// CHECK-SAME: 3 buffers in an arena of 128 bytes a lane and 64 bytes, 192 for one lane, of which 192 are in use at once by 2 buffers
// CHECK:      plan-memory-explain.mlir:[[#@LINE+6]]:{{.+}} remark: [Analysis] buffer | Category:brt-plan-memory | Function=explained
// CHECK-SAME: memref<?x32xf32> of 128 bytes a lane is in use when most bytes are
// CHECK:      memref<16xf32> of 64 bytes is in use when most bytes are
func.func @explained(%x: memref<?x32xf32>, %y: memref<16xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %lanes = memref.dim %x, %c0 : memref<?x32xf32>
  %a = memref.alloc(%lanes) : memref<?x32xf32>
  linalg.exp ins(%x : memref<?x32xf32>) outs(%a : memref<?x32xf32>)
  %b = memref.alloc() : memref<16xf32>
  linalg.exp ins(%y : memref<16xf32>) outs(%b : memref<16xf32>)
  memref.copy %a, %x : memref<?x32xf32> to memref<?x32xf32>
  linalg.exp ins(%b : memref<16xf32>) outs(%y : memref<16xf32>)
  %c = memref.alloc() : memref<16xf32>
  memref.copy %y, %c : memref<16xf32> to memref<16xf32>
  return
}
