// RUN: brt-opt %s --brt-outline-kernels | FileCheck %s

// Two fills differ in their number only: one kernel. A third differs in type.
// CHECK-LABEL: func.func @fills
// CHECK:         call @[[K:.+]](%{{.+}}, %{{.+}}) : (f32, memref<8xf32>) -> ()
// CHECK-NEXT:    call @[[K]](%{{.+}}, %{{.+}}) : (f32, memref<8xf32>) -> ()
// CHECK-NEXT:    call @[[L:.+]](%{{.+}}, %{{.+}}) : (f32, memref<9xf32>) -> ()
// CHECK:       func.func private @[[K]](
// CHECK:         linalg.fill
// CHECK:       func.func private @[[L]](
// CHECK-NOT:   func.func
func.func @fills(%a: memref<8xf32>, %b: memref<8xf32>, %c: memref<9xf32>) {
  %0 = arith.constant 0.0 : f32
  %1 = arith.constant 1.0 : f32
  linalg.fill ins(%0 : f32) outs(%a : memref<8xf32>)
  linalg.fill ins(%1 : f32) outs(%b : memref<8xf32>)
  linalg.fill ins(%1 : f32) outs(%c : memref<9xf32>)
  return
}
