//===- Passes.td - Kernels as programs over tiles -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_TILE_TD
#define BRT_PASSES_TILE_TD

include "mlir/Pass/PassBase.td"

def TileProductsPass : Pass<"brt-tile-products", "mlir::ModuleOp"> {
  let summary = "Write products on buffers as programs over tiles";
  let description = [{
    A kernel that multiplies matrices, in any arrangement of their axes, becomes a
    grid over tiles of the result. Each adds up products of tiles along the axis
    that is reduced over. Operands are read as they lie: a tile of a transposed
    matrix is a tile with its axes exchanged, told by the maps of the contraction.
    Factors may be of bf16, or be rounded to it, where sums are of f32.

    The sizes are those that a target asks for: the most rows and columns of a
    tile of the result, and the depth of the tiles multiplied. Tiles of one axis
    are as equal as their steps allow, and so small that the grid has `tasks` of
    them, or half as many where rows of the left factor are not contiguous, if
    that does not make them too small to be worth rearranging factors for.

    ```mlir
    // before
    func.func @product(%a: memref<64x32xf32>, %b: memref<32x48xf32>, %c: memref<64x48xf32>) {
      linalg.matmul ins(%a, %b : memref<64x32xf32>, memref<32x48xf32>) outs(%c : memref<64x48xf32>)
      return
    }

    // after
    func.func @tiles(%a: memref<64x32xf32>, %b: memref<32x48xf32>, %c: memref<64x48xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.forall (%i, %j) in (2, 1) {
        %0 = tile.load %c[%i, %j] axes [0, 1] : memref<64x48xf32> -> tensor<32x48xf32>
        %1 = scf.for %k = %c0 to %c1 step %c1 iter_args(%sum = %0) -> (tensor<32x48xf32>) {
          %2 = tile.load %a[%i, %k] axes [0, 1] : memref<64x32xf32> -> tensor<32x32xf32>
          %3 = tile.load %b[%k, %j] axes [0, 1] : memref<32x48xf32> -> tensor<32x48xf32>
          %4 = linalg.contract
            indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
            ins(%2, %3 : tensor<32x32xf32>, tensor<32x48xf32>) outs(%sum : tensor<32x48xf32>) -> tensor<32x48xf32>
          scf.yield %4 : tensor<32x48xf32>
        }
        tile.store %1, %c[%i, %j] axes [0, 1] : tensor<32x48xf32>, memref<64x48xf32>
      }
      return
    }
    ```

    A product of few rows stays as it is: it reads its matrix once, and nothing
    is to be had from tiles. If a lane has few, as in `decode`, this is decided at
    run time: several lanes share tiles, and so one reading of the matrix.
    Remarks of the category `brt-tile-products`, which `--brt-explain` prints, say
    what was chosen, or why nothing was.

    Requires: structured ops on buffers, one for each kernel.
    Ensures:  iterations of the grid write to disjoint memory.
    Numerics: bit-exact; sums run in the same order.
  }];
  let options = [
    Option<"rows", "rows", "int64_t", "1024", "most rows of a tile of the result">,
    Option<"columns", "columns", "int64_t", "512", "most columns of it">,
    Option<"depth", "depth", "int64_t", "512", "most elements of the axis reduced over">,
    Option<"rightSize", "right-size", "int64_t", "131072", "most elements of a tile of the right factor">,
    Option<"rowStep", "row-step", "int64_t", "1", "what rows are a multiple of">,
    Option<"columnStep", "column-step", "int64_t", "1", "what columns are a multiple of">,
    Option<"depthStep", "depth-step", "int64_t", "1", "what the depth is a multiple of">,
    Option<"leastRows", "least-rows", "int64_t", "8", "least rows of a lane in tiles, where there is one">,
    Option<"tasks", "tasks", "int64_t", "8", "iterations of the grid to aim at">];
  let dependentDialects = [
    "brt::tile::TileDialect", "mlir::arith::ArithDialect",
    "mlir::linalg::LinalgDialect", "mlir::memref::MemRefDialect",
    "mlir::scf::SCFDialect", "mlir::tensor::TensorDialect"];
}

/// The sizes of tiles of attention and of its adjoint.
defvar Tile_AttentionSizes = [
  Option<"queries", "queries", "int64_t", "96", "most queries of a tile">,
  Option<"keys", "keys", "int64_t", "128", "most keys of a tile">,
  Option<"windowTiles", "window-tiles", "int64_t", "1", "least tiles of keys in a window">,
  Option<"queryStep", "query-step", "int64_t", "1", "what queries are a multiple of">,
  Option<"keyStep", "key-step", "int64_t", "1", "what keys are a multiple of">];

