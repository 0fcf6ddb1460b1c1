//===- Passes.td - Tiles on x86 -------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_X86_TD
#define BRT_PASSES_X86_TD

include "mlir/Pass/PassBase.td"

def PlaceTilesX86Pass : Pass<"brt-place-tiles-x86", "mlir::ModuleOp"> {
  let summary = "Make loops of vectors of programs over tiles";
  let description = [{
    Decides for each tile where it is. A tile that contractions update between a
    load and a store of one place is updated there. A tile that only contractions
    read, or that is whole and not written, stays where it lies. All others are
    in scratch of the thread, in which structured ops update them in place where
    the old value is not needed; behind the end of a buffer is what the program
    says.

    A contraction packs its right factor into panels, in scratch, each as wide as
    a register tile, in front of the loops that use it again, and its left factor
    into strips, each as high as one, unless few columns use it: then it stays where
    it lies, or is read from panels that another contraction has of it. It becomes
    loops over register tiles of `rows` times two vectors, strip by strip, with the
    axis that is reduced over innermost, so that the sums stay in registers. No
    vector is wider than a register; the ends of axes have register tiles of their
    own size. Other structured ops become the same on buffers, for
    --brt-vectorize-kernels.

    A tile of numbers that are only rounded or widened to be multiplied lies where
    its numbers do: packing converts them. With `dot-products`, two factors of bf16
    are packed in pairs along the axis that is reduced over, of which one
    instruction multiplies both and adds them up; an odd axis ends in a zero.
    Elsewhere, bf16 is packed as f32.

    The grid becomes one `scf.parallel`, or loops where there is little to do. Where
    iterations of a loop load the same right factors in a loop inside, as tiles of
    keys do with queries, they keep panels and pack each once. Where iterations
    along the last axis of the grid do so, some of them are one task for this.

    Requires: programs as --brt-tile-products and --brt-tile-attention make them;
              a buffer that is written is read under the same name only.
    Ensures:  no op of `tile` is left.
    Numerics: a product and a sum are rounded once; in a dot product of pairs, the
              sum after each of the two products, and denormal numbers are zeros.
  }];
  let options = [
    Option<"vectorBytes", "vector-bytes", "int64_t", "32",
           "size of a vector register in bytes">,
    Option<"rows", "rows", "int64_t", "6", "rows of a register tile">,
    Option<"dotProducts", "dot-products", "bool", "false",
           "whether there are instructions for dot products of pairs of bf16">];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect",
    "mlir::vector::VectorDialect", "mlir::x86vector::X86VectorDialect"];
}

#endif // BRT_PASSES_X86_TD
