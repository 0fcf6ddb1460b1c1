//===- Passes.td - From the cell level to LLVM ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LOWERING_PASSES_TD
#define BRT_LOWERING_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertBrtToLinalgPass : Pass<"convert-brt-to-linalg"> {
  let summary = "Say what ops of the cell level compute, as structured ops";
  let description = [{
    Every op of the level `cell` becomes linalg, tensor and scf ops on tensors,
    its formula in the bodies of `linalg.generic`. Window attention walks blocks
    of queries with the keys they see, or, if it is to be fused, becomes a
    `kernel.attention`, as does state attention, and adjoints a
    `kernel.attention_adjoint`; `brt.recurrence` becomes `scf.for`.

    ```
    // before
    %0 = brt.activation relu %x : tensor<?x8xf32>

    // after
    %d = tensor.dim %x, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%d) : tensor<?x8xf32>
    %0 = linalg.generic {...} ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %1 = arith.maximumf %in, %cst : f32
      linalg.yield %1 : f32
    } -> tensor<?x8xf32>
    ```

    Requires: ops of the level `cell`.
    Ensures:  no op of `brt` is left.
    Numerics: bf16 is computed in f32 and rounded where an op ends, and a weight
              before it is multiplied with bf16; sums are in f32, or in f64 where
              the operands are.
  }];
  let options = [
    Option<"fuseAttention", "fuse-attention", "bool", "false",
           "make kernels of attention">,
    Option<"fuseAttentionAdjoint", "fuse-attention-adjoint", "bool", "false",
           "make kernels of adjoints of attention">];
  let dependentDialects = [
    "brt::kernel::KernelDialect", "mlir::arith::ArithDialect",
    "mlir::linalg::LinalgDialect", "mlir::math::MathDialect",
    "mlir::scf::SCFDialect", "mlir::tensor::TensorDialect"];
}