def TileAttentionPass : Pass<"brt-tile-attention", "mlir::ModuleOp"> {
  let summary = "Write attention as programs over tiles";
  let description = [{
    A `kernel.attention` becomes a grid over lanes, heads and tiles of queries. Each
    walks the tiles of keys from the first to the last that a query of it sees, and
    carries the maximum of the logits, the sum of the weights and the sum of the
    values under them. The virtual logit starts them; a masked logit never is the
    maximum, and its weight is zero, so that a tile that is skipped and one that is
    masked are the same. A tile of keys that all queries see is not masked.

    The sizes are those that a target asks for. Tiles of keys are smaller where a
    window would have less than `window-tiles`: of those at its ends a part is
    computed in vain.

    ```
    // before
    kernel.attention %q, %k, %v outs(%y : memref<1x64x2x8xf32>) {window = 64}
        : memref<1x64x2x8xf32>, memref<1x128x2x8xf32>, memref<1x128x2x8xf32>

    // after
    scf.forall (%lane, %head, %i) in (1, 2, 2) {
      %0 = tile.load %q[%lane, %i, %head, %c0] axes [1, 3] : memref<1x64x2x8xf32> -> tensor<32x8xf32>
      %1:3 = scf.for %j = %begin to %end step %c1 iter_args(%maximum = %2, %sum = %3, %values = %4) -> (...) {
        %5 = tile.load %k[%lane, %j, %head, %c0] axes [1, 3] : memref<1x128x2x8xf32> -> tensor<32x8xf32>
        %6 = linalg.contract {...} ins(%0, %5) outs(%zeros) -> tensor<32x32xf32>
        ...
      }
      tile.store %result, %y[%lane, %i, %head, %c0] axes [1, 3] : tensor<32x8xf32>, memref<1x64x2x8xf32>
    }
    ```

    Requires: `kernel.attention` on buffers.
    Ensures:  no `kernel.attention` is left; iterations of the grid write to
              disjoint memory.
    Numerics: sums run tile by tile, in the order of keys.
  }];
  let options = Tile_AttentionSizes;
  let dependentDialects = [
    "brt::tile::TileDialect", "mlir::arith::ArithDialect",
    "mlir::linalg::LinalgDialect", "mlir::math::MathDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect",
    "mlir::tensor::TensorDialect"];
}

def TileAttentionAdjointPass : Pass<"brt-tile-attention-adjoint", "mlir::ModuleOp"> {
  let summary = "Write adjoints of attention as programs over tiles";
  let description = [{
    A `kernel.attention_adjoint` becomes a grid over lanes and heads. Each walks the
    tiles of keys and, for each of them, the tiles of queries that see a key of it;
    it carries the gradients of the keys and values, and adds to those of the
    queries in memory. Weights are computed again from the log-sum-exp; those of
    pairs that are not seen are zero, so that a tile that is skipped and one that is
    masked are the same. A tile of keys that all queries see is not masked.

    The sizes are those that a target asks for. Tiles of keys are smaller where a
    window would have less than `window-tiles`: of those at its ends a part is
    computed in vain.

    ```
    // before
    kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : ...) outs(%dq, %dk, %dv : ...)
        {window = 64} : memref<1x64x2x8xf32>, memref<1x128x2x8xf32>, memref<1x128x2x8xf32>

    // after
    scf.forall (%lane, %head) in (1, 2) {
      scf.for %i = ... { tile.store %zeros, %dq[%lane, %i, %head, %c0] ... }
      scf.for %j = %c0 to %c4 step %c1 {
        %0 = tile.load %k[%lane, %j, %head, %c0] axes [1, 3] : memref<1x128x2x8xf32> -> tensor<32x8xf32>
        %1:2 = scf.for %i = %begin to %end step %c1 iter_args(%keys = %zeros, %values = %zeros) -> (...) {
          %2 = linalg.contract {...} ins(%query, %0) outs(%zeros) -> tensor<32x32xf32>
          ...
        }
        tile.store %1#0, %dk[%lane, %j, %head, %c0] axes [1, 3] : tensor<32x8xf32>, memref<1x128x2x8xf32>
      }
    }
    ```

    Requires: `kernel.attention_adjoint` on buffers.
    Ensures:  no `kernel.attention_adjoint` is left; iterations of the grid write to
              disjoint memory.
    Numerics: sums run tile by tile, those of queries in the order of keys, the
              others in the order of queries.
  }];
  let options = Tile_AttentionSizes;
  let dependentDialects = [
    "brt::tile::TileDialect", "mlir::arith::ArithDialect",
    "mlir::linalg::LinalgDialect", "mlir::math::MathDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect",
    "mlir::tensor::TensorDialect"];
}

#endif // BRT_PASSES_TILE_TD
