// RUN: brt-opt %s --brt-outline-kernels --split-input-file | FileCheck %s

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

// -----

// A sum takes along the fill of its result, but not one of another buffer.
// CHECK-LABEL: func.func @sums
// CHECK:         call @[[S:.+]](%arg0, %arg1, %{{.+}})
// CHECK-NEXT:    call @[[F:.+]](%{{.+}}, %arg2)
// CHECK-NEXT:    call @[[T:.+]](%arg0, %arg1)
// CHECK:       func.func private @[[S]](
// CHECK-NEXT:    linalg.fill
// CHECK-NEXT:    linalg.reduce
// CHECK:       func.func private @[[T]](
// CHECK-NEXT:    linalg.reduce
func.func @sums(%a: memref<4x8xf32>, %b: memref<4xf32>, %c: memref<8xf32>) {
  %0 = arith.constant 0.0 : f32
  linalg.fill ins(%0 : f32) outs(%b : memref<4xf32>)
  linalg.reduce {arith.addf} ins(%a : memref<4x8xf32>) outs(%b : memref<4xf32>) dimensions = [1]
  linalg.fill ins(%0 : f32) outs(%c : memref<8xf32>)
  linalg.reduce {arith.addf} ins(%a : memref<4x8xf32>) outs(%b : memref<4xf32>) dimensions = [1]
  return
}

// -----

// Equal attention shares a function; another window has its own.
// CHECK-LABEL: func.func @attention
// CHECK:         call @[[A:.+]](%arg0, %arg1)
// CHECK-NEXT:    call @[[A]](%arg1, %arg0)
// CHECK-NEXT:    call @[[B:.+]](%arg0, %arg1)
// CHECK:       func.func private @[[A]](
// CHECK-NEXT:    kernel.attention {{.*}} {window = 4 : i64}
// CHECK-NEXT:    return
// CHECK:       func.func private @[[B]](
func.func @attention(%a: memref<?x8x2x4xf32>, %b: memref<?x8x2x4xf32>) {
  kernel.attention %a, %a, %a outs(%b : memref<?x8x2x4xf32>) {window = 4} : memref<?x8x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>
  kernel.attention %b, %b, %b outs(%a : memref<?x8x2x4xf32>) {window = 4} : memref<?x8x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>
  kernel.attention %a, %a, %a outs(%b : memref<?x8x2x4xf32>) {window = 5} : memref<?x8x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>
  return
}

// -----

// As does its adjoint.
// CHECK-LABEL: func.func @adjoint
// CHECK:         call @[[A:.+]](%arg0, %arg1
// CHECK-NEXT:    call @[[A]](%arg1, %arg0
// CHECK:       func.func private @[[A]](
// CHECK-NEXT:    kernel.attention_adjoint
func.func @adjoint(%a: memref<?x8x2x4xf32>, %b: memref<?x8x2x4xf32>, %c: memref<?x8x2x4xf32>, %l: memref<?x2x8xf32>) {
  kernel.attention_adjoint %a, %a, %a gradient(%b, %l, %l : memref<?x8x2x4xf32>, memref<?x2x8xf32>, memref<?x2x8xf32>)
      outs(%c, %c, %c : memref<?x8x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>) : memref<?x8x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>
  kernel.attention_adjoint %b, %b, %b gradient(%a, %l, %l : memref<?x8x2x4xf32>, memref<?x2x8xf32>, memref<?x2x8xf32>)
      outs(%c, %c, %c : memref<?x8x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>) : memref<?x8x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>
  return
}
