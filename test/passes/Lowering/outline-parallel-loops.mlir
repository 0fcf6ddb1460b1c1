// RUN: brt-opt %s --brt-outline-parallel-loops --split-input-file --verify-diagnostics | FileCheck %s

// CHECK:       llvm.func @brt_parallel_for(i64, !llvm.ptr, !llvm.ptr)
// CHECK-LABEL: func.func @loop
// CHECK-NOT:     scf.parallel
// CHECK:         %[[BODY:.+]] = llvm.mlir.addressof @loop_task_0
// CHECK:         llvm.call @brt_parallel_for(%{{.+}}, %[[BODY]], %{{.+}})
// CHECK:       llvm.func internal @loop_task_0(%{{.+}}: i64, %{{.+}}: !llvm.ptr)
// CHECK:         memref.store
func.func @loop(%n: index, %x: f32, %a: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    memref.store %x, %a[%i] : memref<?xf32>
  }
  return
}

// -----

func.func @two_loops(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error@+1 {{expects an outermost loop from 0 in steps of 1 without reductions}}
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %n) step (%c1, %c1) {
  }
  return
}
