// RUN: brt-opt %s --brt-instrument-kernels --split-input-file | FileCheck %s

// A product of 2 FLOPs in each of 8 x 4 x 16 iterations for a lane, which reads
// two buffers and reads and writes a third; a constant cost is one number.
// CHECK:       module attributes {brt.kernels = [
// CHECK-SAME:    {name = "product", type = (memref<?x4x16xf32>, memref<16x8xf32>, memref<?x4x8xf32>) -> ()}
// CHECK-SAME:    {name = "copy", type = (memref<3x5xbf16>, memref<3x5xbf16>) -> ()}
// CHECK-DAG:   func.func private @brt_kernel_begin(i64, i64, i64)
// CHECK-DAG:   func.func private @brt_kernel_end(i64)
// CHECK-LABEL: func.func @entry
// CHECK:         %[[FIRST:.+]] = arith.constant 0 : i64
// CHECK:         %[[WORK:.+]] = arith.constant 1024 : index
// CHECK:         %[[LANES:.+]] = memref.dim %arg0
// CHECK:         %[[FLOPS:.+]] = arith.muli %[[WORK]], %[[LANES]]
// CHECK:         %[[FLOPS64:.+]] = arith.index_cast %[[FLOPS]]
// CHECK:         arith.constant 256 : index
// CHECK:         arith.constant 128 : index
// CHECK:         arith.constant 128 : index
// CHECK:         arith.constant 512 : index
// CHECK:         call @brt_kernel_begin(%[[FIRST]], %[[FLOPS64]], %{{.+}})
// CHECK-NEXT:    call @product(
// CHECK-NEXT:    call @brt_kernel_end(%[[FIRST]])
// CHECK:         scf.for
// CHECK:           %[[SECOND:.+]] = arith.constant 1 : i64
// CHECK:           arith.constant 0 : index
// CHECK:           arith.constant 60 : index
// CHECK:           call @brt_kernel_begin(%[[SECOND]], %{{.+}}, %{{.+}})
// CHECK-NEXT:      call @copy(
// CHECK-NEXT:      call @brt_kernel_end(%[[SECOND]])
func.func private @product(%a: memref<?x4x16xf32>, %b: memref<16x8xf32>, %c: memref<?x4x8xf32>) {
  linalg.contract
      indexing_maps = [affine_map<(l, m, n, k) -> (l, m, k)>, affine_map<(l, m, n, k) -> (k, n)>, affine_map<(l, m, n, k) -> (l, m, n)>]
      ins(%a, %b : memref<?x4x16xf32>, memref<16x8xf32>) outs(%c : memref<?x4x8xf32>)
  return
}
func.func private @copy(%a: memref<3x5xbf16>, %b: memref<3x5xbf16>) {
  linalg.copy ins(%a : memref<3x5xbf16>) outs(%b : memref<3x5xbf16>)
  return
}
func.func @entry(%a: memref<?x4x16xf32>, %b: memref<16x8xf32>, %c: memref<?x4x8xf32>,
                 %d: memref<3x5xbf16>, %e: memref<3x5xbf16>, %n: index) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  call @product(%a, %b, %c) : (memref<?x4x16xf32>, memref<16x8xf32>, memref<?x4x8xf32>) -> ()
  scf.for %i = %c0 to %n step %c1 {
    func.call @copy(%d, %e) : (memref<3x5xbf16>, memref<3x5xbf16>) -> ()
  }
  return
}

// -----

// Attention counts pairs that are seen, 4 FLOPs a feature and head: of queries at
// 4 ... 7 in a window of 3, all 12; without a cache 0 + 1 + 2 + 3 + 3, which are 10 FLOPs
// for the adjoint; in blocks of 4 of 10 keys, 2 x 8 and, at the end, 2 x 6.
// CHECK-LABEL: func.func @attention
// CHECK:         arith.constant 384 : index
// CHECK:         call @brt_kernel_begin
// CHECK:         arith.constant 720 : index
// CHECK:         call @brt_kernel_begin
// CHECK:         arith.constant 896 : index
// CHECK:         call @brt_kernel_begin
// CHECK:         arith.constant 1280 : index
// CHECK:         call @brt_kernel_begin
func.func private @window(%q: memref<?x4x2x4xf32>, %k: memref<?x8x2x4xf32>) {
  kernel.attention %q, %k, %k outs(%q : memref<?x4x2x4xf32>) {window = 3} : memref<?x4x2x4xf32>, memref<?x8x2x4xf32>, memref<?x8x2x4xf32>
  return
}
func.func private @adjoint(%q: memref<?x5x2x4xf32>, %l: memref<?x2x5xf32>) {
  kernel.attention_adjoint %q, %q, %q gradient(%q, %l, %l : memref<?x5x2x4xf32>, memref<?x2x5xf32>, memref<?x2x5xf32>)
      outs(%q, %q, %q : memref<?x5x2x4xf32>, memref<?x5x2x4xf32>, memref<?x5x2x4xf32>) {window = 3} : memref<?x5x2x4xf32>, memref<?x5x2x4xf32>, memref<?x5x2x4xf32>
  return
}
func.func private @blocks(%q: memref<?x4x2x4xf32>, %k: memref<?x10x2x4xf32>) {
  kernel.attention %q, %k, %k outs(%q : memref<?x4x2x4xf32>) {window = 4, causal = false} : memref<?x4x2x4xf32>, memref<?x10x2x4xf32>, memref<?x10x2x4xf32>
  return
}
func.func private @state(%q: memref<?x4x2x4xf32>, %k: memref<?x10x2x4xf32>) {
  kernel.attention %q, %k, %k outs(%q : memref<?x4x2x4xf32>) : memref<?x4x2x4xf32>, memref<?x10x2x4xf32>, memref<?x10x2x4xf32>
  return
}
func.func @attention(%q: memref<?x4x2x4xf32>, %r: memref<?x5x2x4xf32>, %k: memref<?x8x2x4xf32>, %l: memref<?x2x5xf32>, %m: memref<?x10x2x4xf32>) attributes {brt.entry} {
  call @window(%q, %k) : (memref<?x4x2x4xf32>, memref<?x8x2x4xf32>) -> ()
  call @adjoint(%r, %l) : (memref<?x5x2x4xf32>, memref<?x2x5xf32>) -> ()
  call @blocks(%q, %m) : (memref<?x4x2x4xf32>, memref<?x10x2x4xf32>) -> ()
  call @state(%q, %m) : (memref<?x4x2x4xf32>, memref<?x10x2x4xf32>) -> ()
  return
}

// -----

// What no entry point runs is not told of.
// CHECK-NOT:   brt.kernels
// CHECK-NOT:   brt_kernel_begin
func.func private @fill(%a: memref<8xf32>, %x: f32) {
  linalg.fill ins(%x : f32) outs(%a : memref<8xf32>)
  return
}
func.func @helper(%a: memref<8xf32>, %x: f32) {
  call @fill(%a, %x) : (memref<8xf32>, f32) -> ()
  return
}
