//===- Passes.td - Where buffers are --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_MEMORY_TD
#define BRT_PASSES_MEMORY_TD

include "mlir/Pass/PassBase.td"

def RecomputePass : Pass<"brt-recompute", "mlir::ModuleOp"> {
  let summary = "Compute again in a backward pass what costs less than to keep";
  let description = [{
    A tensor that is made before the moment when most bytes of tensors are in use,
    and read behind it, is kept for that long. Where it is made by an op without
    products, such as a norm or a concatenation, from tensors that are kept
    anyway, a copy of that op before the first of the later uses makes it again.
    Ops are chosen, those first that save most bytes for their cost, as long as
    each makes the most bytes in use fewer.

    With `bytes`, ops with products are chosen too, until not more bytes of
    tensors are in use at once for `lanes` lanes, or nothing helps. Where an
    operand of an op would not be there any more, the op that makes it is computed
    again with it. docs/memory.md says how they are chosen.

    The attribute `brt.tensor_limit` of an entry point, which --brt-fit-memory
    gives it, says both for it; a remark then says what came of it.

    What bytes are in use follows from the graph alone, and is an estimate. Remarks
    of the category `brt-recompute`, which `--brt-explain` prints, say what is
    computed again.

    ```mlir
    // before
    func.func @before(%x: tensor<?x8xf32> {brt.input = "x"}, %s: tensor<8xf32> {brt.parameter = "s"}, %w: tensor<8x8xf32> {brt.parameter = "w"})
        -> (tensor<8x8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
      %0 = brt.norm rms %x, %s : tensor<?x8xf32>, tensor<8xf32>
      %1 = brt.linear %0, %w : tensor<?x8xf32>, tensor<8x8xf32>
      %2 = math.sin %1 : tensor<?x8xf32>
      %3 = math.cos %1 : tensor<?x8xf32>
      %4 = arith.mulf %2, %3 : tensor<?x8xf32>
      %5 = brt.weight_gradient %0, %4 : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<8x8xf32>
      return %5 : tensor<8x8xf32>
    }

    // after
    func.func @after(%x: tensor<?x8xf32> {brt.input = "x"}, %s: tensor<8xf32> {brt.parameter = "s"}, %w: tensor<8x8xf32> {brt.parameter = "w"})
        -> (tensor<8x8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
      %0 = brt.norm rms %x, %s : tensor<?x8xf32>, tensor<8xf32>
      %1 = brt.linear %0, %w : tensor<?x8xf32>, tensor<8x8xf32>
      %2 = math.sin %1 : tensor<?x8xf32>
      %3 = math.cos %1 : tensor<?x8xf32>
      %4 = arith.mulf %2, %3 : tensor<?x8xf32>
      %5 = brt.norm rms %x, %s : tensor<?x8xf32>, tensor<8xf32>
      %6 = brt.weight_gradient %5, %4 : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<8x8xf32>
      return %6 : tensor<8x8xf32>
    }
    ```

    Requires: level `cell`.
    Ensures:  level `cell`; no CSE behind it, which would undo it.
    Numerics: bit-exact.
  }];
  let options = [
    Option<"bytes", "bytes", "int64_t", /*default=*/"-1",
           "Of tensors in use at once, estimated; -1: no limit, and no products">,
    Option<"lanes", "lanes", "int64_t", /*default=*/"1",
           "Lanes for which bytes are counted">];
}

def ReuseOperandsPass : Pass<"brt-reuse-operands"> {
  let summary = "Compute element-wise ops in place of operands that are dead";
  let description = [{
    Where an element-wise op is the last to read a tensor that is of the type of
    its result and that a structured op or a branch has made, or that is a carry,
    which entry points update in place, it writes over that tensor. Of two branches
    each may write.

    ```mlir
    // before
    func.func @before(%x: tensor<8xf32>) -> tensor<8xf32> {
      %e = tensor.empty() : tensor<8xf32>
      %0 = linalg.exp ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
      %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
          ins(%0 : tensor<8xf32>) outs(%e : tensor<8xf32>) {
      ^bb0(%in: f32, %out: f32):
        %2 = arith.negf %in : f32
        linalg.yield %2 : f32
      } -> tensor<8xf32>
      return %1 : tensor<8xf32>
    }

    // after
    func.func @after(%x: tensor<8xf32>) -> tensor<8xf32> {
      %e = tensor.empty() : tensor<8xf32>
      %0 = linalg.exp ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
      %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
          ins(%0 : tensor<8xf32>) outs(%0 : tensor<8xf32>) {
      ^bb0(%in: f32, %out: f32):
        %2 = arith.negf %in : f32
        linalg.yield %2 : f32
      } -> tensor<8xf32>
      return %1 : tensor<8xf32>
    }
    ```

    Requires: nothing beyond verified IR.
    Ensures:  an op writes over at most what it reads last.
    Numerics: bit-exact.
  }];
}

