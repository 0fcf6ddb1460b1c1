// RUN: brt-opt %s --brt-wrap-entry-points --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func private @f
// CHECK:       llvm.func @brt_entry_f(%[[LANES:.+]]: i64, %{{.+}}: !llvm.ptr, %{{.+}}: !llvm.ptr, %{{.+}}: !llvm.ptr)
// CHECK:         call @f(%{{.+}}, %{{.+}}) : (memref<?x8xf32>, memref<4xf32>) -> ()
func.func @f(%x: memref<?x8xf32>, %r: memref<4xf32>) attributes {brt.arguments = 1 : i64, brt.entry} {
  return
}

// The arena comes after arguments and results.
// CHECK-LABEL: llvm.func @brt_entry_works
// CHECK-SAME:    (%{{.+}}: i64, %{{.+}}: !llvm.ptr, %{{.+}}: !llvm.ptr, %[[ARENA:.+]]: !llvm.ptr)
// CHECK:         llvm.insertvalue %[[ARENA]], %{{.+}}[1]
// CHECK:         call @works(%{{.+}}, %{{.+}}) : (memref<4xf32>, memref<?xi8>) -> ()
func.func @works(%r: memref<4xf32>, %arena: memref<?xi8>)
    attributes {brt.arena = array<i64: 64, 128>, brt.arguments = 0 : i64, brt.entry} {
  return
}

// -----

// expected-error@+1 {{expects an entry point as --brt-expose-buffers leaves it, but got}}
func.func @tensors(%x: tensor<?x8xf32> {brt.input = "x"}) -> (tensor<?x8xf32> {brt.output = "y"}) attributes {brt.entry} {
  return %x : tensor<?x8xf32>
}