def CloneFillsPass : Pass<"brt-clone-fills"> {
  let summary = "Give each op that overwrites a filled tensor one of its own";
  let description = [{
    CSE makes one tensor of equal ones, and hoisting moves it out of loops. Where
    ops then write into it, bufferization copies it for all of them but one, and
    a constant for all; to fill another is as quick and leaves results where they
    are wanted.

    ```
    // before
    %z = linalg.fill ins(%c : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %0 = linalg.generic {...} ins(%x : tensor<4x8xf32>) outs(%z : tensor<8xf32>) {...}
    %1 = linalg.generic {...} ins(%y : tensor<4x8xf32>) outs(%z : tensor<8xf32>) {...}

    // after
    %z0 = linalg.fill ins(%c : f32) outs(%e0 : tensor<8xf32>) -> tensor<8xf32>
    %0 = linalg.generic {...} ins(%x : tensor<4x8xf32>) outs(%z0 : tensor<8xf32>) {...}
    %z1 = linalg.fill ins(%c : f32) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
    %1 = linalg.generic {...} ins(%y : tensor<4x8xf32>) outs(%z1 : tensor<8xf32>) {...}
    ```

    Requires: nothing beyond verified IR.
    Ensures:  no op or loop overwrites a constant of one number, or a tensor
              filled from `tensor.empty` that has another use.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
                           "mlir::tensor::TensorDialect"];
}

def ExposeBuffersPass : Pass<"brt-expose-buffers", "mlir::ModuleOp"> {
  let summary = "Give entry points buffers for arguments and results";
  let description = [{
    Tensors that an entry point takes become buffers that it reads; tensors that
    it returns become buffers, after the arguments, that it writes as soon as they
    are computed. A parameter, state of an optimizer or a carry that is returned
    under the name of an argument is written to the buffer of that argument, as
    soon as that has been read, and its own is not used. A slice that waits for
    that is copied. Where ops update an
    argument, in branches and loops too, their result is in its buffer already, and
    nothing is copied. Functions that are no entry points are erased.

    ```
    // before
    func.func @f(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {brt.entry} {
      return %x : tensor<?x8xf32>
    }

    // after
    func.func @f(%x: memref<?x8xf32>, %r: memref<?x8xf32>)
        attributes {brt.arguments = 1, brt.entry} {
      %0 = bufferization.to_tensor %x restrict : memref<?x8xf32> to tensor<?x8xf32>
      %1 = bufferization.to_tensor %r restrict writable : memref<?x8xf32> to tensor<?x8xf32>
      %2 = bufferization.materialize_in_destination %0 in %1
          : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
      bufferization.materialize_in_destination %2 in writable %r
          : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
      return
    }
    ```

    Requires: entry points of one block on tensors whose extents are static but
              for axis 0, calls inlined; what is updated keeps its type.
    Ensures:  entry points return nothing.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::bufferization::BufferizationDialect",
                           "mlir::memref::MemRefDialect"];
}

def OutlineKernelsPass : Pass<"brt-outline-kernels", "mlir::ModuleOp"> {
  let summary = "Make one function of equal kernels";
  let description = [{
    Every op of linalg or `kernel` on buffers, and every `memref.copy`, moves to a
    private function; ops of the same body and types share one, so that code does not
    grow with depth. Numbers used in the body become arguments. An op that adds up
    in a buffer takes along the fill of it right before.

    ```
    // before
    linalg.fill ins(%c : f32) outs(%a : memref<8xf32>)
    linalg.fill ins(%d : f32) outs(%b : memref<8xf32>)

    // after
    call @brt_kernel_1(%c, %a) : (f32, memref<8xf32>) -> ()
    call @brt_kernel_1(%d, %b) : (f32, memref<8xf32>) -> ()
    ```

    Requires: structured ops and kernels on buffers.
    Ensures:  functions that hold one of them hold nothing else, but for the
              fill of its result.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::func::FuncDialect",
                           "mlir::linalg::LinalgDialect"];
}

def VectorizeKernelsPass : Pass<"brt-vectorize-kernels", "mlir::ModuleOp"> {
  let summary = "Make loops of vectors of structured ops on buffers";
  let description = [{
    Every linalg op becomes a loop nest of scf with one-dimensional vectors in
    it; what is left over at the end of a static extent has vectors of its own
    width, so nothing is masked. Contractions keep a tile of accumulators in
    registers. A large op splits its work over one `scf.parallel`. Ops that no
    vector fits (gathers, flags, dynamic extents only) become scalar loops.

    ```
    // before
    linalg.fill ins(%c : f32) outs(%a : memref<8xf32>)

    // after
    %v = vector.broadcast %c : f32 to vector<8xf32>
    vector.store %v, %a[%c0] : memref<8xf32>, vector<8xf32>
    ```

    Requires: structured ops on buffers.
    Ensures:  no linalg op is left. Iterations of a parallel loop write to
              disjoint memory.
    Numerics: reassociates sums over a contiguous axis.
  }];
  let options = [
    Option<"vectorBytes", "vector-bytes", "int64_t", "32",
           "size of a vector register in bytes">,
    Option<"vectorRegisters", "vector-registers", "int64_t", "16",
           "number of vector registers">];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::memref::MemRefDialect",
    "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"];
}

def WrapEntryPointsPass : Pass<"brt-wrap-entry-points", "mlir::ModuleOp"> {
  let summary = "Give entry points the interface of the runtime";
  let description = [{
    For each entry point on buffers a function `brt_entry_<name>` of the type
    `brt_entry_fn_t` (brt-c/Program.h): it takes the number of lanes and arrays of
    pointers, and the arena where --brt-plan-memory has given it one. The entry
    point becomes private.

    ```
    // before
    func.func @f(%x: memref<?x8xf32>) attributes {brt.arguments = 1, brt.entry}

    // after
    llvm.func @brt_entry_f(%lanes: i64, %arguments: !llvm.ptr, %results: !llvm.ptr, %arena: !llvm.ptr)
    func.func private @f(%x: memref<?x8xf32>) attributes {brt.entry}
    ```

    Requires: entry points as --brt-expose-buffers leaves them.
    Ensures:  every entry point has its wrapper.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

def OutlineParallelLoopsPass
    : Pass<"brt-outline-parallel-loops", "mlir::ModuleOp"> {
  let summary = "Run parallel loops by brt_parallel_for";
  let description = [{
    The body of each `scf.parallel` becomes a function that takes an index and a
    pointer to the values from outside it uses; the loop becomes a call of the
    runtime's `brt_parallel_for` (brt-c/Program.h).

    ```
    // before
    scf.parallel (%i) = (%c0) to (%n) step (%c1) { "use"(%a, %i) : (memref<8xf32>, index) -> () }

    // after
    llvm.store %values, %context : !llvm.struct<(...)>, !llvm.ptr
    llvm.call @brt_parallel_for(%n, %body, %context) : (i64, !llvm.ptr, !llvm.ptr) -> ()
    ```

    Requires: outermost loops of one dimension from 0 in steps of 1.
    Ensures:  no `scf.parallel` is left.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

def ExpandMathPass : Pass<"brt-expand-math"> {
  let summary = "Compute functions of f32 by polynomials";
  let description = [{
    Upstream's approximations of exp, log, tanh, erf, sin, cos and the like in
    f32, on scalars and vectors. Functions of f64 stay, for the C library.

    ```
    // before
    %0 = math.exp %x : vector<8xf32>

    // after: a polynomial in %x by math.fma, scaled by a power of two
    ```

    Requires: nothing beyond verified IR.
    Ensures:  no such function of f32 is left.
    Numerics: changes rounding, by a few units in the last place.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::math::MathDialect",
                           "mlir::vector::VectorDialect"];
}

def StoreBF16AsIntegerPass : Pass<"brt-store-bf16-as-integer"> {
  let summary = "Hold bf16 in 16-bit integers";
  let description = [{
    Below AVX512-BF16 the x86 target moves numbers of bf16 by way of f32 and a
    function of newer C libraries. Once arithmetic is in f32, a number of bf16 is
    only 16 bits to be moved. Instructions on bf16, which are calls of intrinsics,
    roundings and widenings, keep their types.

    ```
    // before
    llvm.store %v, %p : vector<8xbf16>, !llvm.ptr

    // after
    llvm.store %v, %p : vector<8xi16>, !llvm.ptr
    ```

    Requires: the LLVM dialect without arithmetic on bf16.
    Ensures:  no number of bf16 is in memory, and none is an argument.
    Numerics: bit-exact.
  }];
}

#endif // BRT_LOWERING_PASSES_TD