def UpdateLoopsInPlacePass : Pass<"brt-update-loops-in-place"> {
  let summary = "Make loops yield the buffers that they carry";
  let description = [{
    Where an iteration yields another buffer than it was given, it copies that
    buffer to the one it was given. What has its place before the program runs has
    the same one in each iteration.

    ```mlir
    // before
    func.func @before(%init: memref<8xf32>, %n: index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %init) -> (memref<8xf32>) {
        %1 = memref.alloc() : memref<8xf32>
        linalg.exp ins(%sum : memref<8xf32>) outs(%1 : memref<8xf32>)
        scf.yield %1 : memref<8xf32>
      }
      return
    }

    // after
    func.func @after(%init: memref<8xf32>, %n: index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %init) -> (memref<8xf32>) {
        %1 = memref.alloc() : memref<8xf32>
        linalg.exp ins(%sum : memref<8xf32>) outs(%1 : memref<8xf32>)
        memref.copy %1, %sum : memref<8xf32> to memref<8xf32>
        scf.yield %sum : memref<8xf32>
      }
      return
    }
    ```

    Requires: loops that may write to the buffers that they are given, as
              bufferization leaves them.
    Ensures:  every `scf.for` yields the buffers that it carries.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::memref::MemRefDialect"];
}

def PlanMemoryPass : Pass<"brt-plan-memory", "mlir::ModuleOp"> {
  let summary = "Give all buffers of an entry point places in one arena";
  let description = [{
    Every `memref.alloc` of an entry point becomes a view of an arena, which the
    entry point takes as its last argument. Buffers that do not hold anything at
    the same time share bytes: a buffer is alive from the first op that uses it,
    or a view of it, to the last one; one from outside of a loop is alive
    throughout the loop. docs/memory.md says how offsets are found.

    Offsets, and the size in the attribute `brt.arena`, are affine in the number
    of lanes: bytes for each lane, and bytes besides. All are multiples of 64.

    Remarks of the category `brt-plan-memory`, which `--brt-explain` prints, say
    how large the arena is, what is the least possible, and the largest of the
    buffers that are alive when most is.

    ```mlir
    // before
    func.func @before(%x: memref<?x8xf32>) attributes {brt.entry} {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %lanes = memref.dim %x, %c0 : memref<?x8xf32>
      %0 = memref.alloc(%lanes) : memref<?x8xf32>
      linalg.fill ins(%zero : f32) outs(%0 : memref<?x8xf32>)
      memref.copy %0, %x : memref<?x8xf32> to memref<?x8xf32>
      return
    }

    // after
    func.func @after(%x: memref<?x8xf32>, %arena: memref<?xi8>)
        attributes {brt.arena = array<i64: 64, 0>, brt.entry} {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %lanes = memref.dim %x, %c0 : memref<?x8xf32>
      %0 = memref.view %arena[%c0][%lanes] : memref<?xi8> to memref<?x8xf32>
      linalg.fill ins(%zero : f32) outs(%0 : memref<?x8xf32>)
      memref.copy %0, %x : memref<?x8xf32> to memref<?x8xf32>
      return
    }
    ```

    Requires: entry points on buffers, of one block, that return nothing and
              deallocate nothing; dynamic extents of their arguments are the
              number of lanes; loops yield the buffers that they carry.
    Ensures:  entry points allocate nothing.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::memref::MemRefDialect"];
}

#endif // BRT_PASSES_MEMORY_TD
